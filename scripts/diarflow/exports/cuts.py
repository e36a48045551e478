"""Cuts: a FLAC file of the prepared audio for each turn, and a table of them. Overlapping speech is in both cuts."""

import csv
import io
from contextlib import ExitStack
from pathlib import Path

from diarflow.atomic import atomic_write
from diarflow.errors import table_cell
from diarflow.exports.recording import ExportedRecording
from diarflow.formats.text import as_field, format_seconds

COLUMNS = ("file", "recording", "start", "end", "speaker")


def cut_names(recording: ExportedRecording) -> list[str]:
    """Return the name of the cut of each turn: its number and its speaker.

    >>> from diarflow.timeline.intervals import Turn
    >>> cut_names(ExportedRecording("a", "a", "best", (Turn(0.0, 1.5, "Ann/Lee"),)))
    ['0000_Ann_Lee.flac']
    """
    return [
        f"{number:04d}_{_safe(turn.speaker)}.flac" for number, turn in enumerate(recording.turns)
    ]


def _safe(speaker: str) -> str:
    return "".join(c if c.isalnum() or c in "_-" else "_" for c in as_field(speaker))[:60]


def write_cuts(folder: Path, recording: ExportedRecording) -> None:
    """Write the cut of each turn to a folder, and remove the cuts of an earlier export that the folder's table lists."""
    import soundfile

    names = cut_names(recording)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files = [stack.enter_context(soundfile.SoundFile(path)) for path in recording.prepared]
        for name, (turn, channel) in zip(names, recording.numbered_turns, strict=True):
            audio = files[channel - 1]
            start = min(round(turn.start * audio.samplerate), audio.frames)
            audio.seek(start)
            samples = audio.read(max(0, round(turn.end * audio.samplerate) - start), dtype="int16")
            with atomic_write(folder / name) as temporary:
                soundfile.write(temporary, samples, audio.samplerate, format="FLAC")


def render(recording: ExportedRecording) -> str:
    """Return the table of the cuts; files are relative to the folder of the table."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name, turn in zip(cut_names(recording), recording.turns, strict=True):
        times = (format_seconds(turn.start), format_seconds(turn.end))
        file = f"{recording.id}/{name}"
        writer.writerow([file, table_cell(recording.name), *times, table_cell(turn.speaker)])
    return text.getvalue()


def remove_cuts(table: Path) -> None:
    """Remove the files that the table of an earlier export lists."""
    from diarflow.atomic import remove_own

    if not table.is_file():
        return
    with open(table, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            path = table.parent / (row.get("file") or "")
            if path.suffix == ".flac" and path.parent.parent == table.parent and path.is_file():
                remove_own(path)
