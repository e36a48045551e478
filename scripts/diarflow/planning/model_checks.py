"""Checks before the first job: models and networks are of the kind that the variants in use need."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from diarflow.errors import InputError
from diarflow.networks import SEGMENTATION
from diarflow.networks.onnx import model_path
from diarflow.planning.fetched_models import is_made
from diarflow.planning.model_files import check_model, plda_dimensions
from diarflow.planning.plan import Plan
from diarflow.prefix import prefixed
from diarflow.settings import STAGES, Settings
from diarflow.settings.embedding_card import read_card

_DIMENSIONS = {
    "campplus": 192,
    "dvector": 256,
    "pooled": 192,
}  # of the vectors of an embedding's backend
# backend of the networks whose activations a backend reads
_NETWORKS = {
    "bilstm": "bilstm", "bilstm-divergence": "bilstm",
    "segmentation": "segmentation", "campplus": "segmentation", "onnx": "segmentation",
    "activations": "segmentation", "pooled": "segmentation",
}  # fmt: skip
_KINDS = {
    "bilstm": "an .onnx, .keras or .h5 file of the Bi-LSTM", "segmentation": "an .onnx file",
    "campplus": "an .onnx file", "pooled": "an .onnx file", "onnx": "a card of an .onnx file", "pyannote": "a checkpoint", "vbx": "a PLDA made by `snakemake plda`",
    "consensus": "a PLDA made by `snakemake plda`",
}  # fmt: skip


def check_models(plan: Plan) -> None:
    """Raise InputError if a variant in use names a model or a network of another kind than it needs."""
    problems = [*_model_problems(plan), *_network_problems(plan), *_dimension_problems(plan)]
    if problems:
        raise InputError.of(problems)


def is_trained(model: str, settings: Settings) -> bool:
    """Return whether a rule makes the model: `models/{training}/...`, or the name of a fetched model."""
    top, _, rest = model.partition("/")
    return top == "models" and rest.partition("/")[0] in {
        *settings.training, *settings.plda, *settings.confidence_training, *settings.models,
    }  # fmt: skip


def _model_problems(plan: Plan) -> Iterator[str]:
    """Yield each model in use that is of another kind."""
    for block, name, variant in _variants(plan, ("networks", "embedding", "clustering", "turns")):
        if path := _model_file(variant, plan.settings):
            try:
                check_model(block, variant, path)
            except (OSError, ValueError, InputError) as error:
                reason = str(error).removeprefix(f"{path}: ")
                if "expected" not in reason:
                    reason += f", expected {_KINDS[variant.backend]}"
                yield f"{block}.{name}.model is {variant.model}: {reason}"


def _variants(plan: Plan, blocks: Iterable[str]) -> Iterator[tuple[str, str, Any]]:
    """Yield block, name and settings of each variant in use."""
    for block in blocks:
        for name in plan.used(block):
            yield block, name, getattr(plan.settings, block)[name]


def _model_file(variant: Any, settings: Settings) -> Path | None:
    """Return the model file of a variant, if there is one before the first job."""
    model = getattr(variant, "model", None)
    if not model or is_trained(model, settings):
        return None
    path = model_path(prefixed(model) if is_made(model) else model)
    return path if path.is_file() else None


def _network_problems(plan: Plan) -> Iterator[str]:
    """Yield each variant in use that reads the activations of a network of another backend."""
    for block, name, variant in _variants(plan, STAGES):
        if network := getattr(variant, "network", None):
            backend, expected = plan.settings.networks[network].backend, _NETWORKS[variant.backend]
            if backend != expected and not {backend, expected} <= set(SEGMENTATION):
                yield f"{block}.{name}.network is {network}, a network of backend {backend}, expected one of {expected}"
        if frames := getattr(variant, "frames", None):
            pooled = plan.settings.networks[frames]
            if pooled.backend != "campplus":
                yield f"{block}.{name}.frames is {frames}, a network of backend {pooled.backend}, expected one of campplus"
            elif pooled.model != variant.model:
                yield f"{block}.{name}.model is {variant.model}, expected {pooled.model}, the model of its frames"


def _dimension_problems(plan: Plan) -> Iterator[str]:
    """Yield each combination of variants in use whose vectors have different dimensions."""
    for name in dict.fromkeys(system for systems in plan.systems.values() for system in systems):
        if not plan.has_stages(name):
            continue
        parts = plan.settings.systems[name].model_dump()
        dimensions = _dimensions(plan.settings, parts["embedding"])
        clustering = plan.settings.clustering[parts["clustering"]]
        path = _model_file(clustering, plan.settings)
        if dimensions and path:
            with suppress(OSError, ValueError):  # reported with the model
                if (trained := plda_dimensions(path)) != dimensions:
                    yield (
                        f"clustering.{parts['clustering']}.model is a PLDA for {trained} dimensions, but the embedding "
                        f"of system {name}, {parts['embedding']}, has {dimensions}; expected another PLDA, or null"
                    )
        dense = plan.dense_embedding(parts["turns"])
        others = _dimensions(plan.settings, dense) if dense else None
        if dimensions and others and others != dimensions:
            yield (
                f"turns.{parts['turns']}.embedding is {dense} with {others} dimensions, but the embedding of "
                f"system {name}, {parts['embedding']}, has {dimensions}; expected the same model, or null"
            )


def _dimensions(settings: Settings, embedding: str) -> int | None:
    """Return the dimensions of an embedding, if its backend always has the same or its card states them."""
    variant = settings.embedding[embedding]
    if variant.backend == "onnx" and (path := _model_file(variant, settings)):
        with suppress(OSError, InputError):  # reported with the model
            return read_card(path).dimensions
    return _DIMENSIONS.get(variant.backend)
