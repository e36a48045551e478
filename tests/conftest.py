"""Fixtures: audio made by our own code, scripts run in this process, Snakemake run on a tiny corpus."""

import atexit
import hashlib
import json
import logging
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

# as Snakemake starts a job: one thread, and so none that a forked process would miss
os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}

import numpy as np
import pytest
import soundfile
import yaml

from diarflow.planning.batches import _times
from diarflow.runs.usage import write_usage

# a program that tests/slow/test_fuzz.py starts, with a library of its own
collect_ignore = ["slow/fuzz.py"]

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


class Files(dict):
    """Snakemake's named list of files, as scripts see it."""

    __getattr__ = dict.__getitem__


@contextmanager
def _own_stderr():
    """Give a script's standard error and logging back, which it sends to its log."""
    stderr, handlers, errors = sys.stderr, logging.root.handlers[:], os.dup(2)
    try:
        yield
    finally:
        os.dup2(errors, 2)
        os.close(errors)
        if sys.stderr is not stderr:
            sys.stderr.close()
        sys.stderr, logging.root.handlers[:] = stderr, handlers
        logging.captureWarnings(False)
        atexit.unregister(write_usage)


@pytest.fixture(autouse=True)
def folders_anew():
    """A plan lists a folder once in its process; tests are many in one."""
    yield
    _times.cache_clear()


@pytest.fixture
def run_script(tmp_path, monkeypatch):
    """Run scripts/<rule>.py in this process and folder, as Snakemake would call it."""
    monkeypatch.chdir(tmp_path)

    def run(rule, *, input, output, params=None, config=None, **settings):
        job = SimpleNamespace(
            rule=rule,
            config=config or {},
            input=Files(input),
            output=Files(output),
            resources=SimpleNamespace(),
            params=SimpleNamespace(
                provenance=json.dumps({"settings": settings}),
                job=json.dumps({"settings": settings}),
                **(params or {}),
            ),
            log=[f"logs/{rule}.log"],
        )
        with _own_stderr():
            runpy.run_path(str(ROOT / "scripts" / f"{rule}.py"), init_globals={"snakemake": job})
        return Path(job.log[0]).read_text()

    return run


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a quarter of a megabyte; skipped where nothing may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "diarflow-test", folder]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a disk of its own cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def tone(tmp_path):
    """Write a file of a 440 Hz tone and return its path."""

    def write(
        name="tone.wav", *, seconds=1.0, rate=16_000, channels=1, subtype="PCM_16", level=0.3
    ):
        time = np.arange(round(seconds * rate)) / rate
        audio = np.stack([level * np.sin(2 * np.pi * 440 * time)] * channels, axis=1)
        path = tmp_path / name
        soundfile.write(path, audio, rate, subtype)
        return path

    return write


@pytest.fixture
def two_timbres(tmp_path):
    """A file of 9 s of noise whose timbre changes at 5 s. A timbre is a filter with one pole."""
    from scipy.signal import lfilter

    random = np.random.default_rng(0)
    parts = [
        lfilter([1.0], [1.0, -pole], random.normal(0, 0.02, seconds * 16_000))
        for seconds, pole in ((5, 0.9), (4, -0.6))
    ]
    soundfile.write(tmp_path / "timbres.wav", np.concatenate(parts), 16_000)
    return tmp_path / "timbres.wav"


@pytest.fixture
def segmented(tmp_path):
    """Write activations of a segmentation network, one chunk, out of (class, frames) and return their path.

    Frames are 10 ms; the recording ends with them.
    """
    from diarflow.artifacts.arrays import write_array, write_times
    from diarflow.networks.chunks import CLASSES

    def write(*runs, name="segmented.npy", sure=1.0):
        classes = np.concatenate([np.full(count, CLASSES.index(one)) for one, count in runs])
        values = np.full((1, len(classes), 7), (1 - sure) / 6, np.float16)
        values[0, np.arange(len(classes)), classes] = sure
        path = tmp_path / name
        times = 0.005 + 0.01 * np.arange(len(classes))
        write_array(path, values)
        facts = {"chunk_step": 10.0, "duration": 0.01 * len(classes)}
        write_times(path.with_suffix(".json"), times, outputs=CLASSES, **facts)
        return path

    return write


TINY_TABLE = (
    "recording\taudio\tchannel\treference\tuem\tnum_speakers\tmin_speakers\tmax_speakers\n"
    "a\taudio/a.wav\t\taudio/a.rttm\taudio/all.uem\t2\t\t\n"
    "b\taudio/b.wav\t\taudio/b.rttm\taudio/all.uem\t2\t\t\n"
)


