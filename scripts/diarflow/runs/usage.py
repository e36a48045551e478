"""CPU time, wall time and peak memory of jobs.

Each job measures itself with getrusage(2), and writes `{log without .log}.usage.json` when it ends, also if it fails.
Snakemake's `benchmark:` only samples a job, after the first seconds every 30 s, and misses the time after the last
sample.
"""

import atexit
import json
import logging
import math
import os
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from diarflow.atomic import atomic_write, move_folder_aside, remove_own
from diarflow.batch_labels import count_in_label, possible_labels
from diarflow.prefix import prefixed

SUFFIX = ".usage.json"
_IMPORTED_AT = time.time()
_MEGABYTE = 2**20


class Usage(NamedTuple):
    """Usage of jobs together. Times are in seconds and add up; the memory, in MB, is that of the largest job.

    CPU times include the child processes that a job has waited for.
    """

    jobs: int = 0
    seconds: float = 0.0
    user_seconds: float = 0.0
    system_seconds: float = 0.0
    peak_memory_mb: float = 0.0

    @property
    def cpu_seconds(self) -> float:
        return self.user_seconds + self.system_seconds

    def scaled(self, share: float) -> "Usage":
        """Return the usage of a share of the recordings of a job; it still counts as one job.

        >>> Usage(1, 8.0, 2.0, 1.0, 100.0).scaled(0.5)
        Usage(jobs=1, seconds=4.0, user_seconds=1.0, system_seconds=0.5, peak_memory_mb=100.0)
        """
        return self._replace(
            seconds=share * self.seconds,
            user_seconds=share * self.user_seconds,
            system_seconds=share * self.system_seconds,
        )

    def plus(self, other: "Usage") -> "Usage":
        """Return the usage of both together.

        >>> Usage(1, 2.0, 1.5, 0.5, 100.0).plus(Usage(1, 3.0, 1.0, 0.5, 80.0))
        Usage(jobs=2, seconds=5.0, user_seconds=2.5, system_seconds=1.0, peak_memory_mb=100.0)
        """
        return Usage(
            self.jobs + other.jobs,
            self.seconds + other.seconds,
            self.user_seconds + other.user_seconds,
            self.system_seconds + other.system_seconds,
            max(self.peak_memory_mb, other.peak_memory_mb),
        )


def record_usage(log) -> None:
    """Write the usage of this process, from its start to its end, next to its log.

    A killed process writes nothing. The file of an earlier job with this log is removed now.
    """
    path = usage_path(log).absolute()
    move_folder_aside(path)
    remove_own(path)
    atexit.register(write_usage, path, os.getpid())


def usage_path(log) -> Path:
    """Return the usage file that belongs to a log file.

    >>> usage_path("logs/ami/detect_speech/webrtc/ES2003a.log").as_posix()
    'logs/ami/detect_speech/webrtc/ES2003a.usage.json'
    """
    return Path(str(log).removesuffix(".log") + SUFFIX)


def write_usage(path, process: int) -> None:
    """Write the usage of this process so far. A forked child, whose id is not `process`, writes nothing."""
    if os.getpid() != process:
        return
    itself = resource.getrusage(resource.RUSAGE_SELF)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    content = {
        "seconds": time.time() - _start_time(),
        "user_seconds": itself.ru_utime + children.ru_utime,
        "system_seconds": itself.ru_stime + children.ru_stime,
        "peak_memory_mb": max(peak_memory(), _bytes(children.ru_maxrss)) / _MEGABYTE,
    }
    rounded = {name: round(value, 3) for name, value in content.items()}
    # the results are complete, so that a full disk must not fail the job now
    with suppress(OSError), atomic_write(path, sync=False) as temporary:
        temporary.write_text(json.dumps(rounded) + "\n")


