"""From scores of recordings to the scores of corpora: sums over sums, never means of ratios."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from diarflow.atomic import written_whole
from diarflow.scoring.bootstrap import NOTHING, spread
from diarflow.scoring.names import ALL, COMPLETED, all_of

KEYS = ["corpus", "system", "recording", "protocol"]
# what adds, and is in the scores of recordings
SECONDS = ["scored_seconds", "reference_seconds", "missed", "false_alarm", "confusion"]
OVERLAP = [
    "overlap_reference_seconds",
    "overlap_missed",
    "overlap_false_alarm",
    "overlap_confusion",
]
VAD = ["speech_seconds", "vad_missed", "vad_false_alarm"]
CLUSTERS = ["hypothesis_seconds", "pure_seconds", "covered_seconds"]
COUNTS = ["reference_speakers", "found_speakers", "repairs"]
ADDED = [*SECONDS, *OVERLAP, *VAD, *CLUSTERS, "jer_errors", "jer_speakers", *COUNTS]
# percent: each is 100 times the sum of some columns over that of others
RATES: dict[str, tuple[list[str], list[str]]] = {
    "der": (["missed", "false_alarm", "confusion"], ["reference_seconds"]),
    "missed_percent": (["missed"], ["reference_seconds"]),
    "false_alarm_percent": (["false_alarm"], ["reference_seconds"]),
    "confusion_percent": (["confusion"], ["reference_seconds"]),
    "jer": (["jer_errors"], ["jer_speakers"]),
    "overlap_der": (OVERLAP[1:], ["overlap_reference_seconds"]),
    "vad_missed_percent": (["vad_missed"], ["speech_seconds"]),
    "vad_false_alarm_percent": (["vad_false_alarm"], ["silence_seconds"]),
    "purity": (["pure_seconds"], ["hypothesis_seconds"]),
    "coverage": (["covered_seconds"], ["reference_seconds"]),
}
SPREAD = ["der_mean", "der_median", "der_low", "der_high"]
COLUMNS = [
    *KEYS, *SECONDS, *RATES, *SPREAD, *OVERLAP, *VAD, "silence_seconds", *CLUSTERS,
    "jer_errors", "jer_speakers", *COUNTS, "speaker_count_error",
    "recordings", "speakers_given", "set_aside", "extent",
]  # fmt: skip
_ROUNDED = {
    **dict.fromkeys([*SECONDS, *OVERLAP, *VAD, "silence_seconds", *CLUSTERS], 3),
    **dict.fromkeys([*RATES, *SPREAD], 2),
    "speaker_count_error": 2,
    "jer_errors": 6,
}


def with_rates(scores: pd.DataFrame) -> pd.DataFrame:
    """Rows of recordings, with their rates in percent; empty where there is nothing to divide by."""
    return _rated(
        scores.assign(
            recordings=1,
            set_aside=scores["set_aside"].fillna(""),
            speaker_count_error=_speaker_count_error(scores),
            **dict.fromkeys(SPREAD, np.nan),
        )
    )


def totals(scores: pd.DataFrame, corpus: str | None = None) -> pd.DataFrame:
    """A row ALL and a row COMPLETED (without what was set aside) for each system and protocol.

    `scores` are rows of recordings; `corpus` is their name in the total, their own by default.
    """
    if corpus is not None:
        scores = scores.assign(corpus=corpus)
    keys = ["corpus", "system", "protocol"]
    parts = []
    for name, rows in ((ALL, scores), (COMPLETED, scores[scores["set_aside"] == ""])):
        groups = rows.groupby(keys, sort=False)
        found = groups[[*ADDED, "recordings"]].sum()
        found["speaker_count_error"] = (
            _speaker_count_error(rows).groupby([rows[key] for key in keys], sort=False).mean()
        )
        found["speakers_given"] = groups["speakers_given"].any()
        found["extent"] = groups["extent"].agg(lambda kinds: " ".join(sorted(set(kinds))))
        spreads = [spread(group) for _, group in groups]
        found[SPREAD] = np.reshape(spreads, (-1, len(SPREAD)))
        parts.append(found.assign(recording=name, set_aside="").reset_index())
    return _rated(pd.concat(parts, ignore_index=True))


def across(scores: pd.DataFrame, splits: Mapping[str, str | None]) -> list[pd.DataFrame]:
    """Totals over several corpora, as corpus ALL; where some are marked dev or test, of each kind alone.

    What was tuned on a corpus says nothing there: dev and test are never one number.
    """
    kinds = all_of(scores["corpus"], splits)
    several = scores["corpus"].groupby(kinds).nunique() > 1
    return [totals(scores[kinds == kind], corpus=kind) for kind in several.index[several]]


def _speaker_count_error(scores: pd.DataFrame) -> pd.Series:
    """How many speakers too many or too few."""
    return (scores["found_speakers"] - scores["reference_speakers"]).abs().astype(float)


def _rated(rows: pd.DataFrame) -> pd.DataFrame:
    silence = (rows["scored_seconds"] - rows["speech_seconds"]).clip(lower=0)
    rows = rows.assign(silence_seconds=silence)
    for name, (part, whole) in RATES.items():
        divisor = rows[whole].sum(axis=1)
        rows[name] = 100 * rows[part].sum(axis=1) / divisor.where(divisor > NOTHING)
    return rows[COLUMNS]


def rounded(tables: Sequence[pd.DataFrame | None]) -> pd.DataFrame:
    """Tables one below the other: seconds to the millisecond, percent to two decimals."""
    rows = pd.concat([table for table in tables if table is not None], ignore_index=True)
    numbers = dict.fromkeys(_ROUNDED, float)  # a column of an empty table has no type
    return rows.astype(numbers).round(_ROUNDED)


def of_recordings(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The rows of recordings of tables that hold totals too; a table without rows has no types to give."""
    rows = [table[~table["recording"].isin([ALL, COMPLETED])] for table in tables]
    return pd.concat([one for one in rows if len(one)] or rows[:1], ignore_index=True)


def write_csv(path, rows: pd.DataFrame) -> None:
    with written_whole(path) as beside:
        rows.to_csv(beside, index=False)


def write_parquet(path, rows: pd.DataFrame) -> None:
    with written_whole(path) as beside:
        rows.to_parquet(beside, index=False)


def read_csv(path) -> pd.DataFrame:
    """What `write_csv` wrote; names that look like numbers or like nothing stay text."""
    text = dict.fromkeys([*KEYS, "set_aside"], str)
    empty = {column: [""] for column in (*RATES, *SPREAD)}
    return pd.read_csv(path, dtype=text, keep_default_na=False, na_values=empty)
