"""The form of the pages in bench/results: title, command, date, machine, text, tables.

A program prints its whole page, so that a page can always be printed again. Standard library only:
`bench.measure` must not be used in a process with large libraries.
"""

import datetime
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def print_heading(title: str, text: str) -> None:
    """Print the title, the command that prints the page, date and machine, and a text about the method."""
    print(f"# {title}\n\n`{command()}`\n\n{circumstances()}\n\n{text.strip()}\n", flush=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Print a table in Markdown, each row as soon as it is available."""
    print(table_row(columns), table_row(["---"] * len(columns)), sep="\n", flush=True)
    for cells in rows:
        print(table_row(cells), flush=True)


def table_row(cells: Iterable) -> str:
    """
    >>> table_row(["best", 18.4])
    '| best | 18.4 |'
    """
    return f"| {' | '.join(map(str, cells))} |"


def command() -> str:
    """Return the command line of this program, as started in the root of the repository."""
    spec = sys.modules["__main__"].__spec__
    program = ["-m", spec.name] if spec else [sys.argv[0]]
    return shlex.join([".venv/bin/python", *program, *sys.argv[1:]])


def circumstances() -> str:
    """Return the date, the commit, the machine, and its load now."""
    return (
        f"{datetime.date.today()}, commit {commit()}, {machine()}, Python {platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f} at the start."
    )


def commit() -> str:
    """Return the commit of the working tree, with "-dirty" if files other than pages have changed since."""
    git = ["git", "-C", str(ROOT)]
    describe = subprocess.run([*git, "describe", "--always", "--exclude=*"], capture_output=True, text=True)  # fmt: skip
    # the page that is printed now differs from the commit
    diff = [*git, "diff", "--quiet", "HEAD", "--", ".", ":(exclude)bench/results"]
    changed = subprocess.run(diff, capture_output=True).returncode != 0
    return (describe.stdout.strip() or "unknown") + "-dirty" * changed


def machine() -> str:
    """Return the operating system, the processor, and the number of cores."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    processor = next(models, "unknown processor")
    return f"{platform.system()} {platform.machine()}, {processor}, {os.cpu_count()} cores"
