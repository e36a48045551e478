"""Gathering of shards: the results of several folders, each of which a run of other shards made, in one folder.

Files are linked, or copied to another disk, with the times that their records contain. The next run in the folder finds
them complete. Results of whole corpora, such as the report, are left out, because that run makes them of all shards.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from diarflow.artifacts.failures import failure_records
from diarflow.atomic import make_folder, remove_own
from diarflow.errors import InputError, visible
from diarflow.formats.text import counted, examples
from diarflow.planning.plan_files import merge_rows
from diarflow.planning.retention import is_removed
from diarflow.planning.rule_variants import VARIANTS
from diarflow.planning.shards import SHARD_FILE, Shard, parse_shard, shard_number
from diarflow.runs.locks import LOCK, is_run_alive
from diarflow.runs.result_records import (
    FOLDER,
    ResultRecord,
    file_digest,
    is_intact,
    job_id,
    merged_records,
    write_records,
)
from diarflow.runs.rows import PLAN_FILE


@dataclass(frozen=True)
class ShardFolder:
    """The folder of a shard: the version of diarflow that made it, and the records of its recordings' results.

    `removed` are the products whose files were removed after their last use. `scores` are the paths of the scores of the
    recordings and systems of the last run; older ones may lie beside them.
    """

    path: Path
    shard: Shard
    version: str
    records: dict[str, ResultRecord]
    removed: frozenset[str] = frozenset()
    scores: tuple[str, ...] = ()


def read_shard_folder(path: Path) -> ShardFolder:
    """Return the content of a shard's folder. Raises InputError if it is none, or if a run is at work in it."""
    try:
        content = json.loads((path / SHARD_FILE).read_text(encoding="utf-8"))
        shard, version = parse_shard(content["shard"]), str(content["version"])
        removed = frozenset(content.get("removed", ()))
        scores = tuple(content.get("scores", ()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{visible(path)}: is not the folder of a shard, expected one in which `diarflow run --shard` ran"
        ) from error
    if (path / LOCK).exists() and is_run_alive(path / LOCK):
        raise InputError(
            f"{visible(path)}: a run is at work there; gather it when the run has ended"
        )
    records, _ = merged_records(path / FOLDER)
    of_recordings = {
        name: record
        for name, record in records.items()
        if record.sha256 and record.rule in VARIANTS
    }
    return ShardFolder(path, shard, version, of_recordings, removed, scores)


def check_shards(folders: list[ShardFolder]) -> tuple[set[int], list[str]]:
    """Return the numbers of the missing shards, and warnings.

    Raises InputError if the folders do not fit together: other numbers of shards, other versions, or another content of
    the same result.
    """
    first, warnings = folders[0], []
    for folder in folders[1:]:
        if folder.shard.total != first.shard.total:
            raise InputError(
                f"{visible(folder.path)}: is one of {folder.shard.total} shards, "
                f"but {visible(first.path)} is one of {first.shard.total}"
            )
        if folder.version != first.version:
            raise InputError(
                f"{visible(folder.path)}: version {folder.version} of diarflow made it, "
                f"but version {first.version} made {visible(first.path)}; run its shard again"
            )
    times = Counter(number for folder in folders for number in folder.shard.numbers)
    if repeated := sorted(number for number, count in times.items() if count > 1):
        _check_duplicates(folders)
        warnings.append(
            f"{counted(len(repeated), 'shard')} in several folders, with the same results: {examples(map(str, repeated))}"
        )
    return set(range(1, first.shard.total + 1)) - times.keys(), warnings


def _check_duplicates(folders: list[ShardFolder]) -> None:
    """Raise InputError if two folders have another content of the same result."""
    found: dict[str, tuple[str, Path]] = {}
    differing = []
    for folder in folders:
        for name, record in folder.records.items():
            digest, path = found.setdefault(name, (record.sha256, folder.path))
            if digest != record.sha256:
                differing.append(f"{visible(name)} in {visible(path)} and {visible(folder.path)}")
    if differing:
        raise InputError(
            f"{counted(len(differing), 'result')} of shards that lie in several folders differ: "
            f"{examples(differing)}; leave out one of the folders"
        )


def gather(folders: Sequence[ShardFolder], target: Path) -> Counter[str]:
    """Bring the results of shards into a folder; return the numbers of results that are new, unchanged, damaged and missing.

    A damaged or missing result is left out, so that the next run makes it. Of a result that was removed after its last use,
    the record alone is brought.
    """
    counts: Counter[str] = Counter(new=0, unchanged=0, damaged=0, missing=0)
    for folder in folders:
        placed = {}
        for name, record in folder.records.items():
            outcome = _place(folder.path / name, target / name, record)
            if outcome == "missing" and is_removed(name, folder.removed):
                outcome = "removed"
            counts[outcome] += 1
            if outcome in ("new", "unchanged", "removed"):
                placed[name] = record._replace(job=job_id(f"{folder.path}:{record.job}"))
        _bring_failures(folder, target)
        source = job_id(str(folder.path))
        write_records(target / FOLDER / "new" / f"gathered-{source}.tsv", placed)
    _bring_rows(folders, target)
    return counts


def _place(source: Path, target: Path, record: ResultRecord) -> str:
    """Link or copy a result, and return what became of it."""
    if not source.exists():
        return "missing"
    if not is_intact(source, record):
        return "damaged"
    if _has_content(target, source, record):
        os.utime(target, ns=(record.mtime_ns, record.mtime_ns))
        return "unchanged"
    _link(source, target)
    os.utime(target, ns=(record.mtime_ns, record.mtime_ns))
    return "new"


def _has_content(target: Path, source: Path, record: ResultRecord) -> bool:
    """Return whether the file at `target` is the recorded result."""
    if not target.is_file() or target.stat().st_size != record.size:
        return False
    return target.samefile(source) or file_digest(target) == record.sha256


def _link(source: Path, target: Path) -> None:
    make_folder(target.parent)
    remove_own(target)
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copy2(source, target)


def _bring_rows(folders: Sequence[ShardFolder], target: Path) -> None:
    """Bring the rows of the shards' recordings, whose stamps tell from which audio they were prepared."""
    files: dict[Path, list[Path]] = {}
    for folder in folders:
        for path in sorted(folder.path.glob(f"results/*/{PLAN_FILE}")):
            files.setdefault(target / path.relative_to(folder.path), []).append(path)
    for path, of_shards in files.items():
        merge_rows(path, [], *of_shards, path)


def _bring_failures(folder: ShardFolder, target: Path) -> None:
    """Bring the failure records, and remove those of the shard's recordings that are no longer set aside."""
    present = {
        path.relative_to(folder.path) for path in failure_records("*", folder.path / "results")
    }
    for name in present:
        _copy(folder.path / name, target / name)
    for path in _failures_of(folder.shard, target):
        if path.relative_to(target) not in present:
            remove_own(path)


def _failures_of(shard: Shard, target: Path) -> Iterator[Path]:
    for path in failure_records("*", target / "results"):
        if shard_number(path.stem, shard.total) in shard.numbers:
            yield path


def _copy(source: Path, target: Path) -> None:
    with suppress(OSError):
        if source.read_bytes() == target.read_bytes():
            return
    make_folder(target.parent)
    remove_own(target)
    shutil.copy2(source, target)
