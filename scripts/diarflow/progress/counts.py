"""Counts of a run by stage: recordings done, running and left, and an estimate of the end."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from diarflow.timeline.intervals import Seconds


@dataclass
class StageProgress:
    """Recordings of a stage, each counted once for each of its variants. Rules over all recordings count jobs.

    `seconds` is the sum over the finished jobs of the time that each took, `active` the time in which any job ran.
    On a cluster a job runs from its submission, so both include the time in the queue.
    """

    total: int = 0
    done: int = 0
    running: int = 0
    failed: int = 0
    retried: int = 0  # failed attempts that were repeated
    set_aside: int = 0
    seconds: Seconds = 0.0
    active: Seconds = 0.0
    audio: Seconds = 0.0  # of the finished recordings, as far as it is known

    @property
    def left(self) -> int:
        """Number of recordings that no job has begun.

        >>> StageProgress(total=5, done=2, running=1).left
        2
        """
        return self.total - self.done - self.running - self.failed

    @property
    def is_complete(self) -> bool:
        return self.done == self.total

    def speed(self) -> str:
        """Return the speed of a stage: audio per time, or recordings per minute without audio.

        >>> StageProgress(done=3, active=60.0, audio=7200.0).speed()
        '120 x real time'
        >>> StageProgress(done=3, active=60.0, audio=0.0).speed()
        '3 /min'
        """
        if not self.done or self.active <= 0:
            return ""
        if self.audio:
            return f"{_short(self.audio / self.active)} x real time"
        return f"{_short(60 * self.done / self.active)} /min"


@dataclass
class RunProgress:
    """Progress of a run by stage, with its start, the time of these counts, and its end, in seconds since the epoch."""

    stages: dict[str, StageProgress] = field(default_factory=dict)
    recordings: int = 0
    set_aside: int = 0  # recordings that any stage set aside
    start: float = 0.0
    now: float = 0.0
    end: float | None = None
    outcome: str = ""  # of an ended run: complete, failed or stopped

    @property
    def done(self) -> int:
        return sum(stage.done for stage in self.stages.values())

    @property
    def total(self) -> int:
        return sum(stage.total for stage in self.stages.values())

    def seconds_left(self) -> Seconds | None:
        """Estimate the remaining time, with as many jobs in parallel as so far; None before a job has finished.

        A stage without finished jobs counts with the mean of all stages. A running job is taken for half done.
        """
        stages = self.stages.values()
        seconds, elapsed = sum(stage.seconds for stage in stages), self.now - self.start
        if seconds <= 0 or elapsed <= 0:
            return None
        mean = seconds / self.done
        work = sum(
            (stage.left + stage.running / 2) * (stage.seconds / stage.done if stage.done else mean)
            for stage in stages
        )
        return work / (seconds / elapsed)

    def tick(self, now: float) -> None:
        """Advance the time. Stages with running jobs were active since the last call."""
        passed = max(0.0, now - self.now)
        for stage in self.stages.values():
            if stage.running:
                stage.active += passed
        self.now = max(now, self.now)

    def stop(self) -> None:
        """End a run that was killed, at its last counts: nothing is running."""
        self.end = self.now
        for stage in self.stages.values():
            stage.running = 0

    def to_values(self) -> dict[str, Any]:
        """Return the counts as values of JSON."""
        return asdict(self)

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "RunProgress":
        """Return the counts that `to_values` wrote. Raises TypeError, KeyError or AttributeError for others."""
        stages = {name: StageProgress(**stage) for name, stage in values["stages"].items()}
        return cls(**{**values, "stages": stages})


@dataclass(frozen=True)
class RunningJob:
    """A job at work: its stage, its number of recordings and their audio, and its start."""

    stage: str
    recordings: int
    start: float


class RunTracker:
    """Counter of the events of a run. Events of jobs that were not planned are ignored."""

    def __init__(self, totals: Mapping[str, int], *, recordings: int, now: float):
        stages = {name: StageProgress(total) for name, total in totals.items()}
        self.progress = RunProgress(stages, recordings, start=now, now=now)
        self._running: dict[int, RunningJob] = {}
        self._failed: dict[int, RunningJob] = {}

    def job_started(self, job: int, stage: str, recordings: int, now: float) -> None:
        """Count a job that begins, also again after a failed attempt."""
        self.progress.tick(now)
        if stage not in self.progress.stages or job in self._running:
            return
        self._running[job] = RunningJob(stage, recordings, now)
        self.progress.stages[stage].running += recordings

    def job_finished(self, job: int, now: float, audio: Seconds = 0.0) -> None:
        """Count a finished job. `audio` is the duration of its recordings, as far as it is known."""
        self.progress.tick(now)
        if not (running := self._running.pop(job, None)):
            return
        stage = self.progress.stages[running.stage]
        stage.running -= running.recordings
        stage.done += running.recordings
        stage.seconds += now - running.start
        stage.audio += audio

    def job_failed(self, job: int, now: float) -> str:
        """Count a failed attempt, and return its stage, or ""."""
        self.progress.tick(now)
        if not (running := self._running.pop(job, None)):
            return ""
        stage = self.progress.stages[running.stage]
        stage.running -= running.recordings
        stage.failed += running.recordings
        self._failed[job] = running
        return running.stage

    def job_stopped(self, job: int, now: float) -> None:
        """Count a job that the user stopped as one that has not begun."""
        self.progress.tick(now)
        if running := self._running.pop(job, None):
            self.progress.stages[running.stage].running -= running.recordings

    def job_retried(self, job: int) -> None:
        """Count a failed job as one that has not begun: Snakemake starts it again."""
        if failed := self._failed.pop(job, None):
            stage = self.progress.stages[failed.stage]
            stage.failed -= failed.recordings
            stage.retried += 1

    def count_set_aside(self, by_stage: Mapping[str, int], recordings: int) -> None:
        """Set the numbers of recordings that were set aside."""
        self.progress.set_aside = recordings
        for name, stage in self.progress.stages.items():
            stage.set_aside = by_stage.get(name, 0)


def _short(number: float) -> str:
    """Return a number with two significant digits below 10, else as a whole number.

    >>> _short(0.123), _short(7.04), _short(2345.6)
    ('0.12', '7', '2,346')
    """
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"
