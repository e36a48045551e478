"""CSV with a header: recording, start, end (seconds), speaker; one row for each turn."""

import csv
import io

from diarflow.errors import table_cell
from diarflow.exports.recording import ExportedRecording
from diarflow.formats.text import format_seconds

COLUMNS = ("recording", "start", "end", "speaker")


def render(recording: ExportedRecording) -> str:
    """Return the rows of a recording."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for turn in recording.turns:
        times = (format_seconds(turn.start), format_seconds(turn.end))
        writer.writerow([table_cell(recording.name), *times, table_cell(turn.speaker)])
    return text.getvalue()
