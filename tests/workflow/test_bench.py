"""Programs of bench/ that need no corpus, on as little data as possible."""

import subprocess
import sys

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("command", "row"),
    [
        ("speed.batches --recordings 4", "| a job for each recording |"),
        ("speed.change_network --minutes 0.2 --runs 1", "| **all** |"),
        ("speed.heavy_jobs --minutes 0.2 --runs 1", "| campplus |"),
        ("speed.planning --recordings 3", "| 3 |"),
        ("speed.report --recordings 4", "| 4 |"),
        ("speed.scoring --recordings 2 --minutes 1", "| 2 |"),
        ("speed.startup --runs 1", "| report_all |"),
    ],
)
def test_a_program_prints_its_page(command, row):
    name, *options = command.split()
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", *options], text=True, capture_output=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("# ") and f"-m bench.{command}`" in lines[2], done.stdout
    assert any(line.startswith(row) for line in lines), done.stdout