def peak_memory() -> int:
    """Return the largest resident set of this process in bytes, libraries and mapped files included.

    On Linux ru_maxrss survives exec, and so includes the memory of the process that started this one, such as
    Snakemake. VmHWM does not.
    """
    status = Path("/proc/self/status")
    if status.exists() and (match := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return 1024 * int(match[1])
    return _bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _bytes(maxrss: int) -> int:
    return maxrss if sys.platform == "darwin" else 1024 * maxrss


def _start_time() -> float:
    """Return the time at which this process started, in seconds since the epoch.

    On systems without /proc, return the time at which this module was imported.
    """
    try:
        stat = Path("/proc/self/stat").read_text()
        # field 22 of proc(5); the name in field 2 may contain spaces
        ticks = int(stat.rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return _IMPORTED_AT
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return time.time() - age


def read_usage(path) -> Usage | None:
    """Read the usage of one job. Return None if the file is damaged or of another version."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        numbers = [content[name] for name in Usage._fields[1:]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if not all(type(number) in (int, float) and 0 <= number < math.inf for number in numbers):
        return None
    return Usage(1, *numbers)


def costs(
    corpus: str,
    recordings: Callable[[str], Collection[str]],
    variants: Mapping[str, Collection[str]],
    root="logs",
) -> Iterator[dict[str, Any]]:
    """Yield the usage of each rule and variant on a corpus: corpus, rule, variant, jobs, seconds, cpu, memory.

    Reads `{root}/{corpus}/{rule}/{variant}/{recording or batch}.usage.json`. `recordings` returns the ids that a rule
    works on: of a call its own id or those of its channels, never both. Other recordings and, for rules in `variants`,
    variants that it does not list are left out. A recording counts with its last job: of an earlier batch only the
    share of its other recordings counts. Damaged files do not count; a warning gives their number.
    """
    base, damaged = Path(root, corpus), []
    for folder, _, files in sorted(os.walk(base)):
        rule, _, variant = Path(folder).relative_to(base).as_posix().partition("/")
        if rule in variants and variant not in variants[rule]:
            continue
        if rule == ".":  # rules over the whole corpus
            for name in sorted(files):
                if not name.endswith(SUFFIX):
                    continue
                if usage := read_usage(Path(folder, name)):
                    yield _row(corpus, name.removesuffix(SUFFIX), "", usage)
                else:
                    damaged.append(Path(folder, name))
            continue
        total = Usage()
        for path, share in latest(folder, recordings(rule)):
            if usage := read_usage(path):
                total = total.plus(usage.scaled(share))
            else:
                damaged.append(path)
        if total.jobs:
            yield _row(corpus, rule, variant, total)
    if damaged:
        logging.getLogger(__name__).warning(
            "%d damaged usage files do not count, such as %s", len(damaged), damaged[0]
        )


def _row(corpus: str, rule: str, variant: str, usage: Usage) -> dict[str, Any]:
    return {
        "corpus": corpus,
        "rule": rule,
        "variant": variant,
        "jobs": usage.jobs,
        "seconds": usage.seconds,
        "cpu": usage.cpu_seconds,
        "memory": usage.peak_memory_mb,
    }


def latest(folder, recordings: Iterable[str]) -> list[tuple[Path, float]]:
    """Return the usage files of a folder that still count, with the share of their recordings that no later job processed."""
    latest_of, covered = _count_recordings(folder, recordings)
    return [
        (Path(folder, label + SUFFIX), latest_of[label] / covered[label])
        for label in sorted(latest_of)
    ]


def remove_superseded(
    corpus: str, recordings: Callable[[str], Collection[str]], root="logs"
) -> None:
    """Remove the usage files of jobs all of whose recordings were processed again in batches of another size.

    `recordings` returns the ids that a rule works on.
    """
    base = Path(prefixed(root), corpus)
    for folder, _, files in os.walk(base):
        labels = [name.removesuffix(SUFFIX) for name in files if name.endswith(SUFFIX)]
        if len(set(map(count_in_label, labels))) > 1:
            rule = Path(folder).relative_to(base).as_posix().partition("/")[0]
            latest_of, covered = _count_recordings(folder, recordings(rule))
            for label in set(covered) - set(latest_of):
                remove_own(Path(folder, label + SUFFIX))


def _count_recordings(folder, recordings: Iterable[str]) -> tuple[Counter, Counter]:
    """Return by label the number of recordings that no later job processed, and the number of all recordings."""
    times = {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(SUFFIX) and entry.is_file():
                times[entry.name.removesuffix(SUFFIX)] = entry.stat().st_mtime
    counts = sorted({count for label in times if (count := count_in_label(label))})
    latest_of: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for recording in recordings:
        labels = [label for label in possible_labels(recording, counts) if label in times]
        covered.update(labels)
        if labels:
            latest_of[max(labels, key=times.__getitem__)] += 1
    return latest_of, covered
