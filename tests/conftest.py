"""Fixtures: synthetic audio, rule scripts run in this process, and Snakemake runs on a tiny corpus."""

import atexit
import json
import logging
import os
import runpy
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

# one thread, as Snakemake starts a job: a forked process would miss the other threads
os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
# tests read the jobs of a run from Snakemake's own log
os.environ["SNAKEMAKE_LOGGER_DIARFLOW_DISPLAY"] = "full"

import hypothesis
import numpy as np
import pytest
import soundfile
from sessions import end_run
from table_corpus import source
from workflow_runs import Workflow, build_once, copied, write_tiny_corpus

from diarflow.planning.file_states import scan_again
from diarflow.runs.usage import write_usage

# programs that tests start
collect_ignore = ["faulty_job.py", "planned_jobs.py", "slow/fuzz.py"]

# the time of an example depends on what else the machine does
hypothesis.settings.register_profile("without deadline", deadline=None)
hypothesis.settings.load_profile("without deadline")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


def pytest_collection_modifyitems(items):
    """Put tests of whole runs first: at the end, short tests keep both processes of pytest-xdist busy."""
    items.sort(key=lambda item: item.path.parent.name != "workflow")


class Files(dict):
    """Named list of files, as Snakemake passes it to scripts."""

    __getattr__ = dict.__getitem__


@contextmanager
def _restored_stderr():
    """Restore standard error and logging after a script that sends them to its log."""
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
def no_cached_times():
    """Forget the modification times that a plan reads once in a process."""
    yield
    scan_again()


@pytest.fixture
def planning_folder(tmp_path, monkeypatch):
    """An empty folder in which a test opens sessions of planning; a run of a test ends with the test."""
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    end_run()


@pytest.fixture
def run_script(tmp_path, monkeypatch):
    """Run scripts/<rule>.py in this process and in tmp_path, with the object that Snakemake passes; return its log."""
    monkeypatch.chdir(tmp_path)

    def run(rule, *, input, output, params=None, config=None, **settings):
        job = SimpleNamespace(
            rule=rule,
            config=config or {},
            input=Files(input),
            output=Files(output),
            resources=SimpleNamespace(),
            params=SimpleNamespace(provenance=json.dumps({"settings": settings}), **(params or {})),
            log=[f"logs/{rule}.log"],
        )
        with _restored_stderr():
            runpy.run_path(str(ROOT / "scripts" / f"{rule}.py"), init_globals={"snakemake": job})
        return Path(job.log[0]).read_text()

    return run


@pytest.fixture
def small_disk(tmp_path):
    """Mount a disk of 256 KB; skip the test if mounting is not allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "diarflow-test", folder]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a disk is not allowed here")
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
    """Write the activations of a segmentation network for one chunk, from pairs (class, frames); return their path.

    A frame has 10 ms. The recording ends with the last frame. `sure` is the probability of each frame's class.
    """
    from diarflow.artifacts.arrays import write_array, write_times
    from diarflow.networks.chunks import CLASSES

    def write(*runs, name="segmented.npy", sure=1.0):
        classes = np.concatenate([np.full(count, CLASSES.index(name)) for name, count in runs])
        values = np.full((1, len(classes), 7), (1 - sure) / 6, np.float16)
        values[0, np.arange(len(classes)), classes] = sure
        path = tmp_path / name
        times = 0.005 + 0.01 * np.arange(len(classes))
        write_array(path, values)
        facts = {"chunk_step": 10.0, "duration": 0.01 * len(classes)}
        write_times(path.with_suffix(".json"), times, outputs=CLASSES, **facts)
        return path

    return write


@pytest.fixture(scope="session")
def _finished(tmp_path_factory):
    def build(folder):
        write_tiny_corpus(folder, "classic", "classic-kmeans")
        Workflow(folder)("--cores", "2")

    return build_once(tmp_path_factory, "finished", build)


@pytest.fixture
def finished(_finished, tmp_path):
    """A tiny corpus after a complete run of two systems; a copy that may be changed."""
    return copied(_finished, tmp_path)


@pytest.fixture
def fresh(tmp_path):
    """A tiny corpus of one system, before any run."""
    write_tiny_corpus(tmp_path / "tiny", "classic", changes="none")
    return Workflow(tmp_path / "tiny")


@pytest.fixture
def table(tmp_path):
    """Return a function that writes a table, with spaces for tabs, and the files that it names."""
    for name in ("a.wav", "b.wav", "a.rttm"):
        (tmp_path / name).touch()

    def write(*rows):
        path = tmp_path / "t.tsv"
        path.write_text("".join("\t".join(row.split(" ")) + "\n" for row in rows))
        return source(recordings=str(path))

    return write


@pytest.fixture(scope="module")
def browser():
    """The system's Chromium, started once for each module: Playwright keeps an event loop in this thread."""
    from browser import chromium, open_browser

    if not chromium():
        pytest.skip("no Chromium is installed")
    with open_browser() as browser:
        yield browser


@pytest.fixture
def open_page(browser):
    """Open pages; after the test, their consoles must be empty and all requests local."""
    from browser import OpenPages

    pages = OpenPages(browser)
    yield pages
    pages.close()
