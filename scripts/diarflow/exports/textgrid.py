"""Praat TextGrid: an interval tier for each speaker, whose labels are the name of the speaker or the text."""

import tempfile
from pathlib import Path

from diarflow.exports.recording import ExportedRecording
from diarflow.timeline.intervals import Seconds

_SHORTEST = 0.001  # seconds; Praat opens no grid without a duration
_NO_SPEAKERS = {
    "speakers": list[tuple[Seconds, Seconds, str]]()
}  # Praat opens no grid without a tier


def render(recording: ExportedRecording) -> str:
    """Return the grid of a recording in the long text form."""
    from praatio.data_classes.interval_tier import IntervalTier
    from praatio.data_classes.textgrid import Textgrid

    tiers = recording.tiers or _NO_SPEAKERS
    ends = [end for entries in tiers.values() for _, end, _ in entries]
    end = max([recording.end, _SHORTEST, *ends])
    grid = Textgrid(0, end)
    for speaker, entries in tiers.items():
        grid.addTier(IntervalTier(speaker, entries, 0, end))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "grid")
        grid.save(str(path), "long_textgrid", includeBlankSpaces=True)
        return path.read_text(encoding="utf-8")
