"""Scores of everything that systems found, as the workflow would have them; in one process, in seconds."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from diarflow.artifacts.tables import COLUMNS
from diarflow.formats.rttm import read_turns
from diarflow.scoring.comparisons import compare_systems
from diarflow.scoring.diarization import score
from diarflow.scoring.hypothesis import count_speakers
from diarflow.scoring.prepared_reference import read_prepared_reference
from diarflow.scoring.reference import normalize_turns
from diarflow.scoring.totals import (
    add_rates,
    compute_totals,
    concatenate_rounded,
    totals_over_corpora,
)
from diarflow.settings.reporting import Scores
from diarflow.timeline.intervals import Interval, Turn, clip

LEAST = 1.0  # seconds of speech, for the speakers that everyone has to find


def read_found(path: Path) -> list[Turn]:
    """Turns that another system wrote, merged and without empty ones."""
    return normalize_turns(read_turns(path), duration=math.inf)[0]


def rows_of(corpus: str, label: str, rttm: Path, reference: Path, failed: bool) -> Iterator[tuple]:
    """A row for each protocol, in the order of the columns of `scores`."""
    prepared = read_prepared_reference(reference, reference.with_suffix(".uem"), rttm.stem)
    turns, extent, hypothesis = prepared.turns, prepared.extent, read_found(rttm)
    counts = (count_speakers(turns, extent), count_speakers(hypothesis, extent))
    for protocol, seconds in score(turns, hypothesis, extent, **Scores().model_dump()).items():
        yield (
            corpus, label, rttm.stem, protocol, *seconds, *counts, 0, False,
            "failed" * failed, prepared.extent_source,
        )  # fmt: skip


def long_speakers(rttm: Path, extent: list[Interval]) -> int:
    """How many speak for a second or more in what is scored."""
    spoken: dict[str, float] = {}
    for turn in read_found(rttm):
        inside = clip(extent, Interval(turn.start, turn.end))
        spoken[turn.speaker] = spoken.get(turn.speaker, 0.0) + sum(b - a for a, b in inside)
    return sum(seconds >= LEAST for seconds in spoken.values())


def score_all(
    folder: Path, systems: Mapping[str, str], costs: Mapping, splits: Mapping[str, str | None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every recording, system and protocol with the totals, and any two systems compared."""
    rows = [
        row
        for system, label in systems.items()
        for corpus in splits
        for recording, cost in costs[label, corpus]["recordings"].items()
        for row in rows_of(
            corpus,
            label,
            folder / system / corpus / f"{recording}.rttm",
            Path("results", corpus, "reference", f"{recording}.rttm"),
            bool(cost.get("failed")),
        )
    ]
    scores = add_rates(pd.DataFrame(rows, columns=list(COLUMNS["scores"])))
    corpora = [compute_totals(scores[scores["corpus"] == corpus]) for corpus in splits]
    return concatenate_rounded([scores, *corpora, *totals_over_corpora(scores, splits)]), compare_systems(scores, splits)
