"""Praat TextGrid: an interval tier for each speaker, whose labels are the name of the speaker."""

import tempfile
from pathlib import Path

from diarflow.exports.recording import ExportedRecording
from diarflow.timeline.intervals import Interval

_SHORTEST = 0.001  # seconds; Praat opens no grid without a duration
_NO_SPEAKERS = {"speakers": list[Interval]()}  # Praat opens no grid without a tier


def render(recording: ExportedRecording) -> str:
    """Return the grid of a recording in the long text form."""
    from praatio.data_classes.interval_tier import IntervalTier
    from praatio.data_classes.textgrid import Textgrid

    end = max(recording.end, _SHORTEST)
    grid = Textgrid(0, end)
    for speaker, intervals in (recording.intervals or _NO_SPEAKERS).items():
        entries = [(*interval, speaker) for interval in intervals]
        grid.addTier(IntervalTier(speaker, entries, 0, end))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "grid")
        grid.save(str(path), "long_textgrid", includeBlankSpaces=True)
        return path.read_text(encoding="utf-8")
