"""Comments of config.yaml, generated from the descriptions of the settings."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel

from diarflow.settings.config import Settings
from diarflow.settings.introspection import annotation_at, field_schema, model_for, summary

_COLUMN = 46


def with_comments(text: str) -> str:
    """Return the text of config.yaml with the description of each setting behind it.

    Settings have a line of their own. Other comments stay as they are: those on separate lines, behind the name
    of a variant, and behind a variant in braces.

    >>> print(with_comments("batch_size: 1 # old"))
    batch_size: 1                                 # limit of the average number of recordings in a job
    """
    lines = text.split("\n")
    for comment in _comments(yaml.compose(text), yaml.safe_load(text), Settings):
        setting = lines[comment.line][: comment.column]
        lines[comment.line] = f"{setting:{_COLUMN - 1}} # {comment.text}"
    return "\n".join(lines)


class _Comment(NamedTuple):
    line: int
    column: int  # end of the setting
    text: str


def _comments(node: yaml.Node, data: Any, annotation: Any) -> Iterator[_Comment]:
    """Return the comments of all settings below a node."""
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        for index, item in enumerate(node.value):
            yield from _comments(item, data[index], annotation_at(annotation, data, index))
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        model = model_for(annotation, data)
        for key, value in node.value:
            if model is not None and key.value in model.model_fields:
                below = value.start_mark.line > key.start_mark.line
                column = key.end_mark.column + len(":") if below else value.end_mark.column
                yield _Comment(key.start_mark.line, column, comment_of(model, key.value))
            inner = annotation_at(annotation, data, key.value)
            yield from _comments(value, data[key.value], inner)


def comment_of(model: type[BaseModel], field: str) -> str:
    """Return the description of a field, preceded by its allowed values if it does not name them.

    The description of `backend` is that of the model.

    >>> from diarflow.settings.training import Training
    >>> comment_of(Training, "optimizer")
    'smorms3 or adam: update rule'
    """
    if field == "backend":
        return summary(model)
    description = model.model_fields[field].description or ""
    schema = field_schema(model, field)
    options = [schema, *schema.get("anyOf", [])]
    values = [str(value) for option in options for value in option.get("enum", [])]
    if all(value in description for value in values):
        return description
    return f"{', '.join(values[:-1])} or {values[-1]}: {description}"
