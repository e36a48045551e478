"""Names that tables use in the place of a recording's or a corpus's."""

ALL = "ALL"
COMPLETED = "COMPLETED"


def all_of(corpora, splits):
    """What several corpora together are called: ALL, or ALL dev, ALL test, ... where their splits differ.

    `corpora` is a pandas Series of names, `splits` the split of each corpus or None.

    >>> import pandas as pd
    >>> all_of(pd.Series(["a", "b"]), {"a": "dev", "b": None}).tolist()
    ['ALL dev', 'ALL unmarked']
    >>> all_of(pd.Series(["a", "b"]), {"a": "dev", "b": "dev"}).tolist()
    ['ALL', 'ALL']
    """
    marks = corpora.map(lambda name: splits.get(name) or "unmarked")
    return marks.map(lambda mark: f"{ALL} {mark}" if marks.nunique() > 1 else ALL)
