"""Evidence about the turns of a system on a recording, from all sources that the recording has."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from diarflow.confidence.network_evidence import (
    activity_evidence,
    count_probabilities,
    network_evidence,
)
from diarflow.confidence.pieces import Pieces, cut_turns
from diarflow.confidence.system_evidence import system_evidence
from diarflow.confidence.turn_evidence import turn_evidence
from diarflow.confidence.voice_evidence import owners_of_windows, voice_evidence
from diarflow.embedding.windows import Window
from diarflow.networks.chunks import Chunks
from diarflow.scoring.diarization import score
from diarflow.timeline.frames import intervals_to_frames
from diarflow.timeline.intervals import Interval, Seconds, Turn

# Columns of each source. A calibrator has a model for each combination of sources.
SOURCES = {
    "turns": (
        "turn_length", "near_edge", "other_edge", "overlap", "turns_nearby", "talk_share", "speakers",
    ),
    "voices": ("voice_margin", "voice_fit", "similar_speaker"),
    "network": ("speech", "count", "count_spread", "activity", "activity_margin"),
    "systems": ("agreement", "agreement_on_speech"),
}  # fmt: skip


class Evidence(NamedTuple):
    """Evidence about the turns of a channel.

    `columns` are those of `SOURCES`, each (pieces,). `facts` describe the whole channel: `speech`, the seconds of all
    turns; `speakers`; from the network `missed`, the seconds of expected speakers that no turn has; from the other
    systems `difference` and `undetected`, their mean errors and misses in seconds if this system were the reference,
    and `other_speakers`, the mean number of speakers.
    """

    pieces: Pieces
    columns: dict[str, np.ndarray]
    facts: dict[str, float]

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources that the evidence comes from, in the order of `SOURCES`."""
        return tuple(name for name, columns in SOURCES.items() if columns[0] in self.columns)


def collect_evidence(
    turns: Sequence[Turn],
    *,
    windows: Sequence[Window] | None = None,
    vectors: np.ndarray | None = None,
    chunks: Chunks | None = None,
    others: Sequence[Sequence[Turn]] = (),
) -> Evidence:
    """Return the evidence about the turns of a channel.

    `windows` and `vectors` are those of an embedding, `chunks` the activations of a segmentation network, and `others`
    the turns of other systems. Without turns there are no pieces.
    """
    pieces = cut_turns(turns)
    speech = sum((turn.end - turn.start for turn in turns), 0.0)
    facts = {"speech": speech, "speakers": float(len(pieces.names))}
    columns = turn_evidence(turns, pieces)
    rows = [row for row, window in enumerate(windows or ()) if not window.is_local_speaker]
    if turns and rows and windows is not None and vectors is not None:
        kept, selected = [windows[row] for row in rows], vectors[rows]
        columns |= voice_evidence(kept, selected, pieces)
        if chunks is not None and chunks.frame_count:
            columns |= activity_evidence(chunks, kept, owners_of_windows(kept, pieces)[1], pieces)
    if chunks is not None and chunks.frame_count:
        probabilities, active = count_probabilities(chunks), _active_speakers(turns, chunks)
        if "activity" in columns:
            columns |= network_evidence(chunks, probabilities, pieces, active)
        expected = probabilities[:, 1] + 2 * probabilities[:, 2]
        facts["missed"] = float(np.maximum(expected - active, 0.0).sum() * chunks.step)
    if others:
        facts |= _differences(turns, others)
        if turns:
            columns |= system_evidence(turns, others, pieces)
    return Evidence(pieces, columns, facts)


def _active_speakers(turns: Sequence[Turn], chunks: Chunks) -> np.ndarray:
    """Return the number of active speakers (frames,) on the grid of the chunks."""
    times = chunks.times()
    active = np.zeros(len(times), int)
    for speaker in {turn.speaker for turn in turns}:
        own = [Interval(turn.start, turn.end) for turn in turns if turn.speaker == speaker]
        active += intervals_to_frames(own, times)
    return active


def _differences(turns: Sequence[Turn], others: Sequence[Sequence[Turn]]) -> dict[str, float]:
    errors: Seconds = 0.0
    missed: Seconds = 0.0
    for other in others:
        extent = [Interval(0.0, max((turn.end for turn in [*turns, *other]), default=0.0))]
        seconds = score(other, turns, extent, collar_each_side=0.0)["full"]
        errors += seconds.missed + seconds.false_alarm + seconds.confusion
        missed += seconds.missed
    count = len(others)
    return {
        "difference": errors / count,
        "undetected": missed / count,
        "other_speakers": sum(len({turn.speaker for turn in other}) for other in others) / count,
    }
