"""Scores of a recording as sums over its channels.

As in NIST's md-eval, each channel is scored on its own: its speakers are mapped to those of the same channel. A recording
that is not a call has one channel.
"""

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import NamedTuple

from diarflow.scoring.diarization import Score, score
from diarflow.scoring.hypothesis import count_speakers
from diarflow.scoring.prepared_reference import PreparedReference
from diarflow.timeline.intervals import Seconds, Turn


class ChannelScores(NamedTuple):
    """Scores of a recording by protocol, and facts about it.

    `counts` are the numbers of speakers in reference and hypothesis, and of repairs. `extent_source` contains the
    different sources of the channels.
    """

    scores: dict[str, Score]
    counts: tuple[int, ...]
    extent_source: str


def score_channels(
    references: Sequence[PreparedReference],
    hypotheses: Sequence[Sequence[Turn]],
    *,
    collar_each_side: Seconds,
) -> ChannelScores:
    """Score the hypothesis of each channel against the reference of the channel, and add everything up."""
    scores: list[dict[str, Score]] = []
    counts: list[tuple[int, ...]] = []
    for reference, hypothesis in zip(references, hypotheses, strict=True):
        extent = reference.scored_extent(hypothesis)
        scores.append(score(reference.turns, hypothesis, extent, collar_each_side=collar_each_side))
        speakers = (count_speakers(turns, extent) for turns in (reference.turns, hypothesis))
        counts.append((*speakers, sum(reference.repairs)))
    sums = {protocol: reduce(add, (part[protocol] for part in scores)) for protocol in scores[0]}
    sources = sorted({reference.extent_source for reference in references})
    return ChannelScores(sums, tuple(map(sum, zip(*counts, strict=True))), " ".join(sources))
