"""Files of a trained change detector: the model in two formats, its model card, and its loss curve."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diarflow.atomic import atomic_write
from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.digests import digest, versions
from diarflow.networks.bilstm import DEFAULT_METADATA, HOP
from diarflow.networks.graph import build_graph
from diarflow.networks.weights import read_weights, write_metadata
from diarflow.training.dataset import FrameRange
from diarflow.training.loss_curve import draw_losses


def write_model(
    output: Any,
    network,
    history: Sequence[Any],
    ranges: Sequence[FrameRange],
    settings: dict[str, Any],
    *,
    sources: Sequence[str],
) -> None:
    """Write `output.model` (.keras), `.graph` (.onnx), `.card` (.json) and `.curve` (.png).

    `history` has the validations. `sources` are the files of the training set: their digests go into the card.
    """
    network.optimizer = None  # its state is two thirds of the file, and nothing reads it
    metadata = {key: settings[key] for key in DEFAULT_METADATA}
    with atomic_write(output.model) as beside:
        network.save(beside)
        write_metadata(beside, metadata)
    weights = read_weights(output.model)
    graph = build_graph(weights, activation=settings["activation"], metadata=metadata)
    with atomic_write(output.graph) as beside:
        Path(beside).write_bytes(graph.SerializeToString())
    card = {
        "parameters": network.count_params(),
        "settings": settings,
        "data": {Path(path).name: digest(Path(path)) for path in sources},
        **_describe_recordings(ranges),
        "versions": versions("tensorflow-cpu", "tensorflow", "keras", "numpy", "librosa"),
        "history": [validation._asdict() for validation in history],
    }
    with atomic_write(output.card) as beside:
        beside.write_text(json.dumps(card, indent=1) + "\n")
    with atomic_write(output.curve) as beside:
        draw_losses(beside, card["history"])


def _describe_recordings(ranges: Sequence[FrameRange]) -> dict[str, Any]:
    """Return the entries of the card about the recordings of the training set."""
    parts = {
        "training": [recording for recording in ranges if not recording.validation],
        "validation": [recording for recording in ranges if recording.validation],
    }
    frames = sum(recording.frames for recording in ranges)
    return {
        "recordings": {
            part: sorted(f"{recording.corpus}/{recording.recording}" for recording in recordings)
            for part, recordings in parts.items()
        },
        "hours": {part: _hours(recordings) for part, recordings in parts.items()},
        "positive_share": round(sum(recording.positive for recording in ranges) / frames, 5),
    }


def _hours(recordings: Sequence[FrameRange]) -> float:
    seconds = sum((recording.frames * HOP / SAMPLE_RATE for recording in recordings), 0.0)
    return round(seconds / 3600, 3)
