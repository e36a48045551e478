"""Causes of the errors of a system, by properties that can be measured.

    .venv/bin/snakemake rttm reference --cores 2 --configfile bench/configs/best.yaml
    .venv/bin/python -m bench.accuracy.errors > bench/results/errors.md

Reads the turns, the references and the prepared audio in results/.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from bench.accuracy.sets import SETS
from bench.accuracy.stability import references
from bench.page import print_heading, print_table
from diarflow.formats.rttm import read_turns
from diarflow.scoring.diarization import ERROR_KINDS, error_regions
from diarflow.scoring.mapping import map_by_time
from diarflow.speech.quiet_pauses import HOP, level_times, levels, relative_levels
from diarflow.timeline.atomic_regions import AtomicRegions, split_regions
from diarflow.timeline.frames import intervals_to_frames
from diarflow.timeline.intervals import Interval, Seconds, Turn

TEXT = """
Errors of `{system}` under the full protocol, in seconds, on {sets}. *points*: percent of the speech of the reference of both sets.
Each recording is divided at the boundaries of turns and every {step} s; each piece has one cause, the first that applies.
The *level* of a piece is 0 for the background (10th percentile) and 1 for the median of the speech of the reference, in dB; a *quiet* piece is
below {quiet}. *Edge*: less than {edge} s from a boundary of the reference. A *second voice* is a second speaker in the reference or,
for a false alarm, in the hypothesis. A speaker is *not found* if no speaker of the hypothesis is mapped to it, and *additional*
if it is mapped to no speaker of the reference.
"""
EDGE: Seconds = 0.5
STEP: Seconds = 0.05
QUIET = 0.4
CAUSES = {
    "missed": ["second voice", "quiet, edge of a turn", "quiet, inside a turn", "one speaker, not quiet"],
    "false_alarm": ["second voice, edge", "second voice, elsewhere", "quiet, edge of a turn", "quiet, elsewhere", "no speaker, not quiet, edge", "no speaker, not quiet, elsewhere"],
    "confusion": ["speaker not found", "additional speaker", "in overlap", "edge of a turn", "elsewhere"],
}  # fmt: skip
DISTANCES = {"up to 0.25 s": 0.25, "0.25 to 0.5 s": 0.5, "more": np.inf}
LENGTHS = {"up to 0.3 s": 0.3, "0.3 to 1 s": 1.0, "more": np.inf}


def find_pieces(
    reference: Sequence[Turn],
    hypothesis: Sequence[Turn],
    extent: Sequence[Interval],
    decibels: np.ndarray,
) -> pd.DataFrame:
    """Return a row for each kind of error in each piece of a recording, with its seconds, its cause and its properties.

    `decibels` (levels,) are the levels of the recording every 10 ms.
    """
    regions = split_regions(reference, hypothesis, list(_grid(extent)))
    counts = {"reference": regions.reference.sum(axis=1), "hypothesis": regions.hypothesis.sum(axis=1)}  # fmt: skip
    middle = (regions.start + regions.end) / 2
    facts = pd.DataFrame(counts).assign(
        middle=middle,
        duration=regions.duration,
        edge=_distance(middle, [time for turn in reference for time in turn[:2]]),
        level=_mean_levels(regions, reference, decibels),
        **_mapped(regions),
    )
    rows = [
        row
        for region in error_regions(reference, hypothesis, extent)
        for row in _pieces(facts, region)
    ]
    return pd.DataFrame(rows, columns=["kind", "cause", "seconds", "edge", "length", "quiet", "overlap"])  # fmt: skip


def _grid(extent: Iterable[Interval]) -> Iterator[Interval]:
    """Divide intervals into pieces of at most `STEP`."""
    for start, end in extent:
        borders = np.linspace(start, end, int(np.ceil((end - start) / STEP)) + 1).tolist()
        yield from map(Interval, borders[:-1], borders[1:])


def _distance(times: np.ndarray, boundaries: Sequence[Seconds]) -> np.ndarray:
    """Return the distance of each time to the nearest boundary, infinite if there is none."""
    return np.abs(times[:, None] - np.array([*boundaries, np.inf])).min(axis=1)


def _mean_levels(
    regions: AtomicRegions, reference: Sequence[Turn], decibels: np.ndarray
) -> np.ndarray:
    """Return the mean relative level of each region; 1 where no level lies in it."""
    times = level_times(len(decibels))
    speech = intervals_to_frames([Interval(*turn[:2]) for turn in reference], times)
    relative = relative_levels(decibels, speech, step=HOP)
    sums = np.concatenate([[0.0], np.cumsum(relative)])
    first, last = np.searchsorted(times, regions.start), np.searchsorted(times, regions.end)
    return np.where(last > first, (sums[last] - sums[first]) / np.maximum(last - first, 1), 1.0)


def _mapped(regions: AtomicRegions) -> dict[str, np.ndarray]:
    """Return where a speaker that is not mapped is active, in the reference and in the hypothesis."""
    columns, rows = map_by_time(regions)
    lost = np.setdiff1d(np.arange(regions.reference.shape[1]), rows)
    extra = np.setdiff1d(np.arange(regions.hypothesis.shape[1]), columns)
    return {
        "lost": regions.reference[:, lost].any(axis=1),
        "extra": regions.hypothesis[:, extra].any(axis=1),
    }


def _pieces(facts: pd.DataFrame, region) -> Iterator[list]:
    inside = facts[(facts["middle"] > region.start) & (facts["middle"] < region.end)]
    for piece in inside.itertuples():
        quiet, edge = piece.level < QUIET, piece.edge < EDGE
        yield [
            region.kind, CAUSES[region.kind][cause_of(region.kind, piece, quiet=quiet, edge=edge)],
            piece.duration * region.speakers, piece.edge, region.end - region.start, quiet, piece.reference >= 2,
        ]  # fmt: skip


def cause_of(kind: str, piece, *, quiet: bool, edge: bool) -> int:
    """Return the index of the cause in `CAUSES`."""
    if kind == "missed":
        if piece.reference >= 2 and piece.hypothesis:
            return 0
        return (1 if edge else 2) if quiet else 3
    if kind == "false_alarm":
        if piece.reference:
            return 0 if edge else 1
        return (2 if quiet else 4) + (not edge)
    conditions = [piece.lost, piece.extra, piece.reference >= 2, edge, True]
    return conditions.index(True)


def read_pieces(results: Path, system: str, sets: Iterable[str]) -> Iterator[pd.DataFrame]:
    """Yield the pieces of each recording of the sets, and the seconds of its reference."""
    for name in sets:
        for corpus in SETS[name]:
            for id, reference in references(results / corpus):
                turns = read_turns(results / corpus / f"rttm/{system}/{id}.rttm")
                decibels = levels(results / corpus / f"audio/{id}.wav")
                extent = reference.scored_extent(turns)
                pieces = find_pieces(reference.turns, turns, extent, decibels)
                speech = sum(turn.end - turn.start for turn in reference.turns)
                yield pieces.assign(set=name, recording=id, speech=speech)


def class_of(values: pd.Series, classes: dict[str, float]) -> pd.Series:
    """Return the name of the class of each value: the first whose limit is not below it."""
    names = list(classes)
    return values.map(lambda value: next(name for name in names if value <= classes[name]))


def cause_rows(pieces: pd.DataFrame, sets: Sequence[str], speech: Seconds) -> Iterator[list[str]]:
    for kind, causes in CAUSES.items():
        for cause in causes:
            chosen = pieces[(pieces["kind"] == kind) & (pieces["cause"] == cause)]
            seconds = chosen.groupby("set")["seconds"].sum().reindex(sets, fill_value=0.0)
            by_recording = chosen.groupby("recording")["seconds"].sum().sort_values(ascending=False)
            most = ", ".join(f"{name} {value:.1f}" for name, value in by_recording.head(3).items())
            points = f"{100 * seconds.sum() / speech:.1f}"
            yield [kind.replace("_", " "), cause, *(f"{s:.1f}" for s in seconds), points, most]


def property_rows(pieces: pd.DataFrame) -> Iterator[list[str]]:
    quiet = pieces["quiet"].map({True: "quiet", False: "not quiet"})
    speakers = pieces["overlap"].map({True: "two or more", False: "one or none"})
    properties = {
        "distance to the nearest boundary": (class_of(pieces["edge"], DISTANCES), DISTANCES),
        "length of the error": (class_of(pieces["length"], LENGTHS), LENGTHS),
        "level": (quiet, ["quiet", "not quiet"]),
        "speakers in the reference": (speakers, ["one or none", "two or more"]),
    }
    for name, (values, classes) in properties.items():
        seconds = pieces.pivot_table("seconds", values, "kind", "sum")
        seconds = seconds.reindex(index=list(classes), columns=list(ERROR_KINDS)).fillna(0.0)
        for value, row in seconds.iterrows():
            yield [name, str(value), *(f"{cell:.1f}" for cell in row), f"{row.sum():.1f}"]


def recording_rows(pieces: pd.DataFrame) -> Iterator[list[str]]:
    order = pieces.groupby("recording")["seconds"].sum().sort_values(ascending=False)
    for recording, seconds in order.items():
        chosen = pieces[pieces["recording"] == recording]
        kinds = chosen.groupby("kind")["seconds"].sum().reindex(list(ERROR_KINDS), fill_value=0.0)
        causes = chosen.groupby(["kind", "cause"])["seconds"].sum().sort_values(ascending=False)
        main = "; ".join(
            f"{kind.replace('_', ' ')}: {cause} {value:.1f}"
            for (kind, cause), value in causes.head(3).items()
        )
        rate = f"{100 * seconds / chosen['speech'].iloc[0]:.1f}"
        yield [str(recording), f"{seconds:.1f}", rate, *(f"{value:.1f}" for value in kinds), main]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--system", default="best")
    parser.add_argument("--sets", nargs="+", default=["conversations", "conversations-2"], choices=SETS)  # fmt: skip
    options = parser.parse_args()
    recordings = list(read_pieces(options.results, options.system, options.sets))
    speech = sum(pieces["speech"].iloc[0] for pieces in recordings if len(pieces))
    pieces = pd.concat(recordings)
    described = f"{' and '.join(options.sets)} ({len(recordings)} recordings, {pieces['seconds'].sum():.1f} of {speech:.0f} s)"
    print_heading(
        f"Causes of the errors of `{options.system}`",
        TEXT.format(system=options.system, sets=described, step=STEP, edge=EDGE, quiet=QUIET),
    )
    print_table(
        ["error", "cause", *options.sets, "points", "most in"],
        cause_rows(pieces, options.sets, speech),
    )
    print("\n## By one property\n")
    print_table(
        ["property", "", "missed", "false alarm", "confusion", "all"], property_rows(pieces)
    )
    print("\n## By recording\n")
    print_table(
        ["recording", "seconds", "DER", "missed", "false alarm", "confusion", "main causes"],
        recording_rows(pieces),
    )


if __name__ == "__main__":
    main()
