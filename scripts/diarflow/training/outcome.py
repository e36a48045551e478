"""What a training leaves: the model in two formats, a card that says where it comes from, its curve."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diarflow.files import written_whole
from diarflow.lineage import digest, versions
from diarflow.networks.graph import build_graph
from diarflow.networks.weights import read_weights
from diarflow.training.dataset import Extent


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
    with written_whole(output.model) as beside:
        network.save(beside)
    graph = build_graph(read_weights(output.model), activation=settings["activation"])
    with written_whole(output.graph) as beside:
        Path(beside).write_bytes(graph.SerializeToString())
    frames: Counter[str] = Counter()
    for one in extents:
        frames["validation" if one.validation else "training"] += one.frames
    card = {
        "parameters": network.count_params(),
        "settings": settings,
        "data": {Path(path).name: digest(Path(path)) for path in sources},
        "recordings": {
            part: sorted(f"{e.corpus}/{e.recording}" for e in extents if e.validation is held)
            for part, held in (("training", False), ("validation", True))
        },
        "frames": frames,
        "positive_share": round(
            sum(e.positive for e in extents) / sum(e.frames for e in extents), 5
        ),
        "versions": versions("tensorflow-cpu", "tensorflow", "keras", "numpy", "librosa"),
        "history": [one._asdict() for one in history],
    }
    with written_whole(output.card) as beside:
        beside.write_text(json.dumps(card, indent=1) + "\n")
    draw_curve(output.curve, history)


def draw_curve(path, history: Sequence[tuple]) -> None:
    """Loss on what was learnt from and on what was held out, by epoch."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), dpi=100, layout="constrained")
    axes = figure.subplots()
    epochs = [one.epoch for one in history]
    axes.plot(epochs, [one.loss for one in history], "o-", color="#0072B2", label="learnt from")
    axes.plot(
        epochs, [one.validation_loss for one in history], "s--", color="#D55E00", label="held out"
    )
    axes.set_xlabel("epoch")
    axes.set_ylabel("weighted cross-entropy a frame")
    axes.set_xticks(epochs)
    axes.legend()
    axes.grid(color="#DDDDDD", linewidth=0.5)
    with written_whole(path) as beside:
        figure.savefig(beside, format="png", metadata={"Software": None})
