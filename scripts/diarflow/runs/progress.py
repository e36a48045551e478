"""Progress of a run, read from Snakemake's log: `make state`, during a run or after it.

Jobs of batches count under the name of their rule. No jobs are planned, so that the command takes no time.
"""

import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from diarflow.artifacts.failures import failure_records
from diarflow.backends import PACKAGE
from diarflow.runs.locks import is_run_alive

_TIME = re.compile(r"\[(\w{3} \w{3} +\d+ [\d:]{8} \d{4})\]")
_JOB_STARTS = re.compile(r"(?:local)?rule ([\w.-]+):")
_JOB_FAILS = re.compile(r"Error in rule ([\w.-]+)[,:].*")
_JOB_ID = re.compile(r"\s+jobid: (\d+)")
_JOB_IS_RETRIED = re.compile(r"Trying to restart job (\d+)\.")
_JOB_ENDS = re.compile(r"Finished jobid: (\d+) \(Rule: [\w.-]+\)")
_JOB_COUNT = re.compile(r"([a-z][\w.-]*) +(\d+)")
_RETRY = "retry"  # the one rule with a script that is a command of its own, not a part of a run


@dataclass
class RuleProgress:
    """Numbers of jobs of a rule, and the seconds that each finished job took.

    On a cluster a job runs from its submission, and its seconds include the time in the queue.
    """

    jobs: int = 0
    seconds: list[float] = field(default_factory=list)
    running: int = 0
    failed: int = 0
    retried: int = 0  # failed attempts that were repeated

    @property
    def left(self) -> int:
        """Number of jobs that have not started.

        >>> RuleProgress(jobs=5, seconds=[1.0, 2.0], running=1).left
        2
        """
        return self.jobs - len(self.seconds) - self.running - self.failed


@dataclass
class RunProgress:
    """Progress of a run by rule, with the time of its first job and of the last entry in its log."""

    rules: dict[str, RuleProgress]
    start: float = 0.0
    last: float = 0.0
    ended: bool = False

    def seconds_left(self, now: float) -> float | None:
        """Estimate the remaining time, with as many jobs in parallel as so far; None before a job has finished.

        A rule without finished jobs counts with the mean of all finished jobs.
        """
        seconds = [each for rule in self.rules.values() for each in rule.seconds]
        if not sum(seconds) or now <= self.start:
            return None
        work_left = sum(
            (rule.left + rule.running / 2) * _mean(rule.seconds or seconds)
            for rule in self.rules.values()
        )
        return work_left / (sum(seconds) / (now - self.start))


def read_progress(lines: Iterable[str]) -> RunProgress:
    """Return the progress that a log of Snakemake shows. Target rules, which have no script, do not count."""
    log = _Log()
    for line in lines:
        log.read(line.rstrip())
    for rule, _ in log.running.values():
        rule.running += 1
    rules = {name: rule for name, rule in log.rules.items() if _has_script(name)}
    return RunProgress(rules, log.start, log.now, log.ended)


class _Log:
    """The parser of a log: the state after the lines that were read."""

    def __init__(self) -> None:
        self.rules: dict[str, RuleProgress] = {}
        self.running: dict[str, tuple[RuleProgress, float]] = {}  # by job id, with its start
        self.start = self.now = 0.0
        self.ended = False
        self._failed: dict[str, RuleProgress] = {}  # by job id
        self._in_job_table = False
        # rule of the block that is being read, until its job id is known
        self._rule = ""
        self._block_is_error = False

    def read(self, line: str) -> None:
        """Read one line without its line break."""
        if (match := _TIME.fullmatch(line)) and (now := _timestamp(match[1])):
            self.now = now
            self.start = self.start or self.now
        elif line.startswith("Complete log(s):"):
            self.ended = True
        elif line.startswith("job ") and line.endswith("count"):
            self._in_job_table = True
        elif self._in_job_table and (match := _JOB_COUNT.fullmatch(line)):
            self._in_job_table = match[1] != "total"
            if self._in_job_table:
                self._progress(_rule(match[1])).jobs += int(match[2])
        elif match := _JOB_STARTS.fullmatch(line) or _JOB_FAILS.fullmatch(line):
            self._rule, self._block_is_error = _rule(match[1]), line.startswith("Error")
        elif self._rule and (match := _JOB_ID.fullmatch(line)):
            self._read_job_id(match[1])
        elif (match := _JOB_IS_RETRIED.match(line)) and match[1] in self._failed:
            rule = self._failed.pop(match[1])
            rule.failed -= 1
            rule.retried += 1
        elif (match := _JOB_ENDS.fullmatch(line)) and match[1] in self.running:
            rule, start = self.running.pop(match[1])
            rule.seconds.append(self.now - start)

    def _read_job_id(self, job: str) -> None:
        if not self._block_is_error:
            self.running[job] = (self._progress(self._rule), self.now)
        elif job in self.running:
            rule, _ = self.running.pop(job)
            rule.failed += 1
            self._failed[job] = rule
        self._rule = ""

    def _progress(self, rule: str) -> RuleProgress:
        return self.rules.setdefault(rule, RuleProgress())


