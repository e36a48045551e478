"""How each system is run over a corpus, cold and alone: RTTM and what it cost, in one folder."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from measure import Cost, measure

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# by name: the Python of its environment, its script, what else it is told
PEERS = {
    "senko": (ROOT / ".venv-senko", "run_senko.py"),
    "pyannote": (ROOT / ".venv-pyannote", "run_pyannote.py"),
    "pyannote-5s": (ROOT / ".venv-pyannote", "run_pyannote.py", "5"),
    "resemblyzer": (ROOT / ".venv-resemblyzer", "run_resemblyzer.py"),
}
TOOK = re.compile(r"^INFO: (\S+) took ([\d.]+) CPU-seconds\b", re.M)


class Asked(NamedTuple):
    """A recording as every system gets it: mono, 16 kHz, 16-bit."""

    recording: str
    audio: Path
    num_speakers: int | None  # None: the systems have to find out


class Ours(NamedTuple):
    """How the workflow runs our systems."""

    overlays: list[Path]  # settings laid over config.yaml
    batch_size: int  # recordings that a job works on


class PeerError(Exception):
    """A system that did not get to its end."""


def snakemake(*arguments) -> list:
    command = [sys.executable, "-m", "snakemake", "-s", ROOT / "Snakefile"]
    return [*command, *arguments]


@cache
def stamp_of(asked: tuple[Asked, ...]) -> str:
    """Changes with the recordings, their audio and what is given of them: what is measured is then measured anew."""
    digest = hashlib.sha256()
    for one in asked:
        digest.update(repr((one.recording, one.num_speakers)).encode())
        digest.update(one.audio.read_bytes())
    return digest.hexdigest()[:12]


def run_system(name: str, corpus: str, asked: tuple[Asked, ...], folder: Path, ours: Ours):
    """Leave `{recording}.rttm` and `cost.json` in `folder`, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    load = os.getloadavg()[0]
    if name in PEERS:
        cost, facts = _run_peer(name, asked, folder)
    else:
        cost, facts = _run_ours(name, corpus, asked, folder, ours)
    when = {"measured": time.strftime("%Y-%m-%d"), "load": load}
    written = {"stamp": stamp_of(asked), **when, **cost._asdict(), **facts}
    text = json.dumps(written, indent=1)
    (folder / "cost.json").write_text(text + "\n")


def _ended(cost: Cost, log: Path) -> None:
    if cost.status:
        raise PeerError(f"ended with status {cost.status}, see {log}")


def _run_peer(name: str, asked: tuple[Asked, ...], folder: Path) -> tuple[Cost, dict[str, Any]]:
    """One process that loads the system once and hears the whole corpus."""
    environment, script, *more = PEERS[name]
    rows = [{k: v for k, v in one._asdict().items() if v is not None} for one in asked]
    (folder / "asked.json").write_text(json.dumps(rows, default=str))
    python = environment / "bin" / "python"
    if not python.exists():
        raise PeerError(f"has no environment {environment}: make peers makes it")
    log = folder / "log.txt"
    cost = measure([python, HERE / script, folder / "asked.json", folder, *more], log)
    _ended(cost, log)
    return cost, json.loads((folder / "session.json").read_text())


def our_systems(overlays: list[Path]) -> dict[str, dict[str, str]]:
    """The systems of config.yaml and of what is laid over it."""
    found: dict[str, dict[str, str]] = {}
    for path in (ROOT / "config.yaml", *overlays):
        found |= yaml.safe_load(path.read_text()).get("systems", {})
    return found


def _run_ours(
    name: str, corpus: str, asked: tuple[Asked, ...], folder: Path, ours: Ours
) -> tuple[Cost, dict[str, Any]]:
    """A run of the workflow in an empty folder, on one core, up to the RTTM."""
    work = folder / "work"
    work.mkdir()
    config = _write_asked(work, name, corpus, asked, ours)
    settings = ["--configfile", *ours.overlays, config, "--config", f"batch_size={ours.batch_size}"]
    log = folder / "log.txt"
    cost = measure(snakemake("rttm", "--cores", 1, "--directory", work, *settings), log)
    _ended(cost, log)
    for one in asked:
        shutil.copy(work / f"results/{corpus}/rttm/{name}/{one.recording}.rttm", folder)
    took = dict.fromkeys((one.recording for one in asked), 0.0)
    for path in (work / "logs").rglob("*.log"):
        for recording, seconds in TOOK.findall(path.read_text()):
            took[recording] += float(seconds)
    shutil.rmtree(work)
    recordings = {recording: {"cpu_seconds": seconds} for recording, seconds in took.items()}
    versions = {"diarflow": revision(), "batch_size": str(ours.batch_size)}
    return cost, {"recordings": recordings, "versions": versions}


def _write_asked(work: Path, name: str, corpus: str, asked: tuple[Asked, ...], ours: Ours) -> Path:
    """A table of the recordings and a configuration for them, in `work`."""
    given = any(one.num_speakers for one in asked)
    lines = ["recording\taudio\tnum_speakers" if given else "recording\taudio"]
    for one in asked:
        lines.append(f"{one.recording}\t{one.audio}" + f"\t{one.num_speakers or ''}" * given)
    (work / "recordings.tsv").write_text("\n".join(lines) + "\n")
    overlay = {"corpora": [{"name": corpus, "recordings": "recordings.tsv", "systems": [name]}]}
    if given:
        clustering = our_systems(ours.overlays)[name]["clustering"]
        overlay["clustering"] = {clustering: {"speaker_count": "given"}}
    (work / "config.yaml").write_text(yaml.safe_dump(overlay))
    return work / "config.yaml"


def revision() -> str:
    """The commit that is checked out, and whether anything was changed since."""
    git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude=*"]
    return subprocess.run(git, capture_output=True, text=True).stdout.strip() or "unknown"


def is_measured(folder: Path, asked: tuple[Asked, ...]) -> bool:
    try:
        return json.loads((folder / "cost.json").read_text())["stamp"] == stamp_of(asked)
    except FileNotFoundError:
        return False
