"""CPU time and memory of the work on each recording, from the logs of jobs."""

import re
from pathlib import Path
from typing import NamedTuple

_LINE = re.compile(r"^INFO: (\S+) took ([\d.]+) CPU-seconds(?:, (\d+) MB at most)?$", re.M)


class Work(NamedTuple):
    recording: str
    cpu_seconds: float  # of the work alone, without the start of Python, imports and model
    megabytes: int  # peak memory of the process until then; 0 if the system does not provide it


def read_work(log: Path) -> list[Work]:
    """Return the work on each recording of a job."""
    return [
        Work(recording, float(cpu), int(megabytes or 0))
        for recording, cpu, megabytes in _LINE.findall(log.read_text())
    ]
