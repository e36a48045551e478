"""What measures still runs: each command of bench/ that needs no corpus, on as little as it takes."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("command", "row"),
    [
        ("inference.py --minutes 0.2 --runs 1", "| **all** |"),
        ("scoring.py --recordings 2 --minutes 1", "| 2 |"),
        ("report.py --recordings 4", "| 4 |"),
    ],
)
def test_a_benchmark_prints_its_table(command, row):
    name, *options = command.split()
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / name, *options], text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    assert any(line.startswith(row) for line in done.stdout.splitlines()), done.stdout
