"""From scores of recordings to the scores of corpora: sums over sums, never means of ratios."""

from collections.abc import Sequence

import pandas as pd

from diarflow.files import written_whole
from diarflow.report.names import ALL, COMPLETED

SECONDS = ["scored_seconds", "reference_seconds", "missed", "false_alarm", "confusion"]
COUNTS = ["reference_speakers", "found_speakers", "repairs"]
COLUMNS = [
    "corpus", "system", "recording", "protocol", *SECONDS, "der", *COUNTS,
    "recordings", "speakers_given", "set_aside",
]  # fmt: skip


def with_rates(scores: pd.DataFrame) -> pd.DataFrame:
    """Rows of recordings, with their error rate in percent; empty where the reference holds no speech."""
    scores = scores.assign(recordings=1, set_aside=scores["set_aside"].fillna(""))
    return _rated(scores)


def totals(
    scores: pd.DataFrame | Sequence[pd.DataFrame], corpus: str | None = None
) -> pd.DataFrame:
    """A row ALL and a row COMPLETED (without what was set aside) for each system and protocol.

    `scores` are rows of recordings; `corpus` is their name in the total, their own by default.
    """
    if not isinstance(scores, pd.DataFrame):
        scores = pd.concat(scores, ignore_index=True)
    if corpus is not None:
        scores = scores.assign(corpus=corpus)
    keys = ["corpus", "system", "protocol"]
    parts = []
    for name, rows in ((ALL, scores), (COMPLETED, scores[scores["set_aside"] == ""])):
        summed = rows.groupby(keys, sort=False)[[*SECONDS, *COUNTS, "recordings"]].sum()
        given = rows.groupby(keys, sort=False)["speakers_given"].any()
        summed = summed.assign(recording=name, set_aside="", speakers_given=given)
        parts.append(summed.reset_index())
    return _rated(pd.concat(parts, ignore_index=True))


def _rated(rows: pd.DataFrame) -> pd.DataFrame:
    wrong = rows["missed"] + rows["false_alarm"] + rows["confusion"]
    rate = 100 * wrong / rows["reference_seconds"].where(rows["reference_seconds"] > 0)
    return rows.assign(der=rate)[COLUMNS]


def write_csv(path, tables: Sequence[pd.DataFrame | None]) -> None:
    """Tables one below the other: seconds to the millisecond, percent to two decimals."""
    rows = pd.concat([table for table in tables if table is not None], ignore_index=True)
    numbers = dict.fromkeys([*SECONDS, "der"], float)  # a column of an empty table has no type
    rounded = rows.astype(numbers).round({**dict.fromkeys(SECONDS, 3), "der": 2})
    with written_whole(path) as beside:
        rounded.to_csv(beside, index=False)


def read_csv(path) -> pd.DataFrame:
    """What `write_csv` wrote; names that look like numbers or like nothing stay text."""
    text = dict.fromkeys(["corpus", "system", "recording", "protocol", "set_aside"], str)
    return pd.read_csv(path, dtype=text, keep_default_na=False, na_values={"der": [""]})
