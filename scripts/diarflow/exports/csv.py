"""CSV with a header: recording, start, end (seconds), speaker, text; a row for each turn or sentence.

If the confidence is estimated and there is no transcript, it is in a further column.
"""

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
    # sentences are not turns
    confidences = [] if recording.words else [f"{value:.4f}" for value in recording.confidences]
    writer.writerow([*COLUMNS, "confidence"] if confidences else COLUMNS)
    for number, part in enumerate(recording.utterances):
        times = (format_seconds(part.start), format_seconds(part.end))
        names = (table_cell(part.speaker), table_cell(part.text))
        further = confidences[number : number + 1]
        writer.writerow([table_cell(recording.name), *times, *names, *further])
    return text.getvalue()
