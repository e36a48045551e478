"""Problems of a YAML text that a loader would accept, or at which it would not end.

A loader keeps the last of repeated keys without a message. A text of 1 KB with nested aliases can unpack to
gigabytes. Here a text is read as a sequence of events, in which aliases are not unpacked.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

MAX_DEPTH = 30  # nested mappings and lists; settings have seven levels
MAX_ALIASED = 100_000  # values that aliases repeat
MAX_NUMBER = 100  # characters
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD_TAG = "tag:yaml.org,2002:"
_TEXT, _MERGE = f"{_STANDARD_TAG}str", f"{_STANDARD_TAG}merge"
_MAX_SHOWN = 60  # characters of a key or a value


def problems(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the message of each problem. Raises yaml.YAMLError at a syntax error.

    >>> list(problems("a: 1\\nb: 2\\na: 3"))
    [(3, 'the key a is repeated, it is also in line 1')]
    """
    reader = _Reader()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            yield from reader.read(event, event.start_mark.line + 1)
    except _EndOfReadingError as error:
        yield error.args
    else:
        if not reader.has_settings:
            yield 1, "the file contains no settings, expected a mapping"


def cut(value: Any) -> str:
    """Return a value as text of limited length.

    >>> len(cut("x" * 1000))
    60
    """
    try:
        text = str(value)
    except ValueError:  # Python limits the digits of a number
        return "a number of thousands of digits"
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 3] + "..."


class _EndOfReadingError(Exception):
    """A problem after which the text is not read on: line and message."""


class _Collection:
    """A mapping or a list whose end has not been read."""

    def __init__(self, event: Any):
        self.anchor = event.anchor
        self.is_mapping = isinstance(event, yaml.MappingStartEvent)
        self.is_key_next = self.is_mapping
        self.is_merged = False  # the next value is that of the key <<
        self.lines: dict[str, int] = {}  # by key
        self.size = 1  # values in it, each as often as aliases repeat it


class _Reader:
    """State between the events of a text."""

    def __init__(self) -> None:
        self.has_settings = False
        self._documents = 0
        self._open: list[_Collection] = []
        self._sizes: dict[str, int] = {}  # of the values with an anchor
        self._texts: dict[str, str] = {}  # of the scalars with an anchor
        self._aliased = 0

    def read(self, event: Any, line: int) -> Iterator[tuple[int, str]]:
        """Yield the problems of an event. Raises _EndOfReadingError if reading must end."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _EndOfReadingError(line, "a second document begins, expected a single one")
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = self._open.pop()
            if closed.anchor:
                self._sizes[closed.anchor] = closed.size
            self._add(closed.size)
        elif isinstance(event, yaml.AliasEvent):
            yield from self._key(self._texts.get(event.anchor), line)
            self._add(self._size_of_alias(event.anchor, line))
        elif isinstance(event, yaml.ScalarEvent):
            if event.anchor:
                self._sizes[event.anchor], self._texts[event.anchor] = 1, event.value
            if problem := _problem_of_scalar(event):
                yield line, problem
            if self._open and self._open[-1].is_merged:
                yield line, "<< has no mapping to merge, expected an alias or quotes around the key"
            yield from self._key(event.value, line)
            self._add(1, is_merge_key=event.value == "<<" and event.implicit[0])

    def _begin(self, event: Any, line: int) -> None:
        """Open a mapping or a list."""
        if event.tag not in (None, "!", f"{_STANDARD_TAG}map", f"{_STANDARD_TAG}seq"):
            raise _EndOfReadingError(
                line, f"the tag {_shown_tag(event.tag)} is not allowed in settings"
            )
        if self._open and self._open[-1].is_key_next:
            raise _EndOfReadingError(line, "a key is a mapping or a list, expected text")
        if len(self._open) >= MAX_DEPTH:
            raise _EndOfReadingError(
                line, f"more than {MAX_DEPTH} mappings and lists are nested in each other"
            )
        self.has_settings |= isinstance(event, yaml.MappingStartEvent) and not self._open
        self._open.append(_Collection(event))

    def _size_of_alias(self, anchor: str, line: int) -> int:
        """Return the number of values that an alias repeats."""
        if anchor not in self._sizes:
            contains_itself = any(anchor == outer.anchor for outer in self._open)
            problem = "refers to a value that contains it" if contains_itself else "has no anchor"
            raise _EndOfReadingError(line, f"the alias *{cut(anchor)} {problem}")
        self._aliased += self._sizes[anchor]
        if self._aliased > MAX_ALIASED:
            raise _EndOfReadingError(
                line,
                f"aliases repeat more than {MAX_ALIASED} values, expected fewer nested aliases",
            )
        return self._sizes[anchor]

    def _key(self, text: str | None, line: int) -> Iterator[tuple[int, str]]:
        """Record a scalar if it is a key, and yield a problem if its mapping has this key already."""
        if text is None or not self._open or not self._open[-1].is_key_next:
            return
        lines = self._open[-1].lines
        if text in lines:
            yield line, f"the key {cut(text)} is repeated, it is also in line {lines[text]}"
        lines[text] = line

    def _add(self, size: int, *, is_merge_key: bool = False) -> None:
        """Add a complete value to the mapping or list that contains it."""
        if self._open:
            outer = self._open[-1]
            outer.size += size
            outer.is_merged = is_merge_key and outer.is_key_next
            outer.is_key_next = outer.is_mapping and not outer.is_key_next


def _problem_of_scalar(event: Any) -> str | None:
    """Return the problem of a scalar that a loader cannot convert, such as the date 2026-13-01."""
    tag = event.tag
    if tag is None:
        is_plain, _ = event.implicit
        tag = _RESOLVER.resolve(yaml.ScalarNode, event.value, (True, False)) if is_plain else _TEXT
    if tag in (_TEXT, _MERGE, "!"):
        return None
    if tag not in _KINDS:
        return f"{cut(event.value)} has the tag {_shown_tag(tag)}, expected quotes around text"
    if _AMBIGUOUS_NUMBER.fullmatch(event.value):
        return f"{cut(event.value)} is a number to base 8 or 60 in YAML, expected a decimal number or quotes"
    if len(event.value) > MAX_NUMBER:
        return f"{_KINDS[tag]} has {len(event.value)} characters, expected at most {MAX_NUMBER}"
    try:
        yaml.SafeLoader.yaml_constructors[tag](_CONSTRUCTOR, yaml.ScalarNode(tag, event.value))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return f"{cut(event.value)} is not {_KINDS[tag]}, expected quotes around text"
    return None


def _shown_tag(tag: str) -> str:
    return cut(tag.replace(_STANDARD_TAG, "!!"))


# 010 is 8, and 12:30 is 750
_AMBIGUOUS_NUMBER = re.compile(r"[-+]?(0[0-7_]+|\d[\d_]*(:[0-5]?\d)+(\.[\d_]*)?)")
_RESOLVER = yaml.resolver.Resolver()
_CONSTRUCTOR = yaml.constructor.SafeConstructor()
_KINDS = {
    f"{_STANDARD_TAG}{tag}": kind
    for tag, kind in {
        "int": "a number", "float": "a number", "bool": "true or false", "null": "null",
        "timestamp": "a date",
    }.items()
}  # fmt: skip
