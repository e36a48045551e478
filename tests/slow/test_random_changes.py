"""Random changes to inputs and results between runs: the last run ends with the results of a fresh run."""

import hashlib
import os
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workflow_runs import Workflow, build_once

from tests.workflow.test_result_records import SCORES, final, write_corpus

pytestmark = pytest.mark.slow

INPUTS = ("rttm", "reference")
RESULTS = "results/c"
DAY = 86_400

_files = st.integers(0, 60)
_times = st.sampled_from(["now", "older", "future"])
CHANGES = st.one_of(
    st.tuples(st.just("copy"), st.booleans(), _files, _files, _times),
    st.tuples(st.just("touch"), st.booleans(), _files, _files, _times),
    st.tuples(st.just("replace"), st.booleans(), _files, _files, _times),
    st.tuples(st.just("rename"), st.booleans(), _files, _files, _times),
    st.tuples(st.just("restore"), st.booleans(), _files, _files, _times),
    st.tuples(st.just("delete"), st.booleans(), _files, _files, _times),
)
SEQUENCES = st.lists(st.lists(CHANGES, min_size=1, max_size=3), min_size=1, max_size=2)


def inputs(folder: Path) -> list[Path]:
    return sorted(path for kind in INPUTS for path in (folder / kind).glob("*.rttm"))


def results(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / RESULTS).rglob("*") if path.is_file())


def change(folder: Path, backup: Path, kind: str, of_inputs: bool, first: int, second: int, when):
    """Apply one change to a file of the inputs or of the results."""
    files = (inputs if of_inputs else results)(folder)
    if not files:
        return
    path, other = files[first % len(files)], files[second % len(files)]
    if kind == "copy" and path != other:
        shutil.copy2(path, other)
    elif kind == "touch":
        set_time(path, when)
    elif kind == "replace" and of_inputs:
        write_turn(path, first + second)
        set_time(path, when)
    elif kind == "replace":
        path.write_bytes(other.read_bytes()[::-1])
        set_time(path, when)
    elif kind == "rename" and path != other:
        path.replace(other)
    elif kind == "restore":
        saved = backup / path.relative_to(folder)
        if saved.is_file():
            shutil.copy2(saved, path)
    elif kind == "delete":
        path.unlink()


def set_time(path: Path, when: str) -> None:
    now = time.time()
    seconds = {"now": now, "older": now - 100 * DAY, "future": now + 100 * DAY}[when]
    os.utime(path, (seconds, seconds))


def write_turn(path: Path, start: int) -> None:
    """Write one of a few turns, all with the same number of bytes."""
    path.write_text(f"SPEAKER {path.stem} 1 {10 + start % 5} 5 <NA> <NA> a <NA> <NA>\n")


@pytest.fixture(scope="module")
def _start(tmp_path_factory):
    def build(folder):
        write_corpus(folder, a=0.5, b=1.0, c=2.0)
        Workflow(folder)(SCORES)
        for path in inputs(folder):
            write_turn(path, 3)
            set_time(path, "older")
        Workflow(folder)(SCORES)

    return build_once(tmp_path_factory, "random-changes", build)


def run(folder: Path):
    return Workflow(folder)(SCORES, check=False)


def fresh_results(start: Path, folder: Path, known: dict) -> dict[str, str]:
    """Return the results of a fresh run on the present inputs; of the same inputs, those of the first time."""
    state = hashlib.sha256()
    for path in inputs(folder):
        state.update(f"{path.relative_to(folder)} {path.read_text()}".encode())
    key = state.hexdigest()
    if key not in known:
        fresh = folder.parent / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for name in ("table.tsv", "my.yaml", *INPUTS):
            copy = shutil.copytree if (folder / name).is_dir() else shutil.copy2
            copy(folder / name, fresh / name)
        done = run(fresh)
        assert done.status in (0, 3), done.text
        known[key] = done.status, products(fresh)
    return known[key]


def products(folder: Path) -> dict[str, str]:
    """Return the digests of the RTTM and the scores, without failure records, which contain paths of logs."""
    names = ("c/rttm/", "c/reference/", "c/scores/", "c/der.csv")
    return {path: value for path, value in final(folder).items() if path.startswith(names)}


@pytest.mark.parametrize("is_compact", [False, True])
def test_random_changes_end_with_the_results_of_a_fresh_run(_start, tmp_path, is_compact):
    known: dict = {}

    @settings(
        max_examples=int(os.environ.get("SEQUENCES", 200)),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(SEQUENCES)
    def check(sequence):
        folder = tmp_path / "work"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(_start, folder)
        with (folder / "my.yaml").open("a") as config:
            config.write(f"compact_plan: {str(is_compact).lower()}\n")
        for changes in sequence:
            for each in changes:
                change(folder, _start, *each)
            done = run(folder)
        status, expected = fresh_results(_start, folder, known)
        assert done.status == status, done.text
        present = products(folder)
        # a result that no later rule needs any more is not made again, and one of an earlier state stays
        assert {path: present[path] for path in expected if path in present} == {
            path: digest for path, digest in expected.items() if path in present
        }, done.text
        assert present[SCORES.removeprefix("results/")] == expected["c/der.csv"]

    check()
