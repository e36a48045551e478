"""Names in tables of scores: protocols, and totals in place of the name of a recording or corpus."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

PROTOCOLS = ("full", "fair", "forgiving")
ALL = "ALL"  # the total over all recordings, or over several corpora
COMPLETED = "COMPLETED"  # the total without recordings that were set aside


def total_names(corpora: "pd.Series", splits: Mapping[str, str | None]) -> "pd.Series":
    """Return the name of the total that each corpus belongs to.

    The name is ALL, or ALL and the split (ALL dev, ALL test, ALL unmarked) if the corpora have different splits.

    >>> import pandas as pd
    >>> total_names(pd.Series(["a", "b"]), {"a": "dev", "b": None}).tolist()
    ['ALL dev', 'ALL unmarked']
    >>> total_names(pd.Series(["a", "b"]), {"a": "dev", "b": "dev"}).tolist()
    ['ALL', 'ALL']
    """
    marks = {corpus: splits.get(corpus) or "unmarked" for corpus in corpora.unique()}
    are_several = len(set(marks.values())) > 1
    return corpora.map(
        {corpus: f"{ALL} {mark}" if are_several else ALL for corpus, mark in marks.items()}
    )
