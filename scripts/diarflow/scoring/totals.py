"""Tables of scores: error rates of recordings, and totals of corpora as sums over sums.

Rates are never averaged over recordings, except in the columns `der_mean` and `der_median`.
docs/artifacts.md describes the columns.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from diarflow.artifacts.tables import check_column_names
from diarflow.atomic import atomic_write
from diarflow.scoring.bootstrap import NEGLIGIBLE, error_rate_interval
from diarflow.scoring.names import ALL, COMPLETED, total_names

KEY_COLUMNS = ["corpus", "system", "recording", "protocol"]
DER_COLUMNS = ["scored_seconds", "reference_seconds", "missed", "false_alarm", "confusion"]
OVERLAP_COLUMNS = [
    "overlap_reference_seconds",
    "overlap_missed",
    "overlap_false_alarm",
    "overlap_confusion",
]
VAD_COLUMNS = ["speech_seconds", "vad_missed", "vad_false_alarm"]
PURITY_COLUMNS = ["hypothesis_seconds", "pure_seconds", "covered_seconds"]
JER_COLUMNS = ["jer_errors", "jer_speakers"]
COUNT_COLUMNS = ["reference_speakers", "hypothesis_speakers", "repairs"]
# the columns of the artifact `scores` that add up over recordings
SUMMED_COLUMNS = [
    *DER_COLUMNS, *OVERLAP_COLUMNS, *VAD_COLUMNS, *PURITY_COLUMNS, *JER_COLUMNS, *COUNT_COLUMNS,
]  # fmt: skip
# rate in percent: columns of its numerator, columns of its denominator
RATES: dict[str, tuple[list[str], list[str]]] = {
    "der": (["missed", "false_alarm", "confusion"], ["reference_seconds"]),
    "missed_percent": (["missed"], ["reference_seconds"]),
    "false_alarm_percent": (["false_alarm"], ["reference_seconds"]),
    "confusion_percent": (["confusion"], ["reference_seconds"]),
    "jer": (["jer_errors"], ["jer_speakers"]),
    "overlap_der": (OVERLAP_COLUMNS[1:], ["overlap_reference_seconds"]),
    "vad_missed_percent": (["vad_missed"], ["speech_seconds"]),
    "vad_false_alarm_percent": (["vad_false_alarm"], ["silence_seconds"]),
    "purity": (["pure_seconds"], ["hypothesis_seconds"]),
    "coverage": (["covered_seconds"], ["reference_seconds"]),
}
DER_STATISTICS = ["der_mean", "der_median", "der_low", "der_high"]
COLUMNS = [
    *KEY_COLUMNS, *DER_COLUMNS, *RATES, *DER_STATISTICS, *OVERLAP_COLUMNS, *VAD_COLUMNS,
    "silence_seconds", *PURITY_COLUMNS, *JER_COLUMNS, *COUNT_COLUMNS, "speaker_count_error",
    "recordings", "speakers_given", "failed_rule", "extent",
]  # fmt: skip
_SECONDS = [*DER_COLUMNS, *OVERLAP_COLUMNS, *VAD_COLUMNS, "silence_seconds", *PURITY_COLUMNS]
_DECIMALS = {
    **dict.fromkeys(_SECONDS, 3),
    **dict.fromkeys([*RATES, *DER_STATISTICS], 2),
    "speaker_count_error": 2,
    "jer_errors": 6,
}


def add_rates(scores: pd.DataFrame) -> pd.DataFrame:
    """Return rows of recordings with all COLUMNS. A rate without a denominator is NaN.

    `scores` has the columns of the artifact `scores`.
    """
    return _compute_rates(
        scores.assign(
            recordings=1,
            failed_rule=scores["failed_rule"].fillna(""),
            speaker_count_error=_speaker_count_error(scores),
            **dict.fromkeys(DER_STATISTICS, np.nan),
        )
    )


def compute_totals(scores: pd.DataFrame, corpus: str | None = None) -> pd.DataFrame:
    """Return a row ALL and a row COMPLETED for each corpus, system and protocol.

    `scores` are rows of recordings, as `add_rates` returns them. COMPLETED is the total without the recordings that
    were set aside. If `corpus` is given, the recordings of all corpora form one total of this name.
    """
    if corpus is not None:
        scores = scores.assign(corpus=corpus)
    completed = scores[scores["failed_rule"] == ""]
    parts = [_sum_recordings(scores, ALL), _sum_recordings(completed, COMPLETED)]
    return _compute_rates(pd.concat(parts, ignore_index=True))


def _sum_recordings(scores: pd.DataFrame, name: str) -> pd.DataFrame:
    """Sum the rows of each corpus, system and protocol; `name` goes to the column `recording`."""
    keys = ["corpus", "system", "protocol"]
    groups = scores.groupby(keys, sort=False)
    sums = groups[[*SUMMED_COLUMNS, "recordings"]].sum()
    sums["speaker_count_error"] = (
        _speaker_count_error(scores).groupby([scores[key] for key in keys], sort=False).mean()
    )
    sums["speakers_given"] = groups["speakers_given"].any()
    sums["extent"] = groups["extent"].agg(lambda sources: " ".join(sorted(set(sources))))
    statistics = [der_statistics(group) for _, group in groups]
    sums[DER_STATISTICS] = np.reshape(statistics, (-1, len(DER_STATISTICS)))
    return sums.assign(recording=name, failed_rule="").reset_index()


def totals_over_corpora(
    scores: pd.DataFrame, splits: Mapping[str, str | None]
) -> list[pd.DataFrame]:
    """Return the totals over several corpora. Corpora of different splits have separate totals.

    A system that was tuned on a corpus has no held-out result there, so dev and test are never added up.
    """
    names = total_names(scores["corpus"], splits)
    several = scores["corpus"].groupby(names).nunique() > 1
    return [compute_totals(scores[names == name], corpus=name) for name in several.index[several]]


def der_statistics(scores: pd.DataFrame) -> tuple[float, float, float, float]:
    """Return mean and median of the recordings' DER, and the 95 % interval of their total DER, in percent.

    A recording without speech in the reference has no DER. Its false alarms count in the interval.
    """
    errors, speech = error_and_speech_seconds(scores)
    rates = 100 * errors[speech > NEGLIGIBLE] / speech[speech > NEGLIGIBLE]
    low, high = error_rate_interval(errors[:, None], speech[:, None])[:, 0]
    if not len(rates):
        return np.nan, np.nan, low, high
    return float(rates.mean()), float(np.median(rates)), low, high


def error_and_speech_seconds(scores: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the seconds of error and of reference speech of each row (rows,)."""
    errors = scores[["missed", "false_alarm", "confusion"]].sum(axis=1)
    return errors.to_numpy(float), scores["reference_seconds"].to_numpy(float)


