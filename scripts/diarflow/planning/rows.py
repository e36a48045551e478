"""Rows of a corpus, as every source of recordings returns them."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Rows:
    """Rows of a corpus with their places, the mistakes in its table, and warnings.

    `other_corpora` counts the rows of a table that the column `corpus` gives to other corpora.
    """

    rows: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    other_corpora: Counter[str] = field(default_factory=Counter)
