"""Table and lines that show the progress of a run."""

import time
from typing import TYPE_CHECKING

from diarflow.progress.counts import RunProgress, StageProgress
from diarflow.timeline.intervals import Seconds

if TYPE_CHECKING:
    from rich.console import RenderableType

_BAR_WIDTH = 100  # columns of a terminal from which the table has bars

_OTHER_LINES = 4  # of the header and the last line, which may be broken


def progress_table(run: RunProgress, width: int, height: int | None = None) -> "RenderableType":
    """Return a table of stages with a last line about the whole run, for a terminal with `width` columns.

    A terminal with too few lines (`height`) shows the stages at work first, and then the next ones.
    """
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    with_bars = width >= _BAR_WIDTH
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("stage", no_wrap=True)
    if with_bars:
        table.add_column("", width=min(40, width - 80))
    for name in ("recordings", "running", "set aside", "speed"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in _shown_stages(run, height):
        stage = run.stages[name]
        bar = ProgressBar(
            max(stage.total, 1), stage.done, complete_style="cyan", finished_style="green"
        )
        set_aside = Text(_count(stage.set_aside), style="yellow")
        if stage.failed:
            set_aside = Text(f"{stage.failed:,} failed", style="red")
        table.add_row(
            Text(name, style=_style(stage)),
            *([bar] if with_bars else []),
            f"{stage.done:,} of {stage.total:,}",
            _count(stage.running),
            set_aside,
            stage.speed(),
        )
    return Group(table, Text(summary(run)))


def _shown_stages(run: RunProgress, height: int | None) -> list[str]:
    """Return the stages that fit, in their order."""
    most = len(run.stages) if height is None else max(1, height - _OTHER_LINES)
    by_interest = sorted(
        run.stages,
        key=lambda name: (not run.stages[name].running, run.stages[name].is_complete),
    )
    shown = set(by_interest[:most])
    return [name for name in run.stages if name in shown]


def _style(stage: StageProgress) -> str:
    if stage.failed:
        return "red"
    if stage.is_complete:
        return "green"
    return "bold" if stage.running else ""


def _count(number: int) -> str:
    return f"{number:,}" if number else ""


def progress_line(run: RunProgress) -> str:
    """Return one line for a log: the time, the stages at work, and the whole run."""
    at_work = ", ".join(
        f"{name} {stage.done:,} of {stage.total:,}"
        for name, stage in run.stages.items()
        if stage.running
    )
    clock = time.strftime("%H:%M", time.localtime(run.now))
    return f"{clock} {summary(run)}{f'; {at_work}' if at_work else ''}"


def summary(run: RunProgress) -> str:
    """Return the part of a run that is done, the recordings set aside, and the expected end."""
    share = 100 * run.done / run.total if run.total else 100.0
    # 100 % only at the end
    percent = "100" if run.done == run.total else f"{min(share, 99):.0f}"
    recordings = f"{run.recordings:,} recording{'s' if run.recordings != 1 else ''}"
    parts = [recordings, f"{percent} % done", f"{run.set_aside:,} set aside"]
    if failed := sum(stage.failed for stage in run.stages.values()):
        parts.append(f"{failed:,} failed")
    if retried := sum(stage.retried for stage in run.stages.values()):
        parts.append(f"{retried:,} attempts repeated")
    parts.append(f"{duration(run.now - run.start)} so far" if run.end is None else
                 f"{duration(run.end - run.start)}")  # fmt: skip
    left = run.seconds_left()
    if run.end is None and left is not None and run.done < run.total:
        parts.append(f"about {duration(left)} left, until {_clock(run.now, left)}")
    return ", ".join(parts)


def _clock(now: float, left: Seconds) -> str:
    """Return the time of day of the expected end, with its weekday if it is not today."""
    end, today = time.localtime(now + left), time.localtime(now)
    same_day = end[:3] == today[:3]
    return time.strftime("%H:%M" if same_day else "%A %H:%M", end)


def duration(seconds: Seconds) -> str:
    """Return a duration in the units that fit.

    >>> [duration(seconds) for seconds in (4.2, 89, 120, 3 * 3600 + 300)]
    ['4 s', '89 s', '2 min', '3 h 5 min']
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"
