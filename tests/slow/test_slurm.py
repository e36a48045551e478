"""A corpus through a real SLURM: a job that needs more memory than it asked for, and a run that is killed half way."""

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
from conftest import ROOT, Workflow, digests
from slurm import Slurm, missing

from diarflow.formats.rttm import write_rttm
from diarflow.simulation.synthetic import synthesize_dialogue

pytestmark = pytest.mark.slow
RECORDINGS = 40
KILLED = "\n=== killed; started again ===\n"
SYSTEM = {"speech": "webrtc", "changes": "none", "overlap": "none", "embedding": "dvector",
          "clustering": "kmeans", "turns": "join"}  # fmt: skip
CODE = ("Snakefile", "config.yaml", "workflow", "scripts", "envs", "resources", "profiles")
HUNGRY = "embed_segments-c.webrtc.none.none.dvector-2-of-4"
# what it is given at first kills it; a script of that rule alone takes 300 MB
ATTEMPTS = f"{HUNGRY}:mem_mb=200 * 4 ** (attempt - 1)"


@pytest.fixture
def slurm(tmp_path):
    if lacking := missing():
        pytest.skip(
            f"SLURM is not installed: no {', '.join(lacking)} (apt install slurm-wlm munge)"
        )
    if not importlib.util.find_spec("snakemake_executor_plugin_slurm"):
        pytest.skip("snakemake-executor-plugin-slurm is not installed (make slurm)")
    with Slurm(tmp_path / "slurm", cpus=4, memory=12_000) as slurm:
        yield slurm


@pytest.fixture
def folder(tmp_path):
    """Forty conversations of a few seconds with references."""
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


def start(folder, slurm, said, *, root=ROOT, resources=ATTEMPTS):
    """A run as a person starts it; what it says goes to a file."""
    command = [
        sys.executable, "-m", "snakemake", "--snakefile", root / "Snakefile", "--executor", "slurm",
        "--workflow-profile", root / "profiles/slurm", "--configfile", "my.yaml",
        "--config", "batch_size=10", "--set-resources", resources,
        "--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "1",
        "--seconds-between-status-checks", "2", "--slurm-no-account", "--slurm-keep-successful-logs",
    ]  # fmt: skip
    return subprocess.Popen(
        list(map(str, command)), cwd=folder, stdout=said, stderr=said, env=slurm.environment
    )


def submitted(text):
    """The batch's rule and the run (1 or 2) by the number that SLURM gave the job."""
    found = {}
    for run, said in enumerate(text.split(KILLED), start=1):
        blocks = re.findall(r"^rule (\S+):\n(?:    .*\n)*?    jobid: (\d+)$", said, re.M)
        rules = {number: rule for rule, number in blocks}
        numbers = re.findall(r"Job (\d+) has been submitted with SLURM jobid (\d+)", said)
        found |= {external: (rules[number], run) for number, external in numbers}
    return found


def table(jobs, ended):
    """What SLURM did, as a page of Markdown."""
    yield "# A corpus of 40 recordings on SLURM, its run killed half way\n"
    yield f"`SLURM_TEST_LOG=bench/results/slurm.md pytest -m slow tests/slow/test_slurm.py`, {date.today()}: {len(jobs)} jobs."
    yield "Run 1 was killed as soon as there was a vector; its jobs went on. Seconds on a machine busy with other work.\n"
    yield "| job | rule and batch | run | asked | ended | seconds |\n|---|---|---|---|---|---|"
    for number, (rule, run) in jobs.items():
        one = ended[number]
        begun, end = (datetime.fromisoformat(one[key]) for key in ("StartTime", "EndTime"))
        asked, state = re.search(r"mem=(\w+)", one["Tres"])[1], one["JobState"].lower()
        yield f"| {number} | {rule} | {run} | {asked} | {state} | {(end - begun).seconds} |"


def test_a_run_on_slurm_that_is_killed_goes_on_to_what_a_local_run_makes(folder, slurm, tmp_path):
    twin = tmp_path / "twin"
    shutil.copytree(folder, twin)
    log = tmp_path / "log.txt"
    with open(log, "w") as said:
        first = start(folder, slurm, said)
        deadline = time.monotonic() + 1200
        while not list(folder.glob("results/c/embeddings/*/r*.npy")):
            assert first.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        said.write(KILLED)
        said.flush()
        assert not (folder / "results/report/der.csv").exists()
        # jobs of the dead run go on: those of the new one wait for them
        assert start(folder, slurm, said).wait(timeout=1200) == 0, log.read_text()
    jobs = submitted(log.read_text())
    ended = {one["JobId"]: one for one in slurm.completed()}
    if kept := os.environ.get("SLURM_TEST_LOG"):
        Path(kept).write_text("\n".join(table(jobs, ended)) + "\n")
    hungry = [ended[number] for number, (rule, _) in jobs.items() if rule == HUNGRY]
    memory = [int(re.search(r"mem=(\d+)M", one["Tres"])[1]) for one in hungry]
    assert memory[-1] == 800 and hungry[-1]["JobState"] == "COMPLETED"
    assert 200 in memory and hungry[memory.index(200)]["JobState"] != "COMPLETED"
    first = folder / f".snakemake/slurm_logs/rule_{HUNGRY}" / f"{hungry[0]['JobId']}.log"
    assert "exceeded memory limit" in first.read_text()
    rules = {rule.partition("-")[0] for rule, _ in jobs.values()}
    assert "embed_segments" in rules and not {"write_rttm", "resegment"} & rules
    Workflow(twin)("--cores", "2")
    assert digests(folder) == digests(twin)
    assert Workflow(folder).planned() == {}


def test_a_recording_that_makes_slurm_kill_its_job_is_set_aside_and_the_others_complete(
    folder, slurm, tmp_path
):
    """One recording takes half a gigabyte more every second, as a fault in a library would; its batch is given little."""
    root = tmp_path / "diarflow"
    for name in CODE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        root.mkdir(exist_ok=True)
        copy(ROOT / name, root / name)
    script = root / "scripts/detect_speech.py"
    fault = """
def one(recording):
    import time
    held = []
    while recording.recording == "r03":
        held.append(b"x" * 50_000_000)
        time.sleep(0.1)
"""
    script.write_text(script.read_text().replace("\ndef one(recording):\n", fault))
    for path in (folder / "audio").iterdir():
        if path.stem not in ("r02", "r03", "r04"):
            path.unlink()
    with open(tmp_path / "log.txt", "w") as said:
        resources = "detect_speech-c.webrtc-1-of-1:mem_mb=1500"
        status = start(folder, slurm, said, root=root, resources=resources).wait(timeout=1200)
    log = (tmp_path / "log.txt").read_text()
    assert status == 3, log
    states = [one["JobState"] for one in slurm.completed() if "Name" in one]
    assert "COMPLETED" in states and set(states) - {"COMPLETED"}, states
    (entry,) = folder.glob("results/c/failures/**/*.json")
    failure = json.loads(entry.read_text())
    assert failure["recording"] == "r03" and failure["rule"] == "detect_speech"
    assert failure["reason"].endswith("more than is left of the 1500 MB that SLURM gave the job")
    said = {
        name: (folder / f"results/c/rttm/light/{name}.rttm").read_text()
        for name in ("r02", "r03", "r04")
    }
    assert said["r02"].startswith("SPEAKER r02") and said["r04"].startswith("SPEAKER r04")
    assert said["r03"] == ";; set aside: detect_speech\n"
