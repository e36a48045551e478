"""What is wrong with a configuration, a line for each mistake: place, key, value, what is allowed."""

from difflib import get_close_matches
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

_ABSENT = {"missing", "union_tag_not_found", "value_error", "extra_forbidden"}


def explain(
    error: ValidationError, model: type[BaseModel], data: Any, files: list[str]
) -> list[str]:
    """Lines for what is wrong with `data` as a `model`; each key's place is looked up in `files`."""
    lines: dict[str, None] = {}
    for one in error.errors():
        path, block = _walk(model, data, one["loc"])
        key = dotted(path)
        kind, value = one["type"], one["input"]
        if kind == "extra_forbidden":
            known = list(block.model_fields) if block else []
            near = get_close_matches(str(path[-1]), known, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            said = f"{key} is not a setting{hint}, expected one of {', '.join(known)}"
        elif kind == "missing":
            said = f"{key} is missing, expected {_expected(block, path[-1])}"
        elif kind == "union_tag_not_found":
            said = f"{key}.backend is missing, expected one of {_tags(model, path)}"
        elif kind == "union_tag_invalid":
            said = f"{key}.backend is {one['ctx']['tag']}, expected one of {_tags(model, path)}"
        elif "[key]" in one["loc"]:
            said = f"{key}: bad name {value}, expected small letters, digits and hyphens"
        elif kind == "value_error":
            said = f"{key}: {one['ctx']['error']}"
        else:
            shown = "something else" if "token" in str(path[-1]) else _shown(value)
            said = f"{key} is {shown}, expected {_expected(block, path[-1])}"
            if isinstance(value, str) and _number(value):
                said += " (it is text: nested values of --config are, use --configfile)"
        lines[f"{place(path, files, value if kind not in _ABSENT else None)}{said}"] = None
    return list(lines)


def dotted(path: tuple) -> str:
    """A key as a person writes it.

    >>> dotted(("corpora", 0, "name"))
    'corpora[0].name'
    """
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def place(path: tuple, files: list[str], value: Any = None) -> str:
    """ "file:line: " of the last of `files` that holds the key, or nothing where none does.

    Nor where it holds another value there: then the value came from elsewhere.
    """
    best, depth = "", 0
    for file in files:
        try:
            with open(file, encoding="utf-8") as stream:
                node = yaml.compose(stream, Loader=yaml.SafeLoader)
        except (OSError, yaml.YAMLError):
            continue
        line, found, text = _find(node, path)
        if found == len(path) and not _same(text, value):
            continue
        if found and found >= depth:
            best, depth = f"{file}:{line}: ", found
    return best


def _same(text: str | None, value: Any) -> bool:
    """Whether a scalar of a file can be the value that was found; a list or a mapping can."""
    if text is None or value is None or value != value or isinstance(value, list | dict):
        return True
    try:
        return text == str(value) or yaml.safe_load(text) == value
    except yaml.YAMLError:
        return False


def _find(node: Any, path: tuple) -> tuple[int, int, str | None]:
    """Line of the deepest part of `path` that is there, how deep that is, and the text of a scalar."""
    line, depth = 0, 0
    for part in path:
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value) for key, value in node.value if key.value == str(part)]
            if not pairs:
                break
            key, node = pairs[-1]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            if part >= len(node.value):
                break
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
        depth += 1
    return line, depth, node.value if isinstance(node, yaml.ScalarNode) else None


def _walk(model: type[BaseModel], data: Any, loc: tuple) -> tuple[tuple, type[BaseModel] | None]:
    """The key that a location means, without the tags of unions, and the block that holds it."""
    path: list[Any] = []
    annotation: Any = model
    block: type[BaseModel] | None = model
    for position, part in enumerate(loc):
        inside = (isinstance(data, dict) and part in data) or (
            isinstance(data, list) and isinstance(part, int) and part < len(data)
        )
        if not inside and not (position == len(loc) - 1 and _named(annotation, data, part)):
            continue
        path.append(part)
        block = _block(annotation, data)
        fields = block.model_fields if block else {}
        annotation = fields[part].annotation if part in fields else _inner(annotation, block)
        data = data[part] if inside else None
    return tuple(path), block


def _named(annotation: Any, data: Any, part: Any) -> bool:
    block = _block(annotation, data)
    return block is not None and part in block.model_fields


def _blocks(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [block for argument in get_args(annotation) for block in _blocks(argument)]


def _block(annotation: Any, data: Any) -> type[BaseModel] | None:
    """The model that data of this type belongs to: the only one, or the one of its backend."""
    if getattr(annotation, "__origin__", None) in (dict, list):
        return None
    blocks = _blocks(annotation)
    if len(blocks) > 1 and isinstance(data, dict):
        blocks = [b for b in blocks if b.model_fields["backend"].default == data.get("backend")]
    return blocks[0] if len(blocks) == 1 else None


def _inner(annotation: Any, block: type[BaseModel] | None) -> Any:
    """What a list or a mapping holds."""
    arguments = get_args(annotation)
    return arguments[-1] if arguments and block is None else None


def _tags(model: type[BaseModel], path: tuple) -> str:
    annotation = model.model_fields[path[0]].annotation
    return ", ".join(block.model_fields["backend"].default for block in _blocks(annotation))


def _expected(block: type[BaseModel] | None, field: Any) -> str:
    if block is None or field not in block.model_fields:
        return "another kind of value"
    return describe(block.model_json_schema()["properties"][field])


def describe(schema: dict[str, Any]) -> str:
    """What values a JSON schema allows, in words.

    >>> describe({"type": "integer", "minimum": 0, "maximum": 3})
    'a whole number from 0 to 3'
    >>> describe({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "null"}]})
    'a number above 0 or null'
    """
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(describe(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return f"one of {', '.join(str(value) for value in schema['enum'])}"
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
    if above is not None:
        words += f" above {above:g}" + (f", up to {high:g}" if high is not None else "")
    elif low is not None:
        words += f" from {low:g}" + (f" to {high:g}" if high is not None else "")
    if "pattern" in schema:
        words += f" like {schema['pattern']}"
    return words


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
