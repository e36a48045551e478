"""Runs of Snakemake in tests: a tiny corpus, a runner, and folders that are built once for all tests."""

import atexit
import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import yaml

ROOT = Path(__file__).resolve().parents[1]

TINY_TABLE = (
    "recording\taudio\tchannel\treference\tuem\tnum_speakers\tmin_speakers\tmax_speakers\n"
    "a\taudio/a.wav\t\taudio/a.rttm\taudio/all.uem\t2\t\t\n"
    "b\taudio/b.wav\t\taudio/b.rttm\taudio/all.uem\t2\t\t\n"
)


def write_tiny_corpus(folder: Path, *systems: str, changes: str = "divergence") -> None:
    """Write two synthetic dialogues with references, their table, and a configuration for these systems.

    The classic systems use this detector of changes, which needs no network. The detector "none" is faster.
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
        name: {"changes": changes}
        for name, system in defaults.items()
        if system["changes"] == "bilstm-divergence"
    }
    (folder / "my.yaml").write_text(yaml.safe_dump({"corpora": [corpus], "systems": light}))


def digests(folder):
    """Return the SHA-256 of every file below results/, except the times of the jobs and of the files."""
    root = folder / "results"
    files = (path for path in root.rglob("*") if path.is_file() and path.name != "times.js")
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if root / "records" not in path.parents
    }


# part of a Snakefile that uses the workflow as the module `diarflow`
MODULE_RULES = """use rule * from diarflow as diarflow_*


onstart:
    diarflow.onstart()


onsuccess:
    diarflow.onsuccess()


onerror:
    diarflow.onerror()
"""

# each rule runs once for each variant; a run of Snakemake costs seconds, and so does each of its jobs
BATCHES = {"batch_size": 10}


class Workflow:
    """Snakemake in a folder, with the Snakefile of the checkout `root`."""

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
        """Run Snakemake, and return its exit status, its output, and the number of jobs of each rule.

        With `check`, fail if the status is not 0. `overlay` is added to the configuration of the folder,
        `variables` to the environment.
        """
        command, environment = self._command(arguments, entry, overlay, python, variables)
        if variables or python != sys.executable or self.root != ROOT:
            done = subprocess.run(
                command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env=environment,
            )  # fmt: skip
            status, text = done.returncode, done.stdout
        else:
            status, text = run_in_server(command[3:])
        assert not check or status == 0, text
        return SimpleNamespace(status=status, text=text, jobs=jobs_by_rule(text))

    def start(self, *arguments, overlay=None, **variables) -> subprocess.Popen:
        """Start Snakemake as the leader of a group of processes, and do not wait for it."""
        command, environment = self._command(
            arguments, "Snakefile", overlay, sys.executable, variables
        )
        return subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
            start_new_session=True,
        )  # fmt: skip

    def _command(self, arguments, entry, overlay, python, variables):
        files = [self.folder / "my.yaml"]
        if overlay is not None:
            files.append(self.folder / "overlay.yaml")
            files[-1].write_text(yaml.safe_dump(overlay))
        command = [python, "-m", "snakemake", "--snakefile", self.root / entry, "--cores", "1"]
        command += ["--directory", self.folder, *arguments, "--configfile", *files]
        # a copy of the checkout must import its own package
        path = {} if self.root == ROOT else {"PYTHONPATH": str(self.root / "scripts")}
        return list(map(str, command)), os.environ | path | variables

    def planned(self, *arguments, overlay=None) -> Counter:
        """Return the number of jobs of each rule that a dry run plans."""
        return self("--dry-run", *arguments, overlay=overlay).jobs

    def planned_recordings(self, *arguments, overlay=None) -> set[tuple[str, str]]:
        """Return the rules that a dry run plans, with their recordings ("" for rules over all recordings)."""
        jobs = set()
        text = self("--dry-run", *arguments, overlay=overlay).text
        for block in re.split(r"^(?:local)?rule ", text, flags=re.M)[1:]:
            recording = re.search(r"^    wildcards: .*\brecording=([\w.-]+)", block, flags=re.M)
            jobs.add((block.split(":")[0], recording[1] if recording else ""))
        return jobs


def run_in_server(arguments: list[str]) -> tuple[int, str]:
    """Run Snakemake in a fork of a process that has imported it; return its status and output."""
    with tempfile.NamedTemporaryFile("r") as output:
        command = {
            "arguments": arguments, "environment": dict(os.environ), "output": output.name,
            "python": job_python(),
        }  # fmt: skip
        server = _server()
        print(json.dumps(command), file=server.stdin, flush=True)
        status = int(server.stdout.readline())
        return status, output.read()


@cache
def _server() -> subprocess.Popen:
    command = [sys.executable, Path(__file__).with_name("snakemake_server.py")]
    server = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    atexit.register(server.communicate)  # at the end of its input it ends
    return server


def quick_snakemake() -> list[str]:
    """Return the start of a command of Snakemake whose jobs are started by `job_python`."""
    code = (
        "import runpy, sys; sys.executable = sys.argv.pop(1); "
        "runpy.run_module('snakemake', run_name='__main__', alter_sys=True)"
    )
    return [sys.executable, "-P", "-c", code, job_python()]


@cache
def job_python() -> str:
    """Return a program that runs a script as Python does, in a fork of a process that has imported the libraries."""
    folder = Path(tempfile.mkdtemp(prefix="jobs"))
    address, program = folder / "socket", folder / "python"
    server = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("job_server.py"), address],
        stdout=subprocess.PIPE, text=True, cwd=folder,
    )  # fmt: skip
    assert server.stdout.readline() == "ready\n"
    atexit.register(lambda: (server.terminate(), server.wait(), shutil.rmtree(folder)))
    client = shlex.join(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("job_client.py"))]
    )
    program.write_text(f'#!/bin/sh\nexec {client} {address} "$@"\n')
    program.chmod(0o755)
    return str(program)


def jobs_by_rule(text: str) -> Counter:
    """Return the number of jobs of each rule in the output of Snakemake. Batches count under their rule."""
    return Counter(re.findall(r"^(?:local)?rule (\w+)[\w.-]*:", text, flags=re.M))


def record_threads(folder: Path) -> dict[str, str]:
    """Return the environment in which the jobs of a run record their threads below `threads`."""
    (folder / "threads").mkdir()
    return {"PYTHONPATH": str(ROOT / "tests/threads"), "THREADS_FOLDER": str(folder / "threads")}


def build_once(tmp_path_factory, name: str, build: Callable[[Path], None]) -> Path:
    """Return a folder that `build` has filled, once for all worker processes of pytest-xdist."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder, complete = root / name, root / f"{name}.complete"
    with open(root / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            shutil.rmtree(folder, ignore_errors=True)
            build(folder)
            complete.touch()
    return folder


def copied(folder: Path, tmp_path: Path) -> Workflow:
    """Return Snakemake in a copy of a folder. Files keep their times."""
    shutil.copytree(folder, tmp_path / "tiny")
    return Workflow(tmp_path / "tiny")
