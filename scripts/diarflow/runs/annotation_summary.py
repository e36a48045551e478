"""Line at the end of a run: what was dropped or mapped in references, imported systems and transcripts."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from diarflow.artifacts.sidecars import read_sidecar
from diarflow.errors import MAX_LENGTH, InputError
from diarflow.formats.text import examples
from diarflow.prefix import prefixed
from diarflow.scoring.notes import EMPTY, joined_notes, notes_in
from diarflow.scoring.repairs import Repairs


def annotation_lines(
    references: Iterable[str],
    imported: Iterable[str] = (),
    calls: Mapping[str, str] = MappingProxyType({}),
    words: Iterable[str] = (),
) -> Iterator[str]:
    """Yield a line if anything was dropped or mapped, by the sidecars of prepared references and imported systems.

    `words` are tables of words with speakers, whose metadata contains notes.

    `calls` maps the sidecar of a channel to the id of its call, which counts as one recording.
    """
    parts = [
        *_parts("references", _sidecar_notes(references, calls)),
        *_parts("imported systems", _sidecar_notes(imported, calls)),
        *_parts("transcripts", [(Path(path).stem, _word_notes(path)) for path in words]),
    ]
    line = ""
    for number, part in enumerate(parts):
        more = f"; {len(parts) - number} more, see notes in results/*/reference/*.json"
        if len(line) + len(part) + len(more) > MAX_LENGTH and line:
            line += more
            break
        line += f"; {part}" if line else part
    if line:
        yield line


def _sidecar_notes(
    paths: Iterable[str], calls: Mapping[str, str]
) -> list[tuple[str, Counter[str]]]:
    """Return the id and the notes of each recording."""
    return [
        (id, Counter(joined_notes([_notes(path) for path in group])))
        for id, group in _by_recording(paths, calls)
    ]


def _by_recording(paths: Iterable[str], calls: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Return the id and the sidecars of each recording: those of the channels of a call, else one."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for path in paths:
        folder, call = str(Path(path).parent), calls.get(path)
        key = (folder, call) if call else (path, Path(path).stem)
        grouped.setdefault(key, []).append(path)
    return [(id, group) for (_, id), group in grouped.items()]


def _parts(kind: str, notes: list[tuple[str, Counter[str]]]) -> list[str]:
    """Return what was dropped or mapped in annotations of a kind, what concerns most recordings first."""
    counts: Counter[str] = Counter()
    recordings: dict[str, list[str]] = defaultdict(list)
    for id, own in notes:
        for what, count in own.items():
            counts[what] += count
            recordings[what].append(id)
    ordered = sorted(counts, key=lambda what: (-len(recordings[what]), what))
    parts: list[str] = []
    for what in ordered:
        share = f"{len(recordings[what])} of {len(notes)}"
        amount = f"{share} {what}" if what == EMPTY else f"{counts[what]} {what} in {share}"
        kind_once = "" if parts else f"{kind}: "
        parts.append(f"{kind_once}{amount} ({examples(recordings[what])})")
    return parts


def _notes(path: str) -> Counter[str]:
    """Read the notes in a sidecar, and the turns that were clipped or dropped; none if it cannot be read."""
    try:
        facts = read_sidecar(prefixed(path))
        repairs, notes = Repairs(**facts.get("repairs", {})), notes_in(facts)
        notes["turns clipped to the recording"] = repairs.clipped
        notes["turns dropped (outside the recording, or empty)"] = repairs.dropped
        return +notes
    except (OSError, InputError, TypeError):
        return Counter()


def _word_notes(path: str) -> Counter[str]:
    """Read the notes in a table of words; none if it cannot be read."""
    from diarflow.artifacts.tables import read_metadata

    try:
        return +Counter(json.loads(read_metadata(prefixed(path)).get("notes", "{}")))
    except (OSError, InputError, ValueError, TypeError):
        return Counter()
