"""A corpus on a real SLURM: a job that needs more memory than it requested, and a run that is killed half way."""

import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path

import pytest
from conftest import ROOT
from slurm import Slurm, missing_programs
from workflow_runs import Workflow, digests

from bench.page import machine
from diarflow.formats.rttm import write_rttm
from diarflow.simulation.synthetic import synthesize_dialogue

pytestmark = pytest.mark.slow
RECORDINGS = 40
KILLED = "\n=== killed; started again ===\n"
SYSTEM = {"speech": "webrtc", "changes": "none", "overlap": "none", "embedding": "dvector",
          "clustering": "kmeans", "turns": "join"}  # fmt: skip
CODE = ("Snakefile", "config.yaml", "workflow", "scripts", "envs", "resources", "profiles")
LARGE_BATCH = "embed_segments-c.webrtc.none.none.dvector-2-of-4"
LEAK = """
def leak(item):
    import time
    blocks = []
    while item.id == "r03":
        blocks.append(b"x" * 50_000_000)
        time.sleep(0.1)
    \\1(item)


job.each(leak)
"""
# The script of this rule needs 300 MB: SLURM kills the first attempt, which has 200.
ATTEMPTS = f"{LARGE_BATCH}:mem_mb=200 * 4 ** (attempt - 1)"


@pytest.fixture
def slurm(tmp_path):
    if missing := missing_programs():
        pytest.skip(
            f"SLURM is not installed: no {', '.join(missing)} (apt install slurm-wlm munge)"
        )
    if not importlib.util.find_spec("snakemake_executor_plugin_slurm"):
        pytest.skip("snakemake-executor-plugin-slurm is not installed (make slurm)")
    with Slurm(tmp_path / "slurm", cpus=4, memory=12_000) as slurm:
        yield slurm


@pytest.fixture
def folder(tmp_path):
    """Write forty conversations of a few seconds with references."""
    folder = tmp_path / "corpus"
    (folder / "audio").mkdir(parents=True)
    for seed in range(RECORDINGS):
        audio = folder / "audio" / f"r{seed:02}.wav"
        turns = synthesize_dialogue(audio, seed=seed, speakers=2, turns=3, mean_turn=1.0)
        write_rttm(audio.with_suffix(".rttm"), audio.stem, turns)
    corpus = {"name": "c", "audio": "audio/*.wav", "reference": "audio", "systems": ["light"]}
    config = {"corpora": [corpus], "systems": {"light": SYSTEM}, "batch_size": 10}
    (folder / "my.yaml").write_text(json.dumps(config))
    return folder


def start(folder, slurm, log, *, root=ROOT, resources=ATTEMPTS):
    """Start a run on SLURM whose output goes to the file `log`."""
    command = [
        sys.executable, "-m", "snakemake", "--snakefile", root / "Snakefile", "--executor", "slurm",
        "--workflow-profile", root / "profiles/slurm", "--configfile", "my.yaml",
        "--config", "batch_size=10", "--set-resources", resources,
        "--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "1",
        "--seconds-between-status-checks", "2", "--slurm-no-account", "--slurm-keep-successful-logs",
    ]  # fmt: skip
    environment = slurm.environment
    if root != ROOT:  # a copy of the checkout must import its own package
        paths = [str(root / "scripts"), *filter(None, [environment.get("PYTHONPATH")])]
        environment = environment | {"PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.Popen(
        list(map(str, command)), cwd=folder, stdout=log, stderr=log, env=environment
    )


def submitted(text):
    """Return the name of the batch's rule and the run (1 or 2) of each job, by its id in SLURM."""
    jobs = {}
    for run, log in enumerate(text.split(KILLED), start=1):
        blocks = re.findall(r"^rule (\S+):\n(?:    .*\n)*?    jobid: (\d+)$", log, re.M)
        rules = {number: rule for rule, number in blocks}
        numbers = re.findall(r"Job (\d+) has been submitted with SLURM jobid (\d+)", log)
        jobs |= {external: (rules[number], run) for number, external in numbers}
    return jobs


def table(jobs, ended):
    """Return the lines of a Markdown page about the jobs."""
    yield "# A killed run on SLURM\n"
    yield "`SLURM_TEST_LOG=bench/results/slurm.md .venv-pyannote/bin/python -m pytest -m slow tests/slow/test_slurm.py`\n"
    yield f"{date.today()}, {machine()}.\n"
    yield "The jobs that SLURM ran for a corpus of 40 recordings. Run 1 was killed as soon as an embedding existed, and its"
    yield "jobs continued. Run 2 is the same command again. *requested*: memory. The machine had other work.\n"
    yield "| job | rule and batch | run | requested | state | seconds |\n|---|---|---|---|---|---|"
    for number, (rule, run) in jobs.items():
        job = ended[number]
        start, end = (datetime.fromisoformat(job[key]) for key in ("StartTime", "EndTime"))
        requested, state = re.search(r"mem=(\w+)", job["Tres"])[1], job["JobState"].lower()
        yield f"| {number} | {rule} | {run} | {requested} | {state} | {(end - start).seconds} |"


