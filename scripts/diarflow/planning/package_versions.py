"""Versions of the packages that jobs use: the installed ones or, with conda, those of the rules' environments."""

import re
from functools import cache

from diarflow.backends import PACKAGE
from diarflow.digests import versions

_ENVIRONMENTS = PACKAGE.parents[1] / "envs"
_uses_conda = False


def use_conda(*, is_used: bool) -> None:
    """Set whether jobs run in the conda environments of their rules, whose packages need not be installed here."""
    global _uses_conda
    _uses_conda = is_used


def job_versions(*packages: str) -> dict[str, str]:
    """Return the version of each package in jobs; "missing" if it is neither installed nor in an environment."""
    installed = versions(*packages)
    return installed | {
        name: version
        for name, version in (_environment_versions() if _uses_conda else {}).items()
        if name in installed
    }


@cache
def _environment_versions() -> dict[str, str]:
    """Return the versions of all packages in `envs/*.yaml`. A test checks that the files agree."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(_ENVIRONMENTS.glob("*.yaml")))
    return dict(
        pair for text in texts for pair in re.findall(r"^ *- ([\w.-]+)==(\S+)$", text, re.M)
    )
