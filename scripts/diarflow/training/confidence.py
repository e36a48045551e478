"""Training of the calibrator of confidences on recordings with references.

The regressions of errors and counts learn from probabilities of pieces that were trained on other groups of recordings.
The residuals are those of groups that were left out.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from diarflow.atomic import atomic_write
from diarflow.confidence.calibrator import (
    COUNT_STEPS,
    Calibrator,
    Model,
    describe_recording,
    evidence_columns,
    fact_columns,
    to_log_der,
)
from diarflow.confidence.evidence import SOURCES, Evidence
from diarflow.confidence.regression import Regression, fit_linear, fit_logistic, sigmoid
from diarflow.digests import versions
from diarflow.errors import InputError
from diarflow.scoring.diarization import score
from diarflow.scoring.prepared_reference import PreparedReference
from diarflow.scoring.reliability import correct_shares
from diarflow.timeline.intervals import Turn

_PENALTY_OF_PIECES = 1e-3
_PENALTY_OF_RECORDINGS = 0.1
_PENALTY_OF_COUNTS = 0.1
_BALANCE = 0.5  # exponent of a recording's seconds in its weight
_QUANTILES = (5, 50, 95)
_FEWEST_GROUPS = 5
_FOLDS = 10


class Example(NamedTuple):
    """Evidence about the turns of a recording, and how right they are.

    `correct` (pieces,) is the share of each piece in which its speaker is active by the reference, `seconds` (pieces,) the
    scored seconds of each piece. `der` is the diarization error rate from 0, `reference` the seconds of speech of the
    reference, `speakers` its number of speakers.
    """

    group: str
    evidence: Evidence
    correct: np.ndarray
    seconds: np.ndarray
    der: float
    reference: float
    speakers: int


def make_example(
    group: str, evidence: Evidence, turns: Sequence[Turn], reference: PreparedReference
) -> Example | None:
    """Return an example; None if the reference has no speech, or the turns have none in the scored extent."""
    extent = reference.scored_extent(turns)
    seconds = score(reference.turns, turns, extent, collar_each_side=0.0)["full"]
    pieces = evidence.pieces
    names = np.array(pieces.names)[pieces.speaker] if len(pieces.names) else np.empty(0, str)
    labelled = [Turn(*row) for row in zip(pieces.start, pieces.end, names.tolist(), strict=True)]
    inside, correct = correct_shares(labelled, names, reference)
    scored = inside * pieces.duration
    if not seconds.reference or not scored.sum():
        return None
    errors = seconds.missed + seconds.false_alarm + seconds.confusion
    speakers = len({turn.speaker for turn in reference.turns})
    reference_seconds = seconds.reference
    return Example(
        group, evidence, correct, scored, errors / reference_seconds, reference_seconds, speakers
    )


def train_calibrator(examples: Sequence[Example]) -> Calibrator:
    """Train a model for each combination of sources that examples of at least 5 groups have."""
    models = {}
    for sources in _combinations():
        usable = [example for example in examples if set(sources) <= set(example.evidence.sources)]
        if len({example.group for example in usable}) >= _FEWEST_GROUPS:
            models["+".join(sources)] = train_model(usable, sources)
    if not models:
        raise InputError(
            f"recordings of fewer than {_FEWEST_GROUPS} groups have a reference and turns; add recordings"
        )
    return Calibrator(models)


def _combinations() -> list[tuple[str, ...]]:
    """Return the combinations of sources that can occur: the network needs the voices, and the turns are always there."""
    first, *others = SOURCES
    chosen = [(first, *rest) for size in range(4) for rest in combinations(others, size)]
    return [sources for sources in chosen if "network" not in sources or "voices" in sources]


def train_model(examples: Sequence[Example], sources: tuple[str, ...]) -> Model:
    """Train the model of a combination of sources."""
    evidence = [columns_of(example, sources) for example in examples]
    groups = [example.group for example in examples]

    def fit_pieces(rows: np.ndarray) -> Regression:
        return _fit_pieces([examples[row] for row in rows], [evidence[row] for row in rows])

    facts = np.zeros((len(examples), len(fact_columns(sources))))
    for rows, model in _left_out(groups, fit_pieces):
        for row in rows:
            facts[row] = facts_of(examples[row], evidence[row], model, sources)
    errors = np.array([to_log_der(example.der) for example in examples])
    weights = np.array([example.seconds.sum() ** _BALANCE for example in examples])

    def fit_der(rows: np.ndarray) -> Regression:
        return fit_linear(facts[rows], errors[rows], weights[rows], penalty=_PENALTY_OF_RECORDINGS)

    residuals = np.zeros(len(examples))
    for rows, der in _left_out(groups, fit_der):
        residuals[rows] = errors[rows] - der.predict(facts[rows])
    everything = np.arange(len(examples))
    low, middle, high = np.percentile(residuals, _QUANTILES).tolist()
    steps = np.clip(
        [example.speakers - len(example.evidence.pieces.names) for example in examples],
        COUNT_STEPS[0], COUNT_STEPS[-1],
    )  # fmt: skip
    counts = tuple(
        fit_logistic(
            facts, (steps == step).astype(float), np.ones(len(steps)), penalty=_PENALTY_OF_COUNTS
        )
        for step in COUNT_STEPS
    )  # fmt: skip
    return Model(fit_pieces(everything), fit_der(everything), counts, (low, middle, high))


def columns_of(example: Example, sources: tuple[str, ...]) -> np.ndarray:
    """Return the evidence (pieces, columns) of these sources."""
    return np.column_stack([example.evidence.columns[name] for name in evidence_columns(sources)])


def facts_of(
    example: Example, evidence: np.ndarray, pieces: Regression, sources: tuple[str, ...]
) -> np.ndarray:
    """Return the facts (facts,) of an example by a regression of pieces."""
    described = describe_recording(
        sigmoid(pieces.predict(evidence)),
        example.evidence.columns,
        example.evidence.pieces.duration,
        example.evidence.facts,
    )
    return np.array([described[name] for name in fact_columns(sources)])


def _fit_pieces(examples: Sequence[Example], evidence: Sequence[np.ndarray]) -> Regression:
    weights = [example.seconds / example.seconds.sum() ** (1 - _BALANCE) for example in examples]
    return fit_logistic(
        np.concatenate(evidence),
        np.concatenate([example.correct for example in examples]),
        np.concatenate(weights),
        penalty=_PENALTY_OF_PIECES,
    )


def folds(groups: Sequence[str], *, count: int = _FOLDS) -> list[np.ndarray]:
    """Return the rows of each fold. A group is in one fold, and there are at most `count` folds.

    >>> [rows.tolist() for rows in folds(["b", "a", "b"], count=2)]
    [[1], [0, 2]]
    """
    names = sorted(set(groups))
    fold_of = {name: number % count for number, name in enumerate(names)}
    numbers = np.array([fold_of[group] for group in groups])
    return [np.flatnonzero(numbers == number) for number in range(min(count, len(names)))]


def _left_out(
    groups: Sequence[str], fit: Callable[[np.ndarray], Regression]
) -> Iterator[tuple[np.ndarray, Regression]]:
    """Yield the rows of each fold, and a regression of the rows of all others."""
    for rows in folds(groups):
        yield rows, fit(np.setdiff1d(np.arange(len(groups)), rows))


def training_facts(examples: Sequence[Example], dropped: int) -> dict[str, Any]:
    """Return the size of the training set for the card."""
    return {
        "recordings_of_systems": len(examples),
        "groups": len({example.group for example in examples}),
        "hours": round(sum(float(example.seconds.sum()) for example in examples) / 3600, 2),
        "without_speech": dropped,
    }


def write_card(path, group: str | None, facts: Mapping[str, Any]) -> None:
    """Write the model card of a calibrator: its groups, the size of the training set, and versions of libraries."""
    with atomic_write(path) as beside:
        card = {"group": group, **facts, "versions": versions("numpy", "scipy")}
        beside.write_text(json.dumps(card, indent=2, sort_keys=True) + "\n")
