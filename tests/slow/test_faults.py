"""Runs that are killed, crash, or fill the disk: the next one goes on, and ends with the same bytes."""

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
from conftest import ROOT, Workflow, digests

from diarflow.simulation.synthetic import synthesize_dialogue

pytestmark = pytest.mark.slow
RECORDINGS, KILLS = 30, 20
SYSTEM = {"speech": "webrtc", "changes": "none", "overlap": "none", "embedding": "dvector",
          "clustering": "kmeans", "turns": "join"}  # fmt: skip


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Thirty conversations of a few seconds, and a configuration that works on them in batches."""
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
    """What a run leaves that nobody disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed") / "corpus"
    shutil.copytree(corpus, folder)
    Workflow(folder)("--cores", "2")
    return digests(folder)


@pytest.fixture
def folder(corpus, tmp_path):
    shutil.copytree(corpus, tmp_path / "corpus")
    return tmp_path / "corpus"


def start(folder):
    """A run as a person starts it, the leader of a group of processes."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", ROOT / "Snakefile", "--cores", "2",
               "--directory", folder, "--configfile", folder / "my.yaml"]  # fmt: skip
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def written(folder):
    return sum(path.is_file() for path in folder.glob("results/c/**/*"))


def jobs(run):
    """The processes of a run that work on recordings."""
    found = []
    for process in psutil.Process(run.pid).children(recursive=True):
        try:
            if ".snakemake/scripts" in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def kill(run, how):
    """Kill a job, the run and leave its jobs alone, or all of it; whether the run is dead."""
    try:
        if how == "job":
            for process in jobs(run)[:1]:
                process.kill()
        elif how == "run":
            run.kill()
        else:
            os.killpg(run.pid, signal.SIGKILL)
    except (psutil.Error, ProcessLookupError):
        pass
    return how != "job"


def test_a_run_that_is_killed_at_twenty_moments_ends_as_one_that_is_not(
    folder, undisturbed, record_property
):
    """At seeded random numbers of files that are written, and up to half a second later; in three ways."""
    chance = random.Random(0)
    moments = sorted(chance.randrange(len(undisturbed)) for _ in range(KILLS))
    run, done = start(folder), []
    for moment in moments:
        while written(folder) < moment and run.poll() is None:
            time.sleep(0.05)
        time.sleep(chance.random() / 2)
        if run.poll() is not None:
            run = start(folder)
            time.sleep(chance.uniform(1, 6))
        how = chance.choice(["job", "run", "all", "all"])
        done.append(how)
        if kill(run, how):
            run.wait()
            run = start(folder)
    run.wait()
    counted = ", ".join(f"{done.count(how)} x {how}" for how in sorted(set(done)))
    record_property(
        "killed", f"{RECORDINGS} recordings, killed {counted}; {len(undisturbed)} files"
    )
    assert len(done) == KILLS and set(done) == {"job", "run", "all"}
    last = Workflow(folder)(check=False)
    assert last.status == 0, last.text
    assert digests(folder) == undisturbed
    assert not list(folder.glob("logs/**/*.begun"))
    assert "Nothing to be done" in Workflow(folder)().text


@pytest.mark.parametrize(
    ("size", "own"), [("256k", ()), ("256k", [".snakemake"]), ("800k", [".snakemake"])]
)
def test_a_run_that_meets_a_full_disk_fails_and_goes_on_when_there_is_room(
    folder, undisturbed, small_disk, size, own
):
    """What a run writes lies on a disk that is soon full: results, logs, measurements, and Snakemake's own records too."""
    subprocess.run(["mount", "-o", f"remount,size={size}", small_disk], check=True)
    for name in ("results", "logs", "benchmarks", *own):
        (small_disk / name).mkdir()
        (folder / name).symlink_to(small_disk / name)
    first = Workflow(folder)(check=False)
    assert first.status == 1 and "No space left on device" in first.text
    assert not list(folder.glob("results/c/failures/**/*.json"))
    subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
    done = Workflow(folder)("--cores", "2", check=False)
    assert done.status == 0, done.text
    assert digests(folder / "results" / "..") == undisturbed
