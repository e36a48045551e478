"""What the jobs of a run took, out of the files in which Snakemake measured them."""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from diarflow.batch_labels import count_in_label, possible_labels


class Cost(NamedTuple):
    """What jobs took together; costs add. Memory is that of the largest, in MB."""

    jobs: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0

    def __mul__(self, share: float) -> "Cost":
        """The part of it that so much of the job's recordings took, be it still one job."""
        return Cost(self.jobs, self.seconds * share, self.cpu * share, self.memory)

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

    Only of recordings that are still there, and of variants in use where `variants` says which. Of a batch
    that part counts which no later job did again.
    """
    base = Path(root, corpus)
    for folder, _, files in sorted(os.walk(base)):
        rule, _, variant = Path(folder).relative_to(base).as_posix().partition("/")
        if rule in variants and variant not in variants[rule]:
            continue
        if rule == ".":  # rules over the whole corpus
            for name in sorted(files):
                cost = read_cost(Path(folder, name))
                yield {"corpus": corpus, "rule": Path(name).stem, "variant": ""} | cost._asdict()
            continue
        found = Cost()
        for path, share in latest(folder, recordings):
            found += read_cost(path) * share
        if found.jobs:
            yield {"corpus": corpus, "rule": rule, "variant": variant} | found._asdict()


def latest(folder, recordings: Collection[str]) -> list[tuple[Path, float]]:
    """Of the measurements in a folder those that are some recording's last, and of which share of theirs."""
    owned, covered = _owners(folder, recordings)
    return [(Path(folder, one + ".tsv"), owned[one] / covered[one]) for one in sorted(owned)]


def remove_superseded(corpus: str, recordings: Collection[str], root="benchmarks") -> None:
    """Remove what measured jobs all of whose recordings were done again since, in other batches.

    Snakemake takes a job's benchmark for one of its results, which would be older than what it was made of.
    """
    for folder, _, files in os.walk(Path(root, corpus)):
        if len({count_in_label(Path(name).stem) for name in files}) > 1:
            owned, covered = _owners(folder, recordings)
            for one in set(covered) - set(owned):
                Path(folder, one + ".tsv").unlink()


def _owners(folder, recordings: Iterable[str]) -> tuple[Counter, Counter]:
    """Of how many recordings each measurement is the last, and how many it is of."""
    with os.scandir(folder) as entries:
        times = {Path(entry.name).stem: entry.stat().st_mtime for entry in entries}
    counts = sorted({count for one in times if (count := count_in_label(one))})
    owned, covered = Counter(), Counter()
    for recording in recordings:
        labels = [label for label in possible_labels(recording, counts) if label in times]
        covered.update(labels)
        if labels:
            owned[max(labels, key=times.__getitem__)] += 1
    return owned, covered
