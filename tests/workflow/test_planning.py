"""Planning: no side effects without a run, stale locks, runs side by side, and the patches of Snakemake."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from conftest import ROOT
from workflow_runs import BATCHES

from diarflow.planning.snakemake_patches import FEWEST_RECORDINGS
from diarflow.simulation.synthetic import synthesize_dialogue

CORPUS = {"name": "tiny", "recordings": "tiny.tsv"}


def times_in(folder):
    """Return the modification times of all files in a folder, except those that Snakemake writes in a dry run."""
    return {
        str(path.relative_to(folder)): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and not {"log", "iocache"} & {*path.relative_to(folder).parts[:2]}
    }


def request_other_counts(folder):
    """Change the number of speakers in all rows of the table, and so the plan file."""
    table = folder / "tiny.tsv"
    table.write_text(table.read_text().replace("\t2\t", "\t3\t"))


def write_killed_run(folder, output="results/tiny/audio/a.wav"):
    """Write the lock file and the unfinished file of a run that was killed, and return their paths."""
    lock = folder / ".snakemake/locks/0.output.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text(f"{folder / output}\n")
    (folder / output).parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-c", KILLED_WRITE, folder / output], check=True)
    (unfinished,) = (folder / output).parent.glob(".*")
    return lock, unfinished


KILLED_WRITE = """
import os, sys
from diarflow.atomic import atomic_write

with atomic_write(sys.argv[1]) as temporary:
    temporary.touch()
    os._exit(0)
"""


@contextmanager
def held_lock(folder):
    """Hold the lock of a run, as a live run does."""
    with open(folder / ".snakemake/diarflow.lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


# --- side effects -------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["--dry-run", "--lint", "--list", "--summary", "--rulegraph"])
def test_planning_without_a_run_changes_no_file(finished, command):
    request_other_counts(finished.folder)
    write_killed_run(finished.folder)
    before = times_in(finished.folder)
    finished(command)
    assert times_in(finished.folder) == before


def test_a_dry_run_beside_a_live_run_changes_no_file(finished):
    request_other_counts(finished.folder)
    write_killed_run(finished.folder)
    before = times_in(finished.folder)
    with held_lock(finished.folder):
        planned = finished.planned_recordings()
    assert times_in(finished.folder) == before
    assert {("cluster_segments", "a"), ("cluster_segments", "b")} <= planned


def test_a_dry_run_in_a_fresh_folder_plans_all_jobs_and_writes_no_results(fresh):
    """The entry point is that of the workflow catalog. Its default target is all."""
    assert fresh("--dry-run", entry="workflow/Snakefile").jobs == {
        "prepare_audio": 2, "prepare_reference": 2, "detect_speech": 2, "detect_changes": 2,
        "detect_overlap": 2, "resegment": 2, "embed_segments": 2, "cluster_segments": 2,
        "build_turns": 2, "write_rttm": 2, "score_recording": 2,
        "report_corpus": 1, "evaluate_changes": 1, "report_all": 1, "all": 1,
    }  # fmt: skip
    assert not (fresh.folder / "results").exists() and not (fresh.folder / "logs").exists()


def test_a_dry_run_plans_what_a_changed_row_reruns_and_the_run_completes_it(finished):
    table = finished.folder / "tiny.tsv"
    table.write_text(table.read_text().replace("\t2\t", "\t3\t", 1))
    planned = finished.planned_recordings()
    assert ("cluster_segments", "a") in planned and ("cluster_segments", "b") not in planned
    kmeans = {"corpora": [CORPUS | {"systems": ["classic-kmeans"]}]}
    finished("rttm", overlay=BATCHES | kmeans)
    assert finished.planned("rttm", overlay=kmeans) == {}


# --- locks --------------------------------------------------------------------------------------


def test_a_run_removes_the_locks_and_unfinished_files_of_a_killed_run(finished):
    leftovers = write_killed_run(finished.folder)
    done = finished()
    assert "continuing a run that was killed" in done.text and "Nothing to be done" in done.text
    assert not any(path.exists() for path in leftovers)


def test_a_run_without_recordings_removes_stale_locks(fresh):
    """The rule `train_plda` reads no plan file."""
    for name in "pqr":
        (fresh.folder / "voices" / name).mkdir(parents=True)
        path = fresh.folder / "voices" / name / "a.wav"
        synthesize_dialogue(path, seed=ord(name), speakers=1, turns=2)
    lock, _ = write_killed_run(fresh.folder, "models/mine/plda.npz")
    plda = {
        "speakers": "voices",
        "part": "all",
        "embedding": "dvector",
        "seconds": 8.0,
        "dimensions": 2,
    }
    fresh("plda", overlay={"plda": {"mine": plda}})
    assert not lock.exists() and (fresh.folder / "models/mine/plda.npz").exists()


def test_a_run_beside_a_live_run_works_on_another_corpus_and_is_refused_on_the_same(fresh):
    """The live run waits in its first job. The refused run writes no plan file."""
    shutil.copy(fresh.folder / "tiny.tsv", fresh.folder / "more.tsv")
    (fresh.folder / "wait").mkdir()
    (fresh.folder / "wait/sitecustomize.py").write_text(WAIT)
    live = fresh.start("audio", **waiting(fresh.folder))
    try:
        wait_for(fresh.folder / "started")
        before = times_in(fresh.folder / "results")
        request_other_counts(fresh.folder)
        refused = fresh("rttm", check=False)
        assert refused.status == 1 and "LockException" in refused.text
        assert times_in(fresh.folder / "results") == before
        more = {"corpora": [CORPUS | {"name": "more", "recordings": "more.tsv"}]}
        fresh("audio", overlay=BATCHES | more | {"default_systems": ["classic"]})
        for id in "ab":
            assert (fresh.folder / f"results/more/audio/{id}.wav").exists()
        assert (fresh.folder / "results/more/plan.jsonl").exists()
        assert live.poll() is None
    finally:
        os.killpg(live.pid, signal.SIGKILL)
        live.wait()


WAIT = """
import os, sys, time

