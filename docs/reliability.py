"""What was tried to break a run, and what happened: the tables of docs/reliability.md, out of what the tests do.

    make reliability                                  # everything: half an hour on two cores
    .venv/bin/python docs/reliability.py --quick      # without the whole runs

The files of tests/hostile.py are prepared here, as a run prepares them. The faults are tests: their names say what
was tried and what must happen, and this runs them.
"""

import argparse
import datetime
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

import hostile  # noqa: E402

from diarflow.audio.prepared import duration, note, prepare_audio  # noqa: E402
from diarflow.errors import InputError, visible  # noqa: E402

HEAD = """# Reliability

A recording that fails at any stage is set aside: a valid, empty result stands in its place and in the place of all that follows from
it, `results/{{corpus}}/failures/` says at which stage and why, the report lists it, and its score is that of an empty hypothesis. The others
complete. A recording in which nobody speaks is no failure: its RTTM is empty, without a mark. What is no recording's fault fails the job and ends the run: a full disk, a
shared one that cannot be reached, a model that cannot be read. A mistake in the configuration or a table ends it before its first job. The exit status is 3 while recordings are
set aside, also of a run that finds nothing to do; 0 with `on_error: accept`.

- **An error** is caught where it is raised.
- **A crash of a library, or a lack of memory**, takes the whole job with it. Snakemake starts it once more (`retries: 1` in the profile); the new
  process finds the mark of the dead one beside its log (`logs/.../*.log.begun`) and works on each recording in a child process.
  Who dies then is set aside, and who takes more memory than SLURM gave the job.
- **`time_limit`** in the configuration: seconds for each recording and rule. With it each recording has a child process from the start.
  Another limit alone tries nothing again.
- **Again**: a recording that was set aside is tried again when its file, its settings or the code change, or after `snakemake retry --cores 1`.
- **A killed run** goes on where it was, with the same command. Files take their place whole, once they have reached the disk. Snakemake's lock of a run
  that is dead is dropped (`scripts/diarflow/runs/locks.py`); that of a run that lives holds. A job that outlived its run is
  waited for by the same job of the next. Unfinished files are hidden, named after machine and process, and removed once that is dead:
  by the next attempt at the job, and by the next run that finds that one was killed.

What is not covered: a configuration is the user's own program, Snakemake itself runs expressions in it that follow `__use_yte__: true`. A job that hangs where no
`time_limit` is set hangs. A child process outlives a job that is killed on other systems than Linux.
Memory and time of every stage for up to ten hours of audio are in [bench/memory.md](../bench/memory.md), two jobs beside each other in
[bench/threads.md](../bench/threads.md).

Everything below is printed by {command}, {date}, {machine}, Python {python}.
"""
QUICK = ["tests/unit/test_jobs.py", "tests/unit/test_files.py", "tests/unit/test_locks.py",
         "tests/unit/test_nothing_gets_in.py", "tests/unit/test_hostile_text.py",
         "tests/scripts/test_hostile.py", "tests/workflow/test_set_aside.py"]  # fmt: skip
SLOW = ["tests/slow/test_faults.py", "tests/slow/test_hostile_corpus.py", "tests/slow/test_fuzz.py",
        "tests/slow/test_pyannote.py", "tests/slow/test_slurm.py"]  # fmt: skip


def files() -> None:
    """A row for each file that corpora may hold, and what becomes of it."""
    print(f"\n## {len(hostile.FILES)} odd files\n")
    print(
        "`tests/hostile.py` makes them; all of them go through every stage of `classic` and `best`.\n"
    )
    print("| file | what becomes of it |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        hostile.make(Path(folder, "calls"))
        target = Path(folder, "prepared.wav")
        for name in hostile.FILES:
            try:
                prepare_audio(Path(folder, "calls", name), target)
                said = f"{duration(target):.3f} s. {note(target)}"
            except InputError as error:
                said = "set aside: " + str(error).partition(visible(name))[2].lstrip(": ")
            print(f"| {_cell(visible(name))} | {_cell(said)} |")


def faults(title: str, tests: list[str], *options: str) -> bool:
    """A row for each test: what was tried, as its name says, and whether that is what happened."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        command = [sys.executable, "-m", "pytest", *tests, *options, f"--junitxml={file.name}"]
        command += ["-o", "junit_family=xunit1"]  # which keeps what a test says of itself
        subprocess.run(command, cwd=ROOT, stdout=sys.stderr)
        cases = list(ElementTree.parse(file.name).iter("testcase"))
    print(f"\n## {title}\n")
    print("| tried, and what must happen | times | what happened |\n|---|---|---|")
    found: dict[str, list[str]] = {}
    for case in cases:
        name = case.get("name").partition("[")[0].removeprefix("test_").replace("_", " ")
        bad = next(
            (kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None), ""
        )
        said = [one.get("value") for one in case.iter("property")]
        found.setdefault(name, []).append(bad or "; ".join(["so it did", *said]))
    for name, outcomes in found.items():
        print(f"| {name} | {len(outcomes)} | {', '.join(dict.fromkeys(outcomes))} |")
    return all(one.startswith(("so it did", "skipped")) for own in found.values() for one in own)


def _cell(text: str) -> str:
    for mark in "\\`*_<>|[]":
        text = text.replace(mark, f"\\{mark}")
    return text.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    command = (
        "`docs/reliability.py --quick`; `make reliability` adds whole runs"
        if quick
        else "`make reliability`"
    )
    print(HEAD.format(command=command, date=datetime.date.today(), machine=platform.platform(),
                      python=platform.python_version()), end="")  # fmt: skip
    files()
    good = faults("Processes, disks, models, names and texts", QUICK)
    if not quick:
        good &= faults("Whole runs", SLOW, "-m", "slow")
    sys.exit(not good)


if __name__ == "__main__":
    main()
