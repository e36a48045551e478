"""CSV with a header: recording, start, end (seconds), speaker, text; a row for each turn or sentence."""

import csv
import io

from diarflow.errors import table_cell
from diarflow.exports.recording import ExportedRecording
from diarflow.formats.text import format_seconds

COLUMNS = ("recording", "start", "end", "speaker", "text")


def render(recording: ExportedRecording) -> str:
    """Return the rows of a recording."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for part in recording.utterances:
        times = (format_seconds(part.start), format_seconds(part.end))
        names = (table_cell(part.speaker), table_cell(part.text))
        writer.writerow([table_cell(recording.name), *times, *names])
    return text.getvalue()
