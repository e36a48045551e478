"""Content of the wheel: the files that a run reads, in the folders of the checkout, below `diarflow/`.

An editable installation links to the checkout instead, and contains none of them.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "diarflow"
FILES = (
    "Snakefile",
    "config.yaml",
    "config",
    "envs",
    "profiles",
    "resources/demo",
    "resources/equivalent_code.json",
    "resources/models",
    "scripts",
    "workflow",
)
# Snakemake finds its logger by the name of this package.
LOGGER = "snakemake_logger_plugin_diarflow"


class WheelFiles(BuildHookInterface):
    """Adds the files to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Place each file or folder in the wheel, unless the installation is editable."""
        if version == "editable":
            return
        places = {name: f"{PACKAGE}/{name}" for name in FILES}
        places[f"scripts/{LOGGER}"] = LOGGER
        build_data["force_include"] |= {f"{self.root}/{name}": to for name, to in places.items()}
