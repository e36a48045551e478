"""Line at the end of a run: notes on prepared audio, such as truncated files and channels that cancel each other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from diarflow.audio.facts import read_facts
from diarflow.errors import EXAMPLES, MAX_LENGTH, InputError, message_kind, shortened
from diarflow.formats.text import examples
from diarflow.prefix import prefixed

_LONGEST = 110  # characters of a note
_SEE = "see the notes in results/*/audio/*.json"


def audio_lines(
    prepared: Iterable[str], calls: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """Yield a line if there are notes on this prepared audio: the first note of each kind, and its recordings.

    `calls` maps the facts of a channel to the id of its call, which counts as one recording.
    """
    recordings: dict[str, dict[str, None]] = defaultdict(dict)
    first: dict[str, str] = {}
    for path in prepared:
        for note in _notes(path):
            kind = message_kind(note)
            first.setdefault(kind, note.rstrip("."))
            recordings[kind][calls.get(path, Path(path).stem)] = None
    ordered = sorted(recordings, key=lambda kind: (-len(recordings[kind]), kind))
    line = "audio: "
    for number, kind in enumerate(ordered):
        part = f"{shortened(first[kind], _LONGEST)} ({examples(recordings[kind])})"
        more = f"{len(ordered) - number} more kinds, {_SEE}"
        if (number and len(line) + len(part) + len(more) + 2 > MAX_LENGTH) or number == EXAMPLES:
            line += more
            break
        line += f"{part}; "
    if ordered:
        yield shortened(line.removesuffix("; "))


def _notes(path: str) -> list[str]:
    """Return the notes on prepared audio; none if its facts are missing or damaged."""
    try:
        return [str(note) for note in read_facts(prefixed(path)).get("notes", [])]
    except (InputError, OSError, TypeError):
        return []
