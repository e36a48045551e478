"""ELAN annotation document (.eaf): a tier for each speaker, linked to the audio."""

import tempfile
from pathlib import Path

from diarflow.exports.recording import ExportedRecording

_DATE = "1970-01-01T00:00:00+00:00"  # the same turns give the same bytes


def render(recording: ExportedRecording) -> str:
    """Return the document of a recording. Times are rounded to milliseconds."""
    from pympi import Eaf

    document = Eaf(author="diarflow")
    document.adocument["DATE"] = _DATE
    if recording.audio:
        path = Path(recording.audio).absolute()
        document.add_linked_file(path.as_uri(), relpath=path.name, mimetype="audio/*")
    if recording.tiers:
        document.remove_tier("default")  # of pympi; a speaker can have this name
    for speaker, entries in recording.tiers.items():
        document.add_tier(speaker)
        for start, end, label in entries:
            document.add_annotation(speaker, round(1000 * start), round(1000 * end), label)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "document")
        document.to_file(str(target))
        return target.read_text(encoding="utf-8")
