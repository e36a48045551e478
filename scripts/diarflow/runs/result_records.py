"""Records of results: size, time and digest of each file of a job at its end, and digests of what it was made from.

Snakemake keeps such facts in `.snakemake`, and compares the order of times. These records are kept with the results.
They show whether a file is the one that its job wrote, even if `.snakemake` was lost, a file was replaced by an older
one, or the clock was wrong.

A job writes `results/records/new/{job}.tsv`: its files when it begins, and their records when it ends. The next run
merges them into `results/records/all.tsv`.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from sys import intern
from typing import NamedTuple

from diarflow.atomic import atomic_write
from diarflow.errors import visible
from diarflow.prefix import prefixed

FOLDER = Path("results/records")
_PROVENANCE_DIGITS = 12
_DIGITS = 24  # of SHA-256, in hexadecimal
_HEADER = "# diarflow records 1: path, rule, job, size, mtime_ns, sha256, made_from\n"
_END = "# end\n"


class ResultRecord(NamedTuple):
    """Record of a file.

    `job` is a digest of the path of the job's log. `made_from` contains the digests of the job's provenance and of the part
    of the recording's row that it reads. `sha256` is empty while the job is at work, and for files that an earlier version
    made.
    """

    rule: str
    job: str
    size: int
    mtime_ns: int
    sha256: str = ""
    made_from: str = ""


def made_from(provenance: str, row_digest: str = "") -> str:
    """Return digests of what a result is made from: the provenance of its job, and the row of its recording."""
    return _provenance_digest(provenance) + row_digest


def provenance_digest(made_from: str) -> str:
    """Return the part of `made_from` that is the digest of the provenance."""
    return made_from[:_PROVENANCE_DIGITS]


def has_row(made_from: str) -> bool:
    """Return whether a job reads the row of its recording."""
    return len(made_from) > _PROVENANCE_DIGITS


@lru_cache(maxsize=256)
def _provenance_digest(provenance: str) -> str:
    return _digest(provenance.encode())[:_PROVENANCE_DIGITS]


def job_id(log) -> str:
    """Return the digest of the path of a job's log, which identifies the job."""
    return _digest(os.fsencode(log))[:12]


def file_digest(path) -> str:
    """Return the digest of a file's content."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:_DIGITS]


def is_intact(path: Path, record: ResultRecord) -> bool:
    """Return whether a file is the one that its record describes; its time may differ if its content is the same."""
    try:
        state = path.stat()
    except OSError:
        return False
    return state.st_size == record.size and (
        state.st_mtime_ns == record.mtime_ns or file_digest(path) == record.sha256
    )


class JobRecords:
    """Records of one job, which `log` identifies."""

    def __init__(self, log: str, rule: str):
        self.rule, self.job = rule, job_id(log)
        self._root = Path.cwd()  # paths of results are relative to it
        self._path = self._root / FOLDER / "new" / f"{self.job}.tsv"

    def begin(self, paths: Iterable[str]) -> None:
        """Record that the job writes these files. Until it ends, any content of them is accepted."""
        self._write({path: ResultRecord(self.rule, self.job, 0, 0) for path in paths})

    def end(self, made_from: Mapping[str, str]) -> None:
        """Record the files of a job that has succeeded, each with what it was made from; missing ones are left out."""
        self._write(dict(self._records(made_from)))

    def _records(self, made_from: Mapping[str, str]) -> Iterator[tuple[str, ResultRecord]]:
        for path, origin in made_from.items():
            with suppress(FileNotFoundError):
                file = self._root / path
                digest, state = file_digest(file), file.stat()
                sizes = state.st_size, state.st_mtime_ns
                yield path, ResultRecord(self.rule, self.job, *sizes, digest, origin)

    def _write(self, records: Mapping[str, ResultRecord]) -> None:
        write_records(self._path, records, sync=False)


def restamp_records(log: str, times: Mapping[str, int]) -> None:
    """Set the times (ns) in the records of files of the job with this log."""
    path = Path(prefixed(FOLDER)) / "new" / f"{job_id(log)}.tsv"
    if records := read_records(path):
        new = {
            name: record._replace(mtime_ns=times.get(name, record.mtime_ns))
            for name, record in records.items()
        }
        write_records(path, new, sync=False)


def write_records(path, records: Mapping[str, ResultRecord], *, sync: bool = True) -> None:
    """Write records by path. Paths with control characters, which no rule writes, are left out."""
    lines = (
        "\t".join([name, *map(str, record)]) + "\n"
        for name, record in records.items()
        if name == visible(name)
    )
    with (
        atomic_write(path, sync=sync) as temporary,
        open(temporary, "w", encoding="utf-8", newline="\n") as file,
    ):
        file.write(_HEADER)
        file.writelines(lines)
        file.write(_END)


def read_records(path) -> dict[str, ResultRecord] | None:
    """Return the records of a file by path; None if it does not exist, is damaged or of another version."""
    records: dict[str, ResultRecord] = {}
    try:
        with open(path, encoding="utf-8", newline="\n") as file:
            if file.readline() != _HEADER:
                return None
            for line in file:
                if line == _END:
                    return None if file.read(1) else records
                name, rule, job, size, mtime, sha256, origin = line.rstrip("\n").split("\t")
                # many records have the same rule, job and origin
                shared = intern(rule), intern(job)
                records[name] = ResultRecord(*shared, int(size), int(mtime), sha256, intern(origin))
    except (OSError, ValueError):  # of UnicodeDecodeError too
        return None
    return None


def merged_records(folder: Path | None = None) -> tuple[dict[str, ResultRecord], bool]:
    """Return the records of all jobs, and whether `all.tsv` can be used.

    The records of a job replace all earlier ones of the same job.
    """
    folder = folder or Path(prefixed(FOLDER))
    merged = read_records(folder / "all.tsv")
    records = merged or {}
    new = [
        (path, of_job) for path in _new_files(folder) if (of_job := read_records(path)) is not None
    ]
    jobs = {path.stem for path, _ in new}
    if jobs:
        records = {name: record for name, record in records.items() if record.job not in jobs}
    for _, of_job in sorted(new, key=lambda pair: _modified(pair[0])):
        records |= of_job
    return records, merged is not None


def merge_records(records: Mapping[str, ResultRecord], folder: Path | None = None) -> None:
    """Write all records to one file, and remove those of single jobs. No job may be at work."""
    folder = folder or Path(prefixed(FOLDER))
    new = _new_files(folder)
    write_records(folder / "all.tsv", records)
    for path in new:
        path.unlink(missing_ok=True)


def _new_files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "new").glob("*.tsv") if not path.is_dir())


def _modified(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime_ns
    return 0


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
