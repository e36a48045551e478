"""Scores of the linking in `der.csv`: columns of the totals of linked corpora."""

from collections.abc import Sequence

import pandas as pd

from diarflow.scoring.names import ALL, PROTOCOLS

# columns that der.csv takes over; `cross_der` has the same reference and errors as `der` of protocol full
LINK_SCORES = (
    "cross_der", "link_precision", "link_recall", "link_f1", "bcubed_precision", "bcubed_recall", "bcubed_f1",
    "eer", "min_dcf", "known_named", "strangers_named",
)  # fmt: skip
_KEYS = ["corpus", "system", "recording", "protocol"]


def read_link_scores(paths: Sequence[str]) -> pd.DataFrame:
    """Read tables that score_links wrote, and join their rows. Empty scores are NaN."""
    text = dict.fromkeys(("link", "corpus", "system"), str)
    tables = [
        pd.read_csv(path, dtype=text, keep_default_na=False, na_values=[""]) for path in paths
    ]
    return pd.concat(tables, ignore_index=True)


def add_link_scores(der: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of der.csv with LINK_SCORES in the totals of each linked corpus under the protocol full.

    Rows of a link group over several corpora (corpus ALL) are left out, since no total has the same recordings.

    >>> der = pd.DataFrame({"corpus": ["c", "c"], "system": "s", "recording": ["a", "ALL"], "protocol": "full"})
    >>> links = pd.DataFrame({"corpus": ["c"], "system": "s", **dict.fromkeys(LINK_SCORES, 5.0)})
    >>> add_link_scores(der, links)["cross_der"].tolist()
    [nan, 5.0]
    """
    rows = links[links["corpus"] != ALL].assign(recording=ALL, protocol=PROTOCOLS[0])
    columns = [*_KEYS, *LINK_SCORES]
    return der.merge(rows[columns], on=_KEYS, how="left", validate="many_to_one")
