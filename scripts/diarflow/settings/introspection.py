"""Models and allowed values of settings, derived from type annotations."""

from collections.abc import Iterable
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from diarflow.settings.base import NAME_PATTERN

_LIST_LENGTH = 150  # characters


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return all models in an annotation, such as the backends of a stage."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in models_in(argument)]


def model_for(annotation: Any, data: Any) -> type[BaseModel] | None:
    """Return the model that validates `data`; of several models, the one of its backend.

    Return None if there is no such model, or if the annotation is a list or a mapping of models.
    """
    if get_origin(annotation) in (dict, list):
        return None
    models = models_in(annotation)
    if len(models) > 1 and isinstance(data, dict):
        models = [
            model
            for model in models
            if model.model_fields["backend"].default == data.get("backend")
        ]
    return models[0] if len(models) == 1 else None


def annotation_at(annotation: Any, data: Any, key: Any) -> Any:
    """Return the annotation of `data[key]`, given the annotation of `data`. None if it is unknown."""
    model = model_for(annotation, data)
    if model is not None:
        return model.model_fields[key].annotation if key in model.model_fields else None
    arguments = get_args(annotation)
    return arguments[-1] if arguments else None


def backends_of(model: type[BaseModel], block: str) -> list[str]:
    """Return the backends of a block of variants."""
    models = models_in(model.model_fields[block].annotation)
    return [backend.model_fields["backend"].default for backend in models]


def field_schema(model: type[BaseModel], field: str) -> dict[str, Any]:
    """Return the JSON schema of a field."""
    return model.model_json_schema()["properties"][field]


def summary(model: type[BaseModel]) -> str:
    """Return the first line of a model's docstring without its full stop."""
    return (model.__doc__ or "").split("\n")[0].removesuffix(".")


def allowed_values(schema: dict[str, Any]) -> str:
    """Describe the values that a JSON schema allows.

    >>> allowed_values({"type": "integer", "minimum": 0, "maximum": 3})
    'a whole number from 0 to 3'
    >>> allowed_values({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "null"}]})
    'a number above 0 or null'
    """
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(allowed_values(option) for option in schema["anyOf"]))
    if "enum" in schema:
        return f"one of {shortened(map(str, schema['enum']))}"
    if "const" in schema:
        return str(schema["const"])
    if "$ref" in schema:
        return "a mapping of settings"
    if schema.get("minItems"):
        return "a list that is not empty"
    words = {
        "integer": "a whole number", "number": "a number", "string": "text", "boolean": "true or false",
        "array": "a list", "object": "a mapping", "null": "null",
    }[schema["type"]]  # fmt: skip
    low, high = schema.get("minimum"), schema.get("maximum")
    above = schema.get("exclusiveMinimum")
    below = schema.get("exclusiveMaximum")
    if above is not None:
        words += f" above {above:.10g}" + (f" and at most {high:.10g}" if high is not None else "")
    elif low is not None:
        words += f" from {low:.10g}" + (f" to {high:.10g}" if high is not None else "")
        words += f" to below {below:.10g}" if below is not None else ""
    if schema.get("pattern") == NAME_PATTERN:
        return "a name (lower-case letters, digits and hyphens)"
    return words + (f" like {schema['pattern']}" if "pattern" in schema else "")


def shortened(values: Iterable[str], *, length: int = _LIST_LENGTH) -> str:
    """Join values by commas; leave out the last values of a long list.

    >>> shortened(["kmeans", "meanshift", "vbx"], length=20)
    'kmeans, meanshift, ... (3 in all)'
    """
    values = list(values)
    text = ", ".join(values)
    if len(text) <= length:
        return text
    count = max(1, text[: length + 1].count(", "))
    return f"{', '.join(values[:count])}, ... ({len(values)} in all)"
