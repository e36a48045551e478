"""The stages of the method, and the backends that each can be done by."""

from collections.abc import Callable

from diarflow import changes, clustering, embedding, networks, overlap, speech, turns
from diarflow.backends import Backend
from diarflow.digests import versions
from diarflow.errors import InputError
from diarflow.networks.onnx import model_path
from diarflow.settings import Settings

BACKENDS: dict[str, dict[str, Backend]] = {
    "networks": networks.NETWORKS,
    "speech": speech.DETECTORS,
    "changes": changes.DETECTORS,
    "overlap": overlap.DETECTORS,
    "embedding": embedding.EMBEDDERS,
    "clustering": clustering.CLUSTERERS,
    "turns": turns.BUILDERS,
}
_FILES = (".bin", ".ckpt", ".h5", ".keras", ".npz", ".onnx", ".pt")


def check_installed(settings: Settings, used: Callable[[str], list[str]]) -> None:
    """Raise InputError where a variant in use needs a package or a file that is not there."""
    problems = []
    for stage, backends in BACKENDS.items():
        for name in used(stage):
            variant = getattr(settings, stage)[name]
            backend = backends[variant.backend]
            missing = [p for p, v in versions(*backend.packages).items() if v == "missing"]
            if missing:
                problems.append(
                    f"{stage}.{name} needs {', '.join(missing)}, not installed here: "
                    f"`make {backend.environment}` makes an environment that has it"
                )
            model = getattr(variant, "model", None) or ""
            if model.endswith(_FILES) and not (
                _made(model, settings) or model_path(model).is_file()
            ):
                problems.append(f"{stage}.{name}.model is {model}: no such file")
    if problems:
        raise InputError.of(problems)


def _made(model: str, settings: Settings) -> bool:
    """Whether a rule of this workflow makes the model: `models/{training or plda}/...`."""
    top, _, rest = model.partition("/")
    return top == "models" and rest.partition("/")[0] in {*settings.training, *settings.plda}
