"""How far a run is, out of the log that Snakemake keeps of it: `make state`, beside the run or after it.

Jobs of batches are counted under their rule's name. Nothing is planned anew, so that it costs nothing.
"""

import fcntl
import re
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

_TIME = re.compile(r"\[(\w{3} \w{3} +\d+ [\d:]{8} \d{4})\]")
_BEGUN = re.compile(r"(?:local)?rule ([\w.-]+):")
_FAILED = re.compile(r"Error in rule ([\w.-]+)[,:].*")
_JOB = re.compile(r"\s+jobid: (\d+)")
_AGAIN = re.compile(r"Trying to restart job (\d+)\.")
_DONE = re.compile(r"Finished jobid: (\d+) \(Rule: [\w.-]+\)")
_PLANNED = re.compile(r"([a-z][\w.-]*) +(\d+)")
# rules that make nothing themselves
TARGETS = {"all", "audio", "reference", "speech", "changes", "rttm", "report", "train", "plda", "tune", "retry"}  # fmt: skip


@dataclass
class Stage:
    """The jobs of a rule: how many there are, the seconds of those that are done, and the others.

    On a cluster those that run are those that were submitted, and their seconds hold the time in the queue.
    """

    jobs: int = 0
    seconds: list[float] = field(default_factory=list)
    running: int = 0
    failed: int = 0
    again: int = 0  # attempts that failed and were not the last

    @property
    def left(self) -> int:
        """Jobs that have not begun.

        >>> Stage(jobs=5, seconds=[1.0, 2.0], running=1).left
        2
        """
        return self.jobs - len(self.seconds) - self.running - self.failed


@dataclass
class State:
    """A run: its stages by rule, when its first job began and when its log says something last."""

    stages: dict[str, Stage]
    begun: float
    last: float
    ended: bool = False

    def seconds_left(self, now: float) -> float | None:
        """How long the rest takes with as much going on at once as before; None before a job is done.

        A rule none of whose jobs is done yet counts as the mean of all.
        """
        done = [one for stage in self.stages.values() for one in stage.seconds]
        if not sum(done) or now <= self.begun:
            return None
        rest = sum(
            (stage.left + stage.running / 2) * _mean(stage.seconds or done)
            for stage in self.stages.values()
        )
        return rest / (sum(done) / (now - self.begun))


def read_state(lines: Iterable[str]) -> State:
    """The state that a log of Snakemake tells."""
    stages: dict[str, Stage] = {}
    running: dict[str, tuple[Stage, float]] = {}
    failures: dict[str, Stage] = {}
    now = begun = 0.0
    in_table, named, failed, ended = False, "", False, False
    for line in map(str.rstrip, lines):
        if said := _TIME.fullmatch(line):
            now = datetime.strptime(said[1], "%a %b %d %H:%M:%S %Y").timestamp()
            begun = begun or now
        elif line.startswith("Complete log(s):"):
            ended = True
        elif line.startswith("job ") and line.endswith("count"):
            in_table = True
        elif in_table and (said := _PLANNED.fullmatch(line)):
            in_table = said[1] != "total"
            if in_table:
                stages.setdefault(_rule(said[1]), Stage()).jobs += int(said[2])
        elif said := _BEGUN.fullmatch(line) or _FAILED.fullmatch(line):
            named, failed = _rule(said[1]), line.startswith("Error")
        elif named and (said := _JOB.fullmatch(line)):
            if not failed:
                running[said[1]] = (stages.setdefault(named, Stage()), now)
            elif said[1] in running:
                failures[said[1]] = running.pop(said[1])[0]
                failures[said[1]].failed += 1
            named = ""
        elif (said := _AGAIN.match(line)) and said[1] in failures:
            stage = failures.pop(said[1])
            stage.failed -= 1
            stage.again += 1
        elif (said := _DONE.fullmatch(line)) and said[1] in running:
            stage, since = running.pop(said[1])
            stage.seconds.append(now - since)
    for stage, _ in running.values():
        stage.running += 1
    named_stages = {rule: one for rule, one in stages.items() if rule not in TARGETS}
    return State(named_stages, begun, now, ended)


def told(state: State, now: float, set_aside: int, *, alive: bool = True) -> Iterator[str]:
    """What a person is told: a line a rule, the sum, and when it will end."""
    yield f"{'rule':<24}{'done':>8}{'running':>9}{'failed':>8}{'left':>8}{'each, s':>9}"
    for rule, one in state.stages.items():
        each = f"{_mean(one.seconds):.1f}" if one.seconds else ""
        yield f"{rule:<24}{len(one.seconds):>8}{one.running:>9}{one.failed:>8}{one.left:>8}{each:>9}"
    done = sum(len(one.seconds) for one in state.stages.values())
    jobs = sum(one.jobs for one in state.stages.values())
    yield f"{done} of {jobs} jobs done; recordings set aside: {set_aside}"
    rest = state.seconds_left(now)
    if retried := sum(one.again for one in state.stages.values()):
        yield f"attempts that failed and were made again: {retried}"
    if state.ended:
        yield f"the run ended {datetime.fromtimestamp(state.last):%A %H:%M}"
    elif not alive:
        yield f"the run was killed after {datetime.fromtimestamp(state.last):%A %H:%M}: start it again, and it goes on"
    elif done < jobs and rest is not None:
        end = datetime.fromtimestamp(now + rest)
        yield f"at this pace it ends about {end:%A %H:%M}, {rest / 60:.0f} minutes from now"


def is_alive(lock=".snakemake/diarflow.lock") -> bool:
    """Whether a run holds the lock (diarflow.runs.locks); where none can be told, it counts as alive."""
    try:
        with open(lock, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    return False


def _rule(name: str) -> str:
    """The rule of a batch's job.

    >>> _rule("detect_speech-ami.webrtc-007-of-128")
    'detect_speech'
    """
    return name.partition("-")[0]


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def latest_run(folder=".snakemake/log") -> tuple[Path, State] | None:
    """The latest log of a run that had jobs, and its state: plans, summaries and lists leave logs too."""
    for path in sorted(Path(folder).glob("*.snakemake.log"), reverse=True):
        text = path.read_text(encoding="utf-8", errors="replace")
        state = read_state(text.splitlines())
        if state.stages and "\nThis was a dry-run" not in text:
            return path, state
    return None


if __name__ == "__main__":
    if not (latest := latest_run()):
        sys.exit("there is no log of a run in .snakemake/log of this folder")
    path, found = latest
    ledger = {(path.parts[1], path.stem) for path in Path("results").glob("*/failures/**/*.json")}
    print(f"as {path} tells it")
    print("\n".join(told(found, time.time(), len(ledger), alive=is_alive())))
