"""Messages for invalid settings, a line for each: location, key, value, allowed values."""

import re
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from diarflow.settings.introspection import (
    allowed_values,
    annotation_at,
    backends_of,
    field_schema,
    model_for,
    shortened,
)
from diarflow.settings.location import locate
from diarflow.settings.renamed import present_name
from diarflow.settings.yaml_events import cut

# Errors whose input is not the value of the key: location is by key alone.
_WITHOUT_VALUE = {"missing", "union_tag_not_found", "value_error", "extra_forbidden"}
_TEXT_HINT = "nested values of --config are text; use --configfile"


def explain(
    error: ValidationError, model: type[BaseModel], data: Any, files: list[str]
) -> list[str]:
    """Return a line for each error of `data`, validated by `model`. Keys are looked up in `files`."""
    lines: dict[str, None] = {}  # no duplicates
    for details in error.errors():
        path, block = _key_of(model, data, details["loc"])
        value = None if details["type"] in _WITHOUT_VALUE else details["input"]
        message = _message(details, path, block, model)
        lines[f"{locate(path, files, value)}{message}"] = None
    return list(lines)


def _message(
    details: Any, path: tuple, block: type[BaseModel] | None, model: type[BaseModel]
) -> str:
    """Return the message of an error of pydantic. `block` is the model that contains the key."""
    kind, value, key = details["type"], details["input"], dotted(path)
    if kind == "extra_forbidden":
        return _unknown_key(path, block)
    if kind == "missing":
        return f"{key} is missing, expected {_expected(block, path[-1])}"
    if kind == "union_tag_not_found":
        backends = shortened(backends_of(model, path[0]))
        return f"{key}.backend is missing, expected one of {backends}"
    if kind == "union_tag_invalid":
        backends = shortened(backends_of(model, path[0]))
        return f"{key}.backend is {_shown(details['ctx']['tag'])}, expected one of {backends}"
    if "[key]" in details["loc"]:
        return f"{key}: bad name {_shown(value)}, expected lower-case letters, digits and hyphens after the first character"
    if kind == "value_error":
        return f"{key}: {details['ctx']['error']}"
    # A user may have put the token itself where its environment variable belongs: do not print it.
    shown = "something else" if "token" in str(path[-1]) else _shown(value, quoted=True)
    expected = _expected(block, path[-1])
    if kind == "literal_error" and isinstance(path[-1], int):  # an element of a list
        names = re.findall("'([^']*)'", details["ctx"]["expected"])
        expected = f"one of {shortened(names)}"
    message = f"{key} is {shown}, expected {expected}"
    if isinstance(value, str) and _is_number(value):
        is_exponent = re.fullmatch(
            r"[-+]?\d+[eE][-+]?\d+", value
        )  # YAML requires a point and a sign
        hint = "YAML reads it as text, write 1.0e+3" if is_exponent else _TEXT_HINT
        message += f" ({hint})"
    return message


def _unknown_key(path: tuple, block: type[BaseModel] | None) -> str:
    """Return the message for a key that is not a setting."""
    fields = list(block.model_fields) if block else []
    present = present_name(path)
    if present in fields:
        return f"{dotted(path)} is now {present}"
    near = get_close_matches(str(path[-1]), fields, 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"{dotted(path)} is not a setting{hint}, expected one of {shortened(fields)}"


def dotted(path: tuple) -> str:
    """Return a key as users write it.

    >>> dotted(("corpora", 0, "name"))
    'corpora[0].name'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _key_of(model: type[BaseModel], data: Any, loc: tuple) -> tuple[tuple, type[BaseModel] | None]:
    """Return the path of the key that pydantic's location refers to, and the model that contains it.

    A location also contains tags of unions, which are not keys.
    """
    path: list[Any] = []
    annotation: Any = model
    block: type[BaseModel] | None = model
    for position, part in enumerate(loc):
        present = (isinstance(data, dict) and part in data) or (
            isinstance(data, list) and isinstance(part, int) and part < len(data)
        )
        is_missing_field = position == len(loc) - 1 and _has_field(annotation, data, part)
        if not present and not is_missing_field:
            continue
        path.append(part)
        block = model_for(annotation, data)
        annotation = annotation_at(annotation, data, part)
        data = data[part] if present else None
    return tuple(path), block


def _has_field(annotation: Any, data: Any, name: Any) -> bool:
    block = model_for(annotation, data)
    return block is not None and name in block.model_fields


def _expected(block: type[BaseModel] | None, field: Any) -> str:
    if block is None or field not in block.model_fields:
        return "another kind of value" if isinstance(field, int) else "a mapping of settings"
    return allowed_values(field_schema(block, field))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shown(value: Any, *, quoted: bool = False) -> str:
    return cut(repr(value) if quoted and isinstance(value, str) else value)
