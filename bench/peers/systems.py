"""Run a system over a corpus, cold and alone, and write its RTTM and its cost into one folder."""

import hashlib
import json
import os
import shutil
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bench.job_logs import read_work
from bench.measure import Cost, measure
from bench.page import ROOT, commit

# name: folder of the environment, module, arguments
PEERS = {
    "senko": (ROOT / ".venv-senko", "bench.peers.run_senko"),
    "pyannote": (ROOT / ".venv-pyannote", "bench.peers.run_pyannote"),
    "pyannote-5s": (ROOT / ".venv-pyannote", "bench.peers.run_pyannote", "5"),
    "resemblyzer": (ROOT / ".venv-resemblyzer", "bench.peers.run_resemblyzer"),
}


class Recording(NamedTuple):
    """A recording as every system gets it: mono, 16 kHz, 16-bit."""

    recording: str
    audio: Path
    num_speakers: int | None  # None: the systems estimate it


class OwnSettings(NamedTuple):
    """Settings for the systems of this workflow."""

    overlays: list[Path]  # configurations laid over config.yaml
    batch_size: int


class PeerError(Exception):
    """A system failed, or the comparison cannot be made."""


def snakemake_command(*arguments) -> list[str]:
    command = [sys.executable, "-m", "snakemake", "-s", ROOT / "Snakefile", *arguments]
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


def run_system(
    name: str, corpus: str, recordings: tuple[Recording, ...], folder: Path, settings: OwnSettings
) -> None:
    """Write `{recording}.rttm` and `cost.json` into `folder`, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    load = os.getloadavg()[0]
    if name in PEERS:
        cost, facts = _run_peer(name, recordings, folder)
    else:
        cost, facts = _run_own(name, corpus, recordings, folder, settings)
    circumstances = {"measured": time.strftime("%Y-%m-%d"), "load": load}
    content = {"stamp": stamp(recordings), **circumstances, **cost._asdict(), **facts}
    (folder / "cost.json").write_text(json.dumps(content, indent=1) + "\n")


def _run_peer(
    name: str, recordings: tuple[Recording, ...], folder: Path
) -> tuple[Cost, dict[str, Any]]:
    """Run one process that loads the system once and diarizes the whole corpus."""
    environment, module, *arguments = PEERS[name]
    rows = [{k: v for k, v in r._asdict().items() if v is not None} for r in recordings]
    (folder / "recordings.json").write_text(json.dumps(rows, default=str))
    python = environment / "bin" / "python"
    if not python.exists():
        raise PeerError(f"{name}: the environment {environment} is missing; run `make peers`")
    command = [python, "-m", module, folder / "recordings.json", folder, *arguments]
    cost = _measure(command, folder / "log.txt")
    return cost, json.loads((folder / "session.json").read_text())


def _measure(command: list, log: Path) -> Cost:
    cost = measure(command, log, cwd=ROOT)
    if cost.status:
        raise PeerError(f"ended with status {cost.status}, see {log}")
    return cost


def own_systems(overlays: list[Path]) -> dict[str, dict[str, str]]:
    """Return the systems of config.yaml and of the configurations that are laid over it."""
    systems: dict[str, dict[str, str]] = {}
    for path in (ROOT / "config.yaml", *overlays):
        systems |= yaml.safe_load(path.read_text()).get("systems", {})
    return systems


def _run_own(
    name: str, corpus: str, recordings: tuple[Recording, ...], folder: Path, settings: OwnSettings
) -> tuple[Cost, dict[str, Any]]:
    """Run the workflow in an empty folder, on one core, up to the RTTM."""
    work = folder / "work"
    work.mkdir()
    config = _write_corpus(work, name, corpus, recordings, settings)
    overlays = ["--configfile", *settings.overlays, config]
    overlays += ["--config", f"batch_size={settings.batch_size}"]
    command = snakemake_command("rttm", "--cores", 1, "--directory", work, *overlays)
    cost = _measure(command, folder / "log.txt")
    for recording in recordings:
        shutil.copy(work / f"results/{corpus}/rttm/{name}/{recording.recording}.rttm", folder)
    cpu_seconds = dict.fromkeys((recording.recording for recording in recordings), 0.0)
    for log in (work / "logs").rglob("*.log"):
        for entry in read_work(log):
            cpu_seconds[entry.recording] += entry.cpu_seconds
    shutil.rmtree(work)
    costs = {recording: {"cpu_seconds": seconds} for recording, seconds in cpu_seconds.items()}
    versions = {"diarflow": commit(), "batch_size": str(settings.batch_size)}
    return cost, {"recordings": costs, "versions": versions}


def _write_corpus(
    work: Path, name: str, corpus: str, recordings: tuple[Recording, ...], settings: OwnSettings
) -> Path:
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
    if given:
        clustering = own_systems(settings.overlays)[name]["clustering"]
        overlay["clustering"] = {clustering: {"speaker_count": "given"}}
    (work / "config.yaml").write_text(yaml.safe_dump(overlay))
    return work / "config.yaml"