def write_tiny_corpus(folder: Path, *systems: str) -> None:
    """Two made-up dialogues with references, a table of them, and a configuration that names it.

    The classic systems find changes by the divergence here, which needs no job of a network.
    """
    from diarflow.formats.rttm import write_rttm
    from diarflow.simulation.synthetic import synthesize_dialogue

    (folder / "audio").mkdir(parents=True)
    for seed, name in enumerate("ab"):
        audio = folder / "audio" / f"{name}.wav"
        turns = synthesize_dialogue(audio, seed=seed, speakers=2, turns=4)
        write_rttm(folder / "audio" / f"{name}.rttm", name, turns)
    shutil.copy(folder / "audio" / "a.wav", folder / "audio" / "other.wav")
    (folder / "audio" / "other.rttm").write_text((folder / "audio" / "a.rttm").read_text())
    (folder / "audio" / "all.uem").write_text("a 1 0 100\nb 1 0 100\n")
    (folder / "audio" / "other.uem").write_text("a 1 1 5\n")
    (folder / "tiny.tsv").write_text(TINY_TABLE)
    corpus = {"name": "tiny", "recordings": "tiny.tsv", "systems": list(systems)}
    defaults = yaml.safe_load((ROOT / "config.yaml").read_text())["systems"]
    light = {
        name: {"changes": "divergence"}
        for name, system in defaults.items()
        if system["changes"] == "bilstm-divergence"
    }
    (folder / "my.yaml").write_text(yaml.safe_dump({"corpora": [corpus], "systems": light}))


def digests(folder):
    """SHA-256 of every file below results/, but for how long the jobs took."""
    root = folder / "results"
    files = (path for path in root.rglob("*") if path.is_file() and path.name != "times.js")
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }


class Workflow:
    """Snakemake in a folder of its own."""

    def __init__(self, folder: Path, root: Path = ROOT):
        self.folder, self.root = folder, root

    def __call__(
        self,
        *arguments,
        check=True,
        entry="Snakefile",
        overlay=None,
        python=sys.executable,
        **variables,
    ):
        """Run it; `overlay` is laid over the configuration of the folder, `variables` over the environment."""
        files = [self.folder / "my.yaml"]
        if overlay is not None:
            files.append(self.folder / "overlay.yaml")
            files[-1].write_text(yaml.safe_dump(overlay))
        command = [python, "-m", "snakemake", "--snakefile", self.root / entry, "--cores", "1"]
        command += ["--directory", self.folder, *arguments, "--configfile", *files]
        # a copy of the checkout must import its own package
        path = {} if self.root == ROOT else {"PYTHONPATH": str(self.root / "scripts")}
        done = subprocess.run(
            list(map(str, command)), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=os.environ | path | variables,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stdout
        return SimpleNamespace(status=done.returncode, text=done.stdout, folder=self.folder)

    def planned(self, *arguments, overlay=None) -> Counter:
        """How many jobs of each rule a dry run would start."""
        text = self("--dry-run", *arguments, overlay=overlay).text
        return Counter(re.findall(r"^(?:local)?rule (\w+)[\w.-]*:", text, flags=re.M))

    def planned_recordings(self, *arguments, overlay=None) -> set[tuple[str, str]]:
        """The rules that a dry run would start, with their recordings ("" for rules of all)."""
        found = set()
        text = self("--dry-run", *arguments, overlay=overlay).text
        for block in re.split(r"^(?:local)?rule ", text, flags=re.M)[1:]:
            recording = re.search(r"^    wildcards: .*\brecording=([\w.-]+)", block, flags=re.M)
            found.add((block.split(":")[0], recording[1] if recording else ""))
        return found


def threads_told(folder: Path) -> dict[str, str]:
    """The environment in which the jobs of a run say below `threads` which threads they had."""
    (folder / "threads").mkdir()
    return {"PYTHONPATH": str(ROOT / "tests/threads"), "THREADS_TOLD": str(folder / "threads")}


@pytest.fixture(scope="session")
def _finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished") / "tiny"
    write_tiny_corpus(folder, "classic", "classic-kmeans")
    # where a person's environment would give its jobs two
    Workflow(folder)(
        **threads_told(folder), OMP_NUM_THREADS="2", OPENBLAS_NUM_THREADS="2", MKL_NUM_THREADS="2"
    )
    return folder


@pytest.fixture
def finished(_finished, tmp_path):
    """A tiny corpus whose run is complete; a copy that may be changed."""
    shutil.copytree(_finished, tmp_path / "tiny")
    return Workflow(tmp_path / "tiny")


@pytest.fixture
def fresh(tmp_path):
    """A tiny corpus of one system that nothing was run on."""
    write_tiny_corpus(tmp_path / "tiny", "classic")
    return Workflow(tmp_path / "tiny")
