"""Displays of a run: a live table in a terminal, or a line a minute."""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, TextIO

from diarflow.errors import visible_lines
from diarflow.progress.counts import RunProgress
from diarflow.progress.table import progress_line, progress_table

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

LINE_SECONDS = 60.0  # between two lines of progress, if the output is not a terminal


class Display(Protocol):
    """Display of a run. Messages may be printed at any time, also before its start."""

    def start(self, progress: Callable[[], RunProgress]) -> None:
        """Begin to show the counts that `progress` returns."""

    def print(self, text: str, style: str = "") -> None:
        """Print a message of one or more lines."""

    def stop(self) -> None:
        """Show the last counts, and end. Calling it again does nothing."""


def is_terminal(stream: TextIO) -> bool:
    """Return whether a stream is a terminal in which lines can be overwritten."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


class Lines:
    """A line of progress every `seconds` seconds, for output that is not a terminal."""

    def __init__(self, stream: TextIO, seconds: float = LINE_SECONDS):
        self._stream, self._seconds = stream, seconds
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._progress: Callable[[], RunProgress] | None = None

    def start(self, progress: Callable[[], RunProgress]) -> None:
        self._progress = progress
        self._thread = threading.Thread(target=self._repeat, daemon=True)
        self._thread.start()

    def _repeat(self) -> None:
        self._print_progress()
        while not self._ended.wait(self._seconds):
            self._print_progress()

    def _print_progress(self) -> None:
        if self._progress:
            with suppress(
                BrokenPipeError, ValueError
            ):  # the reader of the pipe has ended, or the stream is closed
                self.print(progress_line(self._progress()))

    def print(self, text: str, style: str = "") -> None:
        # in one call, because two threads print
        self._stream.write(visible_lines(text) + "\n")
        self._stream.flush()

    def stop(self) -> None:
        if self._thread:
            self._ended.set()
            self._thread.join(timeout=self._seconds)
            self._thread = None
            self._print_progress()


class LiveTable:
    """A table at the end of the terminal. Messages, also those printed to sys.stderr, appear above it."""

    def __init__(self, stream: TextIO, *, colour: bool = True):
        from rich.console import Console

        self._console = Console(
            file=stream, no_color=not colour, highlight=False, force_terminal=True
        )
        self._live: Live | None = None

    def start(self, progress: Callable[[], RunProgress]) -> None:
        from rich.live import Live

        def table() -> "RenderableType":
            return progress_table(progress(), *self._console.size)

        self._live = Live(
            console=self._console, get_renderable=table, refresh_per_second=4,
            # if standard output is a file, what is printed to it stays there
            redirect_stdout=sys.stdout.isatty(),
        )  # fmt: skip
        self._live.start()

    def print(self, text: str, style: str = "") -> None:
        self._console.print(
            visible_lines(text), style=style or None, markup=False, soft_wrap=True, emoji=False
        )

    def stop(self) -> None:
        if self._live:
            live, self._live = self._live, None
            live.stop()
