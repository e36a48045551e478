"""Models that the rule fetch_model fetches to `models/{name}/{file}`, and where variants name them."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from diarflow.embedding.card import network_file
from diarflow.errors import InputError
from diarflow.networks.onnx import model_path
from diarflow.planning.package_versions import job_versions
from diarflow.planning.plan import Plan
from diarflow.settings import Settings
from diarflow.settings.embedding_card import read_card

_BLOCKS = ("networks", "embedding", "clustering", "turns")


def is_made(model: str) -> bool:
    """Return whether a model is made by a rule, rather than shipped or provided by the user."""
    return model.startswith("models/")


def fetched_path(settings: Settings, name: str) -> str:
    """Return the path of a model that is fetched."""
    return f"models/{name}/{settings.models[name].name}"


def made_models(variant: Any) -> list[str]:
    """Return the models that a variant reads and a rule makes: its model, or the network of its card."""
    model = getattr(variant, "model", None) or ""
    models = [model] if is_made(model) else []
    if getattr(variant, "backend", "") == "onnx" and (card := model_path(model)).is_file():
        with suppress(OSError, InputError):  # reported with the model
            network = read_card(card).model
            if is_made(network) and network_file(card, network) == model_path(network):
                models.append(network)
    return models


def fetched_problems(plan: Plan) -> Iterator[str]:
    """Yield a line for each variant in use whose model is fetched under another name, or cannot be fetched here."""
    models = plan.settings.models
    used: set[str] = set()
    for block in _BLOCKS:
        for name in plan.used(block):
            variant = getattr(plan.settings, block)[name]
            for path in made_models(variant):
                folder = path.split("/")[1]
                if folder not in models:
                    continue
                used.add(folder)
                if path != (expected := fetched_path(plan.settings, folder)):
                    yield f"{block}.{name}: {path} is not what models.{folder} fetches, expected {expected}"
                elif variant.backend == "onnx" and path == variant.model:
                    yield f"{block}.{name}.model is {path}, expected a card beside the configuration, which names {path}"
    for name in sorted(used):
        if models[name].hub and job_versions("huggingface-hub")["huggingface-hub"] == "missing":
            yield (
                f"models.{name} needs huggingface-hub, not installed here: run `pip install huggingface-hub`, or "
                "`make pyannote` in a checkout"
            )
