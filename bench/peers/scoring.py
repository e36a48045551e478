"""Scores of all systems, as the workflow computes them, in one process."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from diarflow.artifacts.tables import COLUMNS
from diarflow.formats.rttm import read_turns
from diarflow.scoring.comparisons import compare_systems
from diarflow.scoring.diarization import score
from diarflow.scoring.hypothesis import count_speakers
from diarflow.scoring.prepared_reference import read_prepared_reference
from diarflow.scoring.repairs import normalize_turns
from diarflow.scoring.totals import (
    add_rates,
    compute_totals,
    concatenate_rounded,
    totals_over_corpora,
)
from diarflow.settings.reporting import Scores
from diarflow.timeline.intervals import Interval, Turn, clip

MIN_SPEECH = 1.0  # seconds of speech of a speaker that every system should detect

# by label of the system and corpus: content of cost.json
Costs = Mapping[tuple[str, str], Mapping[str, Any]]


def read_hypothesis(path: Path) -> list[Turn]:
    """Read the turns of a system; overlapping turns of a speaker are merged, and empty turns are dropped."""
    return normalize_turns(read_turns(path), duration=math.inf)[0]


def score_rows(
    corpus: str, label: str, rttm: Path, reference: Path, *, failed: bool
) -> Iterator[tuple]:
    """Yield a row for each protocol, with the columns of the artifact `scores`."""
    paths = (reference.with_suffix(suffix) for suffix in (".rttm", ".uem", ".json"))
    prepared = read_prepared_reference(*paths, rttm.stem)
    turns, extent, hypothesis = prepared.turns, prepared.extent, read_hypothesis(rttm)
    counts = (count_speakers(turns, extent), count_speakers(hypothesis, extent))
    for protocol, seconds in score(turns, hypothesis, extent, **Scores().model_dump()).items():
        yield (
            corpus, label, rttm.stem, protocol, *seconds, *counts, 0, False,
            "failed" * failed, prepared.extent_source,
        )  # fmt: skip


def count_long_speakers(rttm: Path, extent: list[Interval]) -> int:
    """Return the number of speakers with MIN_SPEECH or more within the scored extent."""
    seconds: dict[str, float] = {}
    for turn in read_hypothesis(rttm):
        inside = clip(extent, Interval(turn.start, turn.end))
        seconds[turn.speaker] = seconds.get(turn.speaker, 0.0) + sum(b - a for a, b in inside)
    return sum(total >= MIN_SPEECH for total in seconds.values())


def score_all(
    folder: Path, systems: Mapping[str, str], costs: Costs, splits: Mapping[str, str | None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the scores of all recordings, systems and protocols with totals, and the comparisons of pairs of systems.

    `systems` are labels by name, and `splits` those of the corpora. RTTM is `{folder}/{name}/{corpus}/{recording}.rttm`.
    """
    rows = [
        row
        for system, label in systems.items()
        for corpus in splits
        for recording, failed in costs[label, corpus]["recordings"].items()
        for row in score_rows(
            corpus,
            label,
            folder / system / corpus / f"{recording}.rttm",
            Path("results", corpus, "reference", f"{recording}.rttm"),
            failed=bool(failed),
        )
    ]
    scores = add_rates(pd.DataFrame(rows, columns=list(COLUMNS["scores"])))
    corpora = [compute_totals(scores[scores["corpus"] == corpus]) for corpus in splits]
    der = concatenate_rounded([scores, *corpora, *totals_over_corpora(scores, splits)])
    return der, compare_systems(scores, splits)
