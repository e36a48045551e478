"""ELAN annotation document (.eaf): a tier for each speaker, linked to the audio."""

import re
import tempfile
from pathlib import Path

from diarflow.exports.recording import ExportedRecording

_DATE = "1970-01-01T00:00:00+00:00"  # the same turns give the same bytes
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2


def render(recording: ExportedRecording) -> str:
    """Return the document of a recording. Times are rounded to milliseconds, and an annotation has at least one."""
    from pympi import Eaf

    document = Eaf(author="diarflow")
    document.adocument["DATE"] = _DATE
    if recording.audio:
        path = Path(recording.audio).absolute()
        document.add_linked_file(path.as_uri(), relpath=path.name, mimetype="audio/*")
    if recording.tiers:
        document.remove_tier("default")  # of pympi; a speaker can have this name
    for speaker, entries in recording.tiers.items():
        tier, last = _text(speaker), 0
        document.add_tier(tier)
        for start, end, label in entries:
            first = max(round(1000 * start), last)
            last = max(round(1000 * end), first + 1)
            document.add_annotation(tier, first, last, _text(label))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "document")
        document.to_file(str(target))
        return target.read_text(encoding="utf-8")


def _text(name: str) -> str:
    """Return a name with the characters escaped that no XML document can contain."""
    return _NOT_IN_XML.sub(lambda match: ascii(match[0])[1:-1], name)
