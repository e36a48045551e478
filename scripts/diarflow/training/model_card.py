"""What a training leaves: the model in two formats, a card that says where it comes from, its curve."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diarflow.atomic import written_whole
from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.digests import digest, versions
from diarflow.networks.bilstm import HOP, METHOD
from diarflow.networks.graph import build_graph
from diarflow.networks.weights import read_weights, write_facts
from diarflow.training.dataset import Extent
from diarflow.training.loss_curve import draw_losses


def write_outcome(
    output: Any,
    network,
    history: Sequence[tuple],
    extents: Sequence[Extent],
    settings: dict[str, Any],
    *,
    sources: Sequence[str],
) -> None:
    """Write `output.model` (.keras), `.graph` (.onnx), `.card` (.json) and `.curve` (.png)."""
    network.optimizer = None  # its state is two thirds of the file and of no use to anybody
    facts = {key: settings[key] for key in METHOD}
    with written_whole(output.model) as beside:
        network.save(beside)
        write_facts(beside, facts)
    weights = read_weights(output.model)
    graph = build_graph(weights, activation=settings["activation"], facts=facts)
    with written_whole(output.graph) as beside:
        Path(beside).write_bytes(graph.SerializeToString())
    seconds = {"training": 0.0, "validation": 0.0}
    for one in extents:
        seconds["validation" if one.validation else "training"] += one.frames * HOP / SAMPLE_RATE
    card = {
        "parameters": network.count_params(),
        "settings": settings,
        "data": {Path(path).name: digest(Path(path)) for path in sources},
        "recordings": {
            part: sorted(f"{e.corpus}/{e.recording}" for e in extents if e.validation is held)
            for part, held in (("training", False), ("validation", True))
        },
        "hours": {part: round(total / 3600, 3) for part, total in seconds.items()},
        "positive_share": round(
            sum(e.positive for e in extents) / sum(e.frames for e in extents), 5
        ),
        "versions": versions("tensorflow-cpu", "tensorflow", "keras", "numpy", "librosa"),
        "history": [one._asdict() for one in history],
    }
    with written_whole(output.card) as beside:
        beside.write_text(json.dumps(card, indent=1) + "\n")
    with written_whole(output.curve) as beside:
        draw_losses(beside, card["history"])
