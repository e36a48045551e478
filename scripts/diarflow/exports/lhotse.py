"""Lhotse manifests: the prepared audio as recordings, and each turn as a supervision."""

import gzip
import json
from collections.abc import Iterable, Iterator
from typing import Any

from diarflow.exports.recording import ExportedRecording

_RATE = 16_000  # of prepared audio
_DECIMALS = 6  # of times in RTTM


def render_corpus(recordings: Iterable[ExportedRecording]) -> dict[str, bytes]:
    """Return the manifests by name. That of the recordings is empty without audio."""
    recordings = list(recordings)
    supervisions = (line for recording in recordings for line in _supervisions(recording))
    return {
        "recordings.jsonl.gz": _compressed(
            _recording(recording) for recording in recordings if recording.prepared
        ),
        "supervisions.jsonl.gz": _compressed(supervisions),
    }


def _recording(recording: ExportedRecording) -> dict[str, Any]:
    return {
        "id": recording.id,
        "sources": [
            {"type": "file", "channels": [number], "source": path}
            for number, path in enumerate(recording.prepared)
        ],
        "sampling_rate": _RATE,
        "num_samples": round(recording.duration * _RATE),
        "duration": recording.duration,
        "channel_ids": list(range(len(recording.prepared))),
    }


def _supervisions(recording: ExportedRecording) -> Iterator[dict[str, Any]]:
    for number, (turn, channel) in enumerate(recording.numbered_turns):
        yield {
            "id": f"{recording.id}-{number:05d}",
            "recording_id": recording.id,
            "start": turn.start,
            "duration": round(turn.end - turn.start, _DECIMALS),
            "channel": channel - 1,
            "speaker": turn.speaker,
        }


def _compressed(values: Iterable[dict[str, Any]]) -> bytes:
    lines = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    return gzip.compress(lines.encode(), mtime=0)
