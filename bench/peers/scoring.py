"""Scores of everything that systems found, as the workflow would have them; in one process, in seconds."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from diarflow.artifacts.tables import COLUMNS
from diarflow.formats.rttm import read_comments, read_turns
from diarflow.formats.uem import read_uem
from diarflow.scoring.bootstrap import compare_all
from diarflow.scoring.diarization import score
from diarflow.scoring.hypothesis import count_speakers
from diarflow.scoring.reference import EXTENT, repair
from diarflow.scoring.totals import across, rounded, totals, with_rates
from diarflow.settings.stages import Scores
from diarflow.timeline.intervals import Interval, Turn, clip

LEAST = 1.0  # seconds of speech, for the speakers that everyone has to find


def read_found(path: Path) -> list[Turn]:
    """Turns that another system wrote, merged and without empty ones."""
    return repair(read_turns(path), duration=math.inf)[0]


def rows_of(corpus: str, label: str, rttm: Path, reference: Path, failed: bool) -> Iterator[tuple]:
    """A row for each protocol, in the order of the columns of `scores`."""
    truth, found = read_turns(reference), read_found(rttm)
    uem = reference.with_suffix(".uem")
    extent = read_uem(uem)[rttm.stem]
    source = next((one for one in read_comments(uem) if one.startswith(EXTENT)), EXTENT)
    counts = (count_speakers(truth, extent), count_speakers(found, extent))
    for protocol, one in score(truth, found, extent, **Scores().model_dump()).items():
        yield (
            corpus, label, rttm.stem, protocol, *one, *counts, 0, False,
            "failed" * failed, source.removeprefix(EXTENT),
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
    scores = with_rates(pd.DataFrame(rows, columns=list(COLUMNS["scores"])))
    corpora = [totals(scores[scores["corpus"] == corpus]) for corpus in splits]
    return rounded([scores, *corpora, *across(scores, splits)]), compare_all(scores, splits)
