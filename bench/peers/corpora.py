"""Corpora of a comparison: their audio and references, prepared by the workflow in `results/`."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from bench.peers.systems import PeerError, Recording, snakemake_command
from diarflow.runs.rows import plan_path, read_row

Corpus = dict[str, Any]  # entry of `corpora` in a configuration


def read_corpora(paths: list[Path]) -> list[Corpus]:
    """Return the corpora of configurations and of tables of recordings.

    A table with a column `corpus` has one corpus for each value; a table without it is one corpus with its file name.
    """
    corpora = []
    for path in paths:
        if path.suffix in (".yaml", ".yml"):
            corpora += yaml.safe_load(path.read_text())["corpora"]
            continue
        with open(path, newline="") as file:
            names = {row.get("corpus") or path.stem for row in csv.DictReader(file, delimiter="\t")}
        corpora += [{"name": name, "recordings": str(path)} for name in sorted(names)]
    return corpora


def prepare(corpora: list[Corpus], config: Path) -> None:
    """Prepare audio and references with the workflow; its output goes to stderr."""
    write_yaml(config, {"corpora": corpora})
    targets = ("audio", "reference", "--cores", "all", "--quiet", "--configfile", config)
    status = subprocess.run(snakemake_command(*targets), stdout=sys.stderr).returncode
    if status:
        raise PeerError(f"audio and references: Snakemake ended with status {status}")


def prepared_recordings(corpus: str, *, given: bool) -> tuple[Recording, ...]:
    """Return the prepared recordings of a corpus, with their numbers of speakers if `given`."""
    with open(f"results/{corpus}/recordings.tsv", newline="") as file:
        ids = [row["recording"] for row in csv.DictReader(file, delimiter="\t")]
    recordings = []
    for id in ids:
        row = read_row(plan_path(corpus), id)
        if not row["reference"]["reference"]:
            raise PeerError(f"corpus {corpus}: {id} has no reference, expected a reference for each recording")  # fmt: skip
        audio = Path(f"results/{corpus}/audio/{id}.wav").absolute()
        recordings.append(Recording(id, audio, row["speakers"]["num"] if given else None))
    return tuple(recordings)


def write_scoring(corpora: list[Corpus], labels: dict[str, str], folder: Path) -> None:
    """Write `folder`/scored, a configuration that scores the RTTM of all systems as imported systems.

    `labels` are the names of the systems in tables. `splits.json` has the split of each corpus.
    """
    scored = folder.absolute() / "scored"
    scored.mkdir(parents=True, exist_ok=True)
    entries = []
    for corpus in corpora:
        name = corpus["name"]
        reference = Path("results", name, "reference").absolute()
        lines = ["recording\treference\tuem"]
        for recording in prepared_recordings(name, given=False):
            path = reference / recording.recording
            lines.append(f"{recording.recording}\t{path}.rttm\t{path}.uem")
        (scored / f"{name}.tsv").write_text("\n".join(lines) + "\n")
        split = {"split": corpus["split"]} if "split" in corpus else {}
        entries.append({"name": name, "recordings": f"{name}.tsv"} | split)
    systems = {
        label: {"rttm": str(folder.absolute() / system / "{corpus}")}
        for system, label in labels.items()
    }
    content = {"corpora": entries, "default_systems": list(systems), "systems": systems}
    write_yaml(scored / "config.yaml", content)
    splits = {corpus["name"]: corpus.get("split") for corpus in corpora}
    (folder / "splits.json").write_text(json.dumps(splits))


def write_yaml(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False))