def _speaker_count_error(scores: pd.DataFrame) -> pd.Series:
    """Return the absolute difference of the numbers of speakers in hypothesis and reference."""
    return (scores["hypothesis_speakers"] - scores["reference_speakers"]).abs().astype(float)


def _compute_rates(rows: pd.DataFrame) -> pd.DataFrame:
    silence = (rows["scored_seconds"] - rows["speech_seconds"]).clip(lower=0)
    rows = rows.assign(silence_seconds=silence)
    for rate, (numerator, denominator) in RATES.items():
        divisor = rows[denominator].sum(axis=1)
        rows[rate] = 100 * rows[numerator].sum(axis=1) / divisor.where(divisor > NEGLIGIBLE)
    return rows[COLUMNS]


def concatenate_rounded(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate tables, and round seconds to the millisecond and percentages to two decimals."""
    rows = pd.concat(tables, ignore_index=True)
    floats = dict.fromkeys(_DECIMALS, float)  # columns of a table without rows have the type object
    return rows.astype(floats).round(_DECIMALS)


def select_recordings(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate the rows of recordings, without totals, of tables that `read_csv` returned."""
    parts = [table[~table["recording"].isin([ALL, COMPLETED])] for table in tables]
    # a table without rows would change the types of the columns
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def write_csv(path, rows: pd.DataFrame) -> None:
    """Write a table without its index as CSV."""
    with atomic_write(path) as temporary:
        rows.to_csv(temporary, index=False)


def write_parquet(path, rows: pd.DataFrame) -> None:
    """Write a table without its index as Parquet."""
    with atomic_write(path) as temporary:
        rows.to_parquet(temporary, index=False)


def read_csv(path) -> pd.DataFrame:
    """Read a table with COLUMNS that `write_csv` wrote.

    Names stay text, also if they look like a number or like a missing value. An empty rate is NaN.
    Raises InputError if an earlier version wrote the table with other column names.
    """
    text = dict.fromkeys([*KEY_COLUMNS, "failed_rule"], str)
    missing_values = {column: [""] for column in (*RATES, *DER_STATISTICS)}
    rows = pd.read_csv(path, dtype=text, keep_default_na=False, na_values=missing_values)
    check_column_names(path, rows.columns)
    return rows
