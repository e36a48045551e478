"""What every stage's list of backends is made of."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

PACKAGE = Path(__file__).parent
MODELS = PACKAGE.parents[1] / "resources" / "models"


class Backend(NamedTuple):
    """Where one way of doing a stage is to be found, and what its result depends on.

    The module has a function `load(**settings)` that returns the function which does the work: a
    model is loaded there, once a job. It is imported by the jobs that need it, never at planning.
    """

    module: str
    packages: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    environment: str = "audio"
    reads_audio: bool = True  # false: only the output of a network, or the reference

    @property
    def source(self) -> Path:
        return PACKAGE.joinpath(*self.module.split(".")[1:]).with_suffix(".py")

    def load(self, *, backend: str, **settings: Any) -> Callable:
        return import_module(self.module).load(**settings)


def load(backends: dict[str, Backend], settings: dict[str, Any]) -> Callable:
    """The function that does a stage's work as a variant's settings say."""
    return backends[settings["backend"]].load(**settings)
