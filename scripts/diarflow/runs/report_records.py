"""Records of the files of a job over all recordings, with the pages that it lists."""

import atexit
import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from diarflow.rule_names import plain_rule
from diarflow.runs.result_records import JobRecords, made_from

_PAGES = "pages.tsv"  # list of the pages of recordings, which are no outputs of the rule
_MEASUREMENTS = "times.js"  # another content after each run


def record_at_exit(snakemake: Any) -> None:
    """Record the files of a job when its process ends."""
    records = JobRecords(str(snakemake.log[0]), plain_rule(snakemake.rule))
    outputs = [str(path) for path in snakemake.output]
    records.begin(outputs)
    origin = made_from(snakemake.params.provenance)
    atexit.register(_record, records, outputs, origin, Path.cwd(), os.getpid())


def _record(
    records: JobRecords, outputs: Iterable[str], origin: str, root: Path, process: int
) -> None:
    if os.getpid() == process and root.is_dir():  # not in a forked child
        records.end({path: origin for output in outputs for path in _files(output, root)})


def _files(output: str, root: Path) -> Iterator[str]:
    """Yield an output, and the pages that it lists, if it is the list of pages; relative to the root."""
    path = root / output
    if path.name != _MEASUREMENTS:
        yield output
    if path.name == _PAGES and path.is_file():
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                yield str(Path(output).parent / row["corpus"] / f"{row['recording']}.html")