def progress_lines(
    run: RunProgress, now: float, failed_recordings: int, *, alive: bool = True
) -> Iterator[str]:
    """Yield the lines of a report on a run: a table of rules, the sum, and the expected end."""
    yield f"{'rule':<24}{'done':>8}{'running':>9}{'failed':>8}{'left':>8}{'s/job':>9}"
    for name, rule in run.rules.items():
        each = f"{_mean(rule.seconds):.1f}" if rule.seconds else ""
        yield (
            f"{name:<24}{len(rule.seconds):>8}{rule.running:>9}{rule.failed:>8}{rule.left:>8}"
            f"{each:>9}"
        )
    done = sum(len(rule.seconds) for rule in run.rules.values())
    jobs = sum(rule.jobs for rule in run.rules.values())
    yield f"{done} of {jobs} jobs done; recordings set aside: {failed_recordings}"
    if retried := sum(rule.retried for rule in run.rules.values()):
        yield f"failed attempts that were repeated: {retried}"
    seconds_left = run.seconds_left(now)
    last = f"{datetime.fromtimestamp(run.last):%A %H:%M}"
    if run.ended:
        yield f"the run ended on {last}"
    elif not alive:
        yield f"the run was killed after {last}; start it again to continue it"
    elif done < jobs and seconds_left is not None:
        end = datetime.fromtimestamp(now + seconds_left)
        yield f"expected end at this rate: {end:%A %H:%M}, in {seconds_left / 60:.0f} minutes"


def latest_run(folder=".snakemake/log") -> tuple[Path, RunProgress] | None:
    """Return the log of the latest run that had jobs, and its progress.

    Dry runs, summaries and runs without jobs have logs too, which are skipped.
    """
    for path in sorted(Path(folder).glob("*.snakemake.log"), reverse=True):
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:  # a folder, or a file of another user
            continue
        run = read_progress(text.splitlines())
        if run.rules and "\nThis was a dry-run" not in text:
            return path, run
    return None


def _timestamp(text: str) -> float | None:
    """Return the seconds since the epoch of a time in a log; None if it is damaged."""
    try:
        return datetime.strptime(text, "%a %b %d %H:%M:%S %Y").timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _rule(name: str) -> str:
    """Return the rule of a job, without the batch.

    >>> _rule("detect_speech-ami.webrtc-007-of-128")
    'detect_speech'
    """
    return name.partition("-")[0]


def _has_script(rule: str) -> bool:
    """Return whether a rule makes files: its script then has its name."""
    return rule != _RETRY and (PACKAGE.parent / f"{rule}.py").is_file()


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def main() -> None:
    """Print the progress of the latest run in this folder."""
    if not (latest := latest_run()):
        sys.exit("no log of a run in .snakemake/log; start this command in the folder of the run")
    path, run = latest
    failed = {(record.parts[1], record.stem) for record in failure_records("*")}
    print(f"log: {path}")
    print("\n".join(progress_lines(run, time.time(), len(failed), alive=is_run_alive())))


if __name__ == "__main__":
    main()
