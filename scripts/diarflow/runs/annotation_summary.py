"""Line at the end of a run: what was dropped or mapped in the references and the imported systems."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from diarflow.artifacts.sidecars import read_sidecar
from diarflow.errors import MAX_LENGTH, InputError
from diarflow.formats.text import examples
from diarflow.scoring.notes import EMPTY, notes_in
from diarflow.scoring.repairs import Repairs


def annotation_lines(references: Iterable[str], imported: Iterable[str] = ()) -> Iterator[str]:
    """Yield a line if anything was dropped or mapped, by the sidecars of prepared references and imported systems."""
    parts = [
        *_parts("references", list(references)),
        *_parts("imported systems", list(imported)),
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


def _parts(kind: str, paths: list[str]) -> list[str]:
    """Return what was dropped or mapped in annotations of a kind, what concerns most recordings first."""
    counts: Counter[str] = Counter()
    recordings: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for what, count in _notes(path).items():
            counts[what] += count
            recordings[what].append(Path(path).stem)
    ordered = sorted(counts, key=lambda what: (-len(recordings[what]), what))
    parts: list[str] = []
    for what in ordered:
        share = f"{len(recordings[what])} of {len(paths)}"
        amount = f"{share} {what}" if what == EMPTY else f"{counts[what]} {what} in {share}"
        kind_once = "" if parts else f"{kind}: "
        parts.append(f"{kind_once}{amount} ({examples(recordings[what])})")
    return parts


def _notes(path: str) -> Counter[str]:
    """Read the notes in a sidecar, and the turns that were clipped or dropped; none if it cannot be read."""
    try:
        facts = read_sidecar(path)
        repairs, notes = Repairs(**facts.get("repairs", {})), notes_in(facts)
        notes["turns clipped to the recording"] = repairs.clipped
        notes["turns dropped (outside the recording, or empty)"] = repairs.dropped
        return +notes
    except (OSError, InputError, TypeError):
        return Counter()
