"""What the jobs of a run took, out of the files in which Snakemake measured them."""

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Cost(NamedTuple):
    """What jobs took together; costs add. Memory is that of the largest, in MB."""

    jobs: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        """
        >>> Cost(1, 2.0, 1.5, 100.0) + Cost(1, 3.0, 1.0, 80.0)
        Cost(jobs=2, seconds=5.0, cpu=2.5, memory=100.0)
        """
        return Cost(
            self.jobs + other.jobs,
            self.seconds + other.seconds,
            self.cpu + other.cpu,
            max(self.memory, other.memory),
        )


def read_cost(path) -> Cost:
    """One job's benchmark; what Snakemake could not measure, in very short jobs, counts as 0."""
    with open(path, encoding="utf-8") as file:
        names, *rows = (line.rstrip("\n").split("\t") for line in file)
    found = Cost()
    for row in rows:
        value = dict(zip(names, row, strict=False))
        found += Cost(1, *(_number(value.get(name)) for name in ("s", "cpu_time", "max_rss")))
    return found


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def costs(
    corpus: str, recordings: Collection[str], variants: Mapping[str, Collection[str]], root
) -> Iterator[dict[str, Any]]:
    """What each rule and variant took over a corpus, `{root}/{corpus}/{rule}/{variant}/{recording}.tsv`.

    Only of recordings that are still there, and of variants in use where `variants` says which.
    """
    base = Path(root, corpus)
    for folder, _, files in sorted(os.walk(base)):
        rule, _, variant = Path(folder).relative_to(base).as_posix().partition("/")
        if rule in variants and variant not in variants[rule]:
            continue
        found = Cost()
        for name in sorted(files):
            stem = name.removesuffix(".tsv")
            if rule == "." or stem in recordings:
                one = read_cost(Path(folder, name))
                if rule == ".":  # a rule over the whole corpus
                    yield {"corpus": corpus, "rule": stem, "variant": ""} | one._asdict()
                else:
                    found += one
        if found.jobs:
            yield {"corpus": corpus, "rule": rule, "variant": variant} | found._asdict()