if ".snakemake/scripts/" in sys.orig_argv[-1]:
    open("started", "w").close()
    while True:
        time.sleep(1)
"""


def waiting(folder):
    """Return the environment in which every job of a run waits until it is killed."""
    path = [str(folder / "wait"), os.environ.get("PYTHONPATH")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, path))}


def wait_for(path, seconds=120):
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} does not exist after {seconds} s"
        time.sleep(0.1)


# --- patches of Snakemake, and the checkout of the package --------------------------------------


def test_the_patches_change_no_planned_job(fresh):
    """Most recordings have an imported RTTM only, so that planning is short."""
    names = [f"r{number:03d}" for number in range(FEWEST_RECORDINGS)]
    (fresh.folder / "many.tsv").write_text(
        "recording\taudio\treference\n"
        + "".join(f"{name}\taudio/a.wav\taudio/all.rttm\n" for name in names)
    )
    line = "SPEAKER {} 1 0 1 <NA> <NA> x <NA> <NA>\n"
    (fresh.folder / "audio/all.rttm").write_text("".join(map(line.format, names)))
    corpus = {"name": "many", "recordings": "many.tsv", "systems": ["best", "imported"]}
    overlay = {
        "corpora": [corpus],
        "systems": {"imported": {"rttm": "audio/all.rttm"}},
        "batch_size": 25,
    }
    patched, unpatched = plans_with_and_without_patches(fresh, overlay)
    assert patched == unpatched and len(patched) > 50
    imported = overlay | {"corpora": [corpus | {"systems": ["imported"]}]}
    scores = "results/many/der.csv"
    fresh(scores, overlay=imported)
    assert plans_with_and_without_patches(fresh, imported, scores) == ([], [])
    changed = imported | {"scores": {"collar_each_side": 0.1}}
    patched, unpatched = plans_with_and_without_patches(fresh, changed, scores)
    assert patched == unpatched and len(patched) == 5  # four batches and the table


def plans_with_and_without_patches(run, overlay, *targets):
    """Return the jobs of two dry runs."""
    code = run.folder / "unpatched"
    code.mkdir(exist_ok=True)
    (code / "sitecustomize.py").write_text(
        "import diarflow.planning.snakemake_patches as patches\npatches.VERSION = 'none'\n"
    )
    patched = run(*targets, "--dry-run", overlay=overlay)
    path = f"{code}:{ROOT / 'scripts'}"
    unpatched = run(*targets, "--dry-run", overlay=overlay, PYTHONPATH=path)
    return jobs_of(patched.text), jobs_of(unpatched.text)


def jobs_of(text):
    """Return the jobs of a dry run: rule, inputs and outputs, without the scratch folder of plan files."""
    blocks = re.findall(r"^(?:local)?rule ([\w.-]+):\n((?: {4}.*\n)+)", text, flags=re.M)
    return sorted(
        (rule, *(re.findall(r"^    (?:input|output): .*$", body, flags=re.M)))
        for rule, body in ((rule, re.sub(r"\S*/diarflow-\w+/", "", body)) for rule, body in blocks)
    )


def test_a_package_of_another_checkout_is_refused(fresh, tmp_path):
    shutil.copytree(ROOT / "scripts/diarflow", tmp_path / "scripts/diarflow")
    done = fresh("--dry-run", check=False, PYTHONPATH=str(tmp_path / "scripts"))
    assert (
        done.status == 1 and "the folder of the Snakefile: run pip install -e . there" in done.text
    )
