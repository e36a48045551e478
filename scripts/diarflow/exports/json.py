"""JSON by `recording.schema.json`: the recording, its speakers and its turns."""

import json
from typing import Any

from diarflow.exports.recording import ExportedRecording

SCHEMA_VERSION = 1
_DECIMALS = 3


def render(recording: ExportedRecording) -> str:
    """Return the object of a recording."""
    return json.dumps(document(recording), indent=1, ensure_ascii=False) + "\n"


def document(recording: ExportedRecording) -> dict[str, Any]:
    """Return the object of a recording, with times in seconds."""
    return {
        "version": SCHEMA_VERSION,
        "recording": recording.id,
        "name": recording.name,
        "audio": recording.audio or None,
        "duration": round(recording.duration, _DECIMALS) or None,
        "system": recording.system,
        "speakers": [
            {
                "name": speaker,
                "seconds": round(sum(end - start for start, end in intervals), _DECIMALS),
            }
            for speaker, intervals in recording.intervals.items()
        ],
        "turns": [
            {"start": turn.start, "end": turn.end, "speaker": turn.speaker, "channel": channel}
            | ({"confidence": recording.confidences[number]} if recording.confidences else {})
            for number, (turn, channel) in enumerate(recording.numbered_turns)
        ],
        "words": [
            {
                "start": word.start,
                "end": word.end,
                "text": word.text,
                "speaker": word.speaker or None,
            }
            for word in recording.words
        ],
    }
