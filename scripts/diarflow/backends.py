"""Registration of the backends of each stage."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

PACKAGE = Path(__file__).parent
MODELS = PACKAGE.parents[1] / "resources" / "models"


class Backend(NamedTuple):
    """One method for a stage: its module, and what its results depend on.

    The module has a function `load(**settings)`. It loads the models, once per job, and returns the function
    that processes a recording. Only jobs that use the backend import the module; planning does not.
    """

    module: str
    packages: tuple[str, ...] = ()  # distributions whose versions are part of the provenance
    models: tuple[str, ...] = ()  # files in resources/models
    environment: str = "audio"  # name of the conda environment, in envs/
    reads_audio: bool = True  # false: only the output of a network, or the reference

    @property
    def source(self) -> Path:
        """Path of the module."""
        return PACKAGE.joinpath(*self.module.split(".")[1:]).with_suffix(".py")

    def load(self, *, backend: str, **settings: Any) -> Callable:
        """Import the module, and return its function with these settings of a variant."""
        return import_module(self.module).load(**settings)


def load(backends: dict[str, Backend], settings: dict[str, Any]) -> Callable:
    """Return the function that processes a recording with the settings of a variant."""
    return backends[settings["backend"]].load(**settings)
