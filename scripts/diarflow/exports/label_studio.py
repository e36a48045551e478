"""Label Studio task with the turns as a prediction, for the tags `Audio` (name "audio") and `Labels` (name "label")."""

import json

from diarflow.exports.recording import ExportedRecording


def render(recording: ExportedRecording) -> str:
    """Return a list with the task of a recording."""
    regions = [
        {
            "id": f"turn-{number:05d}",
            "from_name": "label",
            "to_name": "audio",
            "type": "labels",
            "original_length": recording.end,
            "value": {
                "start": turn.start,
                "end": turn.end,
                "channel": channel - 1,
                "labels": [turn.speaker],
            },
        }
        for number, (turn, channel) in enumerate(recording.numbered_turns)
    ]
    task = {
        "data": {"audio": recording.audio, "recording": recording.name},
        "predictions": [{"model_version": recording.system, "result": regions}],
    }
    return json.dumps([task], indent=1, ensure_ascii=False) + "\n"
