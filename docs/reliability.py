"""Print docs/reliability.md: behaviour on unusual audio and on faults, from the tests.

    make reliability                                    # everything: half an hour on two cores
    .venv/bin/python -m docs.reliability --quick        # without whole runs

The files of tests/edge_case_audio.py are prepared here as a run prepares them. Faults are tests, and the page lists
their names and results.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from bench.page import ROOT, print_heading, print_table
from diarflow.audio.prepare import prepare_audio
from diarflow.audio.prepared import duration
from diarflow.errors import InputError, visible
from docs.reliability_cases import CASES
from tests import edge_case_audio

TEXT = """
A recording on which a rule fails is set aside.
Valid empty artifacts (placeholders) replace its results of this rule and of all rules that depend on it.
`results/{corpus}/failures/` contains the rule and the reason, and the report lists them.
The recording is scored with an empty hypothesis, and all other recordings complete.
The exit status is 3 as long as recordings are set aside, also if a run has nothing to do; it is 0 with `on_error: accept`.
A recording without speech is not a failure: its RTTM is empty.

Errors that are not the fault of a recording fail the job and end the run: a full disk, a shared disk that cannot be
reached, a model that cannot be read.
Errors in the configuration or in a table end the run before its first job.

- **An error** on a recording does not end the job.
- **A crash of a library or a lack of memory** ends the whole job.
  Snakemake starts the job again (`retries: 1` in the profile).
  The second attempt detects the mark of the first one next to its log (`logs/.../*.log.begun`) and processes each
  recording in a child process.
  A recording whose child process dies is set aside.
  So is a recording that needs more memory than SLURM allocated, but only by the last attempt: each attempt has more
  memory than the one before.
- **`time_limit`** in the configuration limits the seconds for each recording and rule.
  With it, every recording is processed in a child process from the first attempt on.
  A different limit re-runs nothing.
- **Next attempt**: a recording that was set aside is tried again if its file, its settings or the code change, or after
  `snakemake retry --cores 1`.
- **A run that was killed** continues with the same command.
  Files appear under their names only when they are complete and on disk.
  Snakemake's lock of a run that no longer exists is removed (`scripts/diarflow/runs/locks.py`).
  A job that is still at work after its run was killed is waited for by the same job of the next run.
  Unfinished files are hidden, and named after their machine and process; the next attempt and the next run remove them.

Not covered:

- A configuration is a program of the user: Snakemake evaluates expressions in it that follow `__use_yte__: true`.
- Without `time_limit`, a job that hangs is not ended.
- On other systems than Linux, a child process may continue after its job was killed.

Memory and time for up to ten hours of audio are in
[bench/results/recording_length.md](../bench/results/recording_length.md), two jobs at the same time in
[bench/results/threads.md](../bench/results/threads.md).
"""
QUICK = [
    "tests/unit/test_isolation.py", "tests/unit/test_damage.py", "tests/unit/test_atomic.py", "tests/unit/test_locks.py",
    "tests/unit/test_summary.py", "tests/unit/test_errors.py",
    "tests/unit/test_untrusted_input.py", "tests/unit/test_malformed_text.py",
    "tests/scripts/test_edge_case_audio.py", "tests/workflow/test_set_aside.py",
]  # fmt: skip
SLOW = [
    "tests/slow/test_damaged_results.py", "tests/slow/test_faults.py", "tests/slow/test_edge_case_corpus.py",
    "tests/slow/test_fuzz.py",
    "tests/slow/test_pyannote.py", "tests/slow/test_random_changes.py", "tests/slow/test_slurm.py",
]  # fmt: skip


def audio_rows() -> Iterator[list[str]]:
    """Yield each file of tests/edge_case_audio.py with the result of its preparation."""
    with tempfile.TemporaryDirectory() as folder:
        edge_case_audio.write_files(Path(folder, "calls"))
        target = Path(folder, "prepared.wav")
        for name in edge_case_audio.FILES:
            try:
                facts = prepare_audio(Path(folder, "calls", name), target)
                result = f"{duration(target):.3f} s. {' '.join(facts['notes'])}"
            except InputError as error:
                result = "set aside: " + str(error).partition(visible(name))[2].lstrip(": ")
            yield [escape(visible(name)), escape(result)]


def run_tests(tests: list[str], *options: str) -> dict[str, list[str]]:
    """Run tests, and return the results of all cases by the name of the test."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        command = [sys.executable, "-m", "pytest", *tests, *options, f"--junitxml={file.name}"]
        command += ["-o", "junit_family=xunit1"]  # keeps the properties that a test records
        subprocess.run(command, cwd=ROOT, stdout=sys.stderr)
        cases = list(ElementTree.parse(file.name).iter("testcase"))  # noqa: S314 - written by pytest
    results: dict[str, list[str]] = {}
    for case in cases:
        name = case.get("name", "").partition("[")[0].removeprefix("test_").replace("_", " ")
        kinds = ("failure", "error", "skipped")
        bad = next((kind for kind in kinds if case.find(kind) is not None), "")
        properties = [entry.get("value", "") for entry in case.iter("property")]
        results.setdefault(name, []).append(bad or "; ".join(["passed", *properties]))
    return results


def print_tests(title: str, tests: list[str], *options: str) -> bool:
    """Print a row for each test. Return whether none failed."""
    results = run_tests(tests, *options)
    print(f"\n## {title}\n")
    print_table(
        ["behaviour", "cases", "result"],
        ([name, len(cases), ", ".join(dict.fromkeys(cases))] for name, cases in results.items()),
    )
    return all(case.startswith(("passed", "skipped")) for cases in results.values() for case in cases)  # fmt: skip


def print_cases() -> bool:
    """Print each case with the behaviour before and now. Return whether its tests pass."""
    tests = list(dict.fromkeys(f"tests/{case.test}" for case in CASES))
    results = run_tests(tests)
    print("\n## Inputs on which version 0.1.0 was wrong\n")
    print("The names are those of ../shared/cases. Each test contains the present behaviour.\n")

    def rows() -> Iterator[list[str]]:
        for case in CASES:
            name = case.test.partition("::test_")[2].replace("_", " ")
            result = ", ".join(dict.fromkeys(results.get(name, ["missing"])))
            yield [
                case.name,
                case.before,
                case.now,
                f"`{case.test.partition('::')[0]}`: {name}",
                result,
            ]

    print_table(["case", "0.1.0", "now", "test", "result"], rows())
    return all(case.startswith("passed") for cases in results.values() for case in cases)


def escape(text: str) -> str:
    """Escape a cell of a table in Markdown."""
    for mark in "\\`*_<>|[]":
        text = text.replace(mark, f"\\{mark}")
    return text.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    print_heading("Reliability", TEXT)
    print(f"## {len(edge_case_audio.FILES)} unusual files\n")
    print("All files of `tests/edge_case_audio.py` also pass through every stage of `classic` and `best`.\n")  # fmt: skip
    print_table(["file", "result of the preparation"], audio_rows())
    passed = print_tests("Processes, disks, models, names and texts", QUICK)
    passed &= print_cases()
    if not quick:
        passed &= print_tests("Whole runs", SLOW, "-m", "slow")
    sys.exit(not passed)


if __name__ == "__main__":
    main()
