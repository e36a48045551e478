"""Runs that are killed, crash or fill the disk: the next run completes them with the same bytes."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest
from conftest import ROOT
from workflow_runs import Workflow, digests

from diarflow.simulation.synthetic import synthesize_dialogue

pytestmark = pytest.mark.slow
RECORDINGS, KILLS = 30, 20
SYSTEM = {"speech": "webrtc", "changes": "none", "overlap": "none", "embedding": "dvector",
          "clustering": "kmeans", "turns": "join"}  # fmt: skip


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Write thirty conversations of a few seconds, and a configuration that processes them in batches."""
    folder = tmp_path_factory.mktemp("faults") / "corpus"
    (folder / "audio").mkdir(parents=True)
    for seed in range(RECORDINGS):
        synthesize_dialogue(
            folder / "audio" / f"r{seed:02}.wav", seed=seed, speakers=2, turns=3, mean_turn=1.0
        )
    (folder / "my.yaml").write_text(
        json.dumps(
            {
                "corpora": [{"name": "c", "audio": "audio", "systems": ["light"]}],
                "systems": {"light": SYSTEM},
                "batch_size": 8,
            }
        )
    )
    return folder


@pytest.fixture(scope="module")
def undisturbed(corpus, tmp_path_factory):
    """Return the digests of the results of a run without faults."""
    folder = tmp_path_factory.mktemp("undisturbed") / "corpus"
    shutil.copytree(corpus, folder)
    Workflow(folder)("--cores", "2")
    return digests(folder)


@pytest.fixture
def folder(corpus, tmp_path):
    shutil.copytree(corpus, tmp_path / "corpus")
    return tmp_path / "corpus"


def start(folder):
    """Start a run in a process group of its own, as a shell does."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--cores", "2",
               "--directory", folder, "--configfile", folder / "my.yaml"]  # fmt: skip
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def count_results(folder):
    return sum(path.is_file() for path in folder.glob("results/c/**/*"))


def jobs(run):
    """Return the processes of a run that execute scripts."""
    processes = []
    for process in psutil.Process(run.pid).children(recursive=True):
        try:
            if ".snakemake/scripts" in " ".join(process.cmdline()):
                processes.append(process)
        except psutil.Error:
            continue
    return processes


def kill(run, target):
    """Kill one job, Snakemake without its jobs ("run"), or all processes. Return whether Snakemake is dead."""
    try:
        if target == "job":
            for process in jobs(run)[:1]:
                process.kill()
        elif target == "run":
            run.kill()
        else:
            os.killpg(run.pid, signal.SIGKILL)
    except (psutil.Error, ProcessLookupError):
        pass
    return target != "job"


def test_a_run_that_is_killed_twenty_times_ends_with_the_results_of_an_undisturbed_run(
    folder, undisturbed, record_property
):
    """Each kill follows after a random number of result files and up to half a second more."""
    rng = random.Random(0)
    file_counts = sorted(rng.randrange(len(undisturbed)) for _ in range(KILLS))
    run, targets = start(folder), []
    for file_count in file_counts:
        while count_results(folder) < file_count and run.poll() is None:
            time.sleep(0.05)
        time.sleep(rng.random() / 2)
        if run.poll() is not None:
            run = start(folder)
            time.sleep(rng.uniform(1, 6))
        targets.append(rng.choice(["job", "run", "all", "all"]))
        if kill(run, targets[-1]):
            run.wait()
            run = start(folder)
    run.wait()
    counts = ", ".join(f"{targets.count(target)} x {target}" for target in sorted(set(targets)))
    record_property("killed", f"{RECORDINGS} recordings, killed {counts}; {len(undisturbed)} files")
    assert len(targets) == KILLS and set(targets) == {"job", "run", "all"}
    last = Workflow(folder)(check=False)
    assert last.status == 0, last.text
    assert digests(folder) == undisturbed
    assert not list(folder.glob("logs/**/*.begun"))
    assert "Nothing to be done" in Workflow(folder)().text


@pytest.mark.parametrize(
    ("size", "records"), [("256k", ()), ("256k", [".snakemake"]), ("800k", [".snakemake"])]
)
def test_a_run_on_a_full_disk_fails_and_is_completed_when_there_is_space(
    folder, undisturbed, small_disk, size, records
):
    """The disk holds results, logs and, in two cases, Snakemake's own records."""
    subprocess.run(["mount", "-o", f"remount,size={size}", small_disk], check=True)
    for name in ("results", "logs", *records):
        (small_disk / name).mkdir()
        (folder / name).symlink_to(small_disk / name)
    first = Workflow(folder)(check=False)
    assert first.status == 1 and "No space left on device" in first.text
    assert not list(folder.glob("results/c/failures/**/*.json"))
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    done = Workflow(folder)("--cores", "2", check=False)
    assert done.status == 0, done.text
    assert digests(folder / "results" / "..") == undisturbed
