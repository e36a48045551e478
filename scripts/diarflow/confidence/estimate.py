"""Estimate of a recording: confidence of its pieces, expected DER, and probabilities of the number of speakers."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from diarflow.confidence.calibrator import (
    Calibrator,
    describe_recording,
    evidence_columns,
    fact_columns,
)
from diarflow.confidence.evidence import Evidence

_DECIMALS = 4
_MIN_PROBABILITY = 0.01  # of a number of speakers that is listed


class Estimate(NamedTuple):
    """Estimate of a recording.

    `der`, `low` and `high` are the expected DER and its 90 % interval, from 0 to 1; None without turns. `confidence` is the
    mean probability of a right label. `speakers` gives the probability of each number of speakers. `sources` are those of
    the evidence that the calibrator used.
    """

    der: float | None
    low: float | None
    high: float | None
    confidence: float | None
    speech: float
    speakers: dict[int, float]
    sources: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the content of the JSON file: DER in percent."""
        der, low, high = (
            None if value is None else round(100 * value, 2)
            for value in (self.der, self.low, self.high)
        )
        listed = sorted(self.speakers.items(), key=lambda item: (-item[1], item[0]))
        return {
            "expected_der": der,
            "expected_der_low": low,
            "expected_der_high": high,
            "confidence": None if self.confidence is None else round(self.confidence, _DECIMALS),
            "speech_seconds": round(self.speech, 3),
            "speakers": {
                str(count): round(probability, _DECIMALS)
                for count, probability in listed
                if probability >= _MIN_PROBABILITY
            },
            "sources": list(self.sources),
        }


def estimate_channel(
    evidence: Evidence, calibrator: Calibrator, *, is_number_given: bool = False
) -> tuple[np.ndarray, Estimate]:
    """Return the probability (pieces,) that the label of each piece is right, and the estimate of a channel."""
    count, speech = len(evidence.pieces.names), evidence.facts["speech"]
    if not count:
        return np.zeros(0), Estimate(None, None, None, None, 0.0, {0: 1.0}, ())
    model, sources = calibrator.model(evidence.sources)
    columns = [evidence.columns[name] for name in evidence_columns(sources)]
    probabilities = model.probabilities(np.column_stack(columns))
    durations = evidence.pieces.duration
    described = describe_recording(probabilities, evidence.columns, durations, evidence.facts)
    facts = np.array([described[name] for name in fact_columns(sources)])
    speakers = {count: 1.0} if is_number_given else model.count_probabilities(facts, count)
    mean = float(durations @ probabilities / durations.sum())
    return probabilities, Estimate(*model.expected_der(facts), mean, speech, speakers, sources)


def join_channels(channels: Sequence[Estimate]) -> Estimate:
    """Return the estimate of a call: means weighted by speech, and the sum of the numbers of speakers.

    >>> one = Estimate(0.1, 0.0, 0.2, 0.9, 30.0, {1: 0.8, 2: 0.2}, ("turns",))
    >>> two = Estimate(0.3, 0.2, 0.4, 0.7, 10.0, {1: 1.0}, ("turns",))
    >>> joined = join_channels([one, two])
    >>> round(joined.der, 3), round(joined.confidence, 3), joined.speakers
    (0.15, 0.85, {2: 0.8, 3: 0.2})
    """
    if len(channels) == 1:
        return channels[0]
    spoken = [channel for channel in channels if channel.der is not None]
    speech = sum(channel.speech for channel in spoken)

    def mean(name: str) -> float | None:
        total = sum(getattr(channel, name) * channel.speech for channel in spoken)
        return total / speech if speech else None

    speakers = {0: 1.0}
    for channel in channels:
        summed: dict[int, float] = {}
        for count, probability in speakers.items():
            for more, other in channel.speakers.items():
                summed[count + more] = summed.get(count + more, 0.0) + probability * other
        speakers = summed
    return Estimate(
        mean("der"), mean("low"), mean("high"), mean("confidence"), speech, speakers,
        spoken[0].sources if spoken else (),
    )  # fmt: skip
