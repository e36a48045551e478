"""Messages about failed jobs: the rule, the recording, the log, and the last lines of the log."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from diarflow.errors import EXAMPLES, shortened, visible

MOST_JOBS = 10  # that are described in a run
_LAST_LINES = 5  # of a log
_WIDTH = 200  # characters of a line
_MOST_BYTES = 10_000  # that are read from the end of a log


class FailedJobs:
    """Description of the failed jobs of a run. After the first ten, one line refers to the log."""

    def __init__(self, *, with_log: bool):
        self._with_log = with_log
        self._count = 0

    def lines(self, facts: Mapping[str, Any]) -> Iterator[str]:
        """Yield the lines about a failed job, from the facts of Snakemake's message."""
        self._count += 1
        if self._count == MOST_JOBS + 1:
            yield "more failed jobs: see the log of the run"
        if self._count > MOST_JOBS:
            return
        logs = [str(path) for path in facts.get("log") or facts.get("aux_logs") or ()]
        rule = facts.get("rule_name") or "a group of jobs"
        yield f"job failed: {visible(rule)}{f', log: {visible(logs[0])}' if logs else ''}"
        for external in logs[1:EXAMPLES]:
            yield f"  see also {visible(external)}"
        if self._with_log and logs:
            yield from (f"  {line}" for line in last_lines(logs[0]))


def last_lines(path: str, count: int = _LAST_LINES) -> list[str]:
    """Return the last lines of a log that are not empty, shortened; none if it cannot be read."""
    with suppress(OSError), Path(path).open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _MOST_BYTES))
        text = file.read().decode("utf-8", "replace")
        lines = [line.rstrip() for line in text.splitlines() if line.strip()]
        return [shortened(visible(line), _WIDTH) for line in lines[-count:]]
    return []