def test_a_killed_run_on_slurm_is_completed_with_the_results_of_a_local_run(
    folder, slurm, tmp_path
):
    twin = tmp_path / "twin"
    shutil.copytree(folder, twin)
    path = tmp_path / "log.txt"
    with open(path, "w") as log:
        first = start(folder, slurm, log)
        deadline = time.monotonic() + 1200
        while not list(folder.glob("results/c/embeddings/*/r*.npy")):
            assert first.poll() is None and time.monotonic() < deadline, path.read_text()
            time.sleep(0.2)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        log.write(KILLED)
        log.flush()
        assert not (folder / "results/report/der.csv").exists()
        # jobs of the dead run continue, and those of the new run wait for them
        assert start(folder, slurm, log).wait(timeout=1200) == 0, path.read_text()
    jobs = submitted(path.read_text())
    ended = {job["JobId"]: job for job in slurm.completed()}
    if page := os.environ.get("SLURM_TEST_LOG"):
        Path(page).write_text("\n".join(table(jobs, ended)) + "\n")
    attempts = [ended[number] for number, (rule, _) in jobs.items() if rule == LARGE_BATCH]
    memory = [int(re.search(r"mem=(\d+)M", job["Tres"])[1]) for job in attempts]
    # 800 MB are enough for the recordings, but not on every machine for what the job holds besides them
    assert memory[-1] in (800, 3200) and attempts[-1]["JobState"] == "COMPLETED"
    assert 200 in memory and attempts[memory.index(200)]["JobState"] != "COMPLETED"
    assert not list(folder.glob("results/c/failures/**/*.json"))
    first = folder / f".snakemake/slurm_logs/rule_{LARGE_BATCH}" / f"{attempts[0]['JobId']}.log"
    assert "exceeded memory limit" in first.read_text()
    rules = {rule.partition("-")[0] for rule, _ in jobs.values()}
    assert "embed_segments" in rules and not {"write_rttm", "resegment"} & rules
    Workflow(twin)("--cores", "2")
    assert digests(folder) == digests(twin)
    assert Workflow(folder).planned() == {}


def test_a_recording_whose_job_slurm_kills_is_set_aside_and_the_others_are_complete(
    folder, slurm, tmp_path
):
    """The memory for one recording grows by half a gigabyte per second, as with a leak in a library."""
    root = tmp_path / "diarflow"
    for name in CODE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        root.mkdir(exist_ok=True)
        copy(ROOT / name, root / name)
    script = root / "scripts/detect_speech.py"
    text, count = re.subn(r"^job\.each\((\w+)\)$", LEAK, script.read_text(), flags=re.M)
    assert count == 1
    script.write_text(text)
    for path in (folder / "audio").iterdir():
        if path.stem not in ("r02", "r03", "r04"):
            path.unlink()
    with open(tmp_path / "log.txt", "w") as log:
        resources = "detect_speech-c.webrtc-1-of-1:mem_mb=1500"
        status = start(folder, slurm, log, root=root, resources=resources).wait(timeout=1200)
    text = (tmp_path / "log.txt").read_text()
    assert status == 3, text
    # only the third attempt, which is the last one, sets the recording aside
    assert text.count("Trying to restart job") == 2
    states = [job["JobState"] for job in slurm.completed() if "Name" in job]
    assert "COMPLETED" in states and set(states) - {"COMPLETED"}, states
    (record,) = folder.glob("results/c/failures/**/*.json")
    failure = json.loads(record.read_text())
    assert failure["recording"] == "r03" and failure["rule"] == "detect_speech"
    assert "more memory than the 1500 MB that SLURM allocated" in failure["reason"]
    rttm = {
        name: (folder / f"results/c/rttm/light/{name}.rttm").read_text()
        for name in ("r02", "r03", "r04")
    }
    assert rttm["r02"].startswith("SPEAKER r02") and rttm["r04"].startswith("SPEAKER r04")
    assert rttm["r03"] == ""
    sidecar = json.loads((folder / "results/c/rttm/light/r03.json").read_text())
    assert sidecar == {"set_aside": "detect_speech"}
