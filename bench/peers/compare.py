"""Our systems and others on the same recordings in the same run: errors, CPU-seconds, memory. See README.md.

.venv/bin/python bench/peers/compare.py [CORPORA ...] [--systems senko pyannote ... best] [--again best] > bench/peers.md
"""

import argparse
import csv
import json
import shlex
import subprocess
import sys
from pathlib import Path

import yaml
from systems import (
    PEERS,
    ROOT,
    Asked,
    Ours,
    PeerError,
    is_measured,
    our_systems,
    run_system,
    snakemake,
)

ESTIMATED, GIVEN = ROOT / "bench/peers/results", ROOT / "bench/peers/results-given"


def corpora_of(paths: list[Path]) -> list[dict]:
    """The corpora of configurations, and of tables of recordings: one for each value of a column `corpus`, or one in all."""
    found = []
    for path in paths:
        if path.suffix in (".yaml", ".yml"):
            found += yaml.safe_load(path.read_text())["corpora"]
            continue
        with open(path, newline="") as file:
            names = {row.get("corpus") or path.stem for row in csv.DictReader(file, delimiter="\t")}
        found += [{"name": name, "recordings": str(path)} for name in sorted(names)]
    return found


def write_yaml(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False))


def prepare(corpora: list[dict], config: Path) -> None:
    """Have the workflow prepare audio and references, its output on stderr."""
    write_yaml(config, {"corpora": corpora})
    command = snakemake("audio", "reference", "--cores", "all", "--quiet", "--configfile", config)
    if status := subprocess.run(list(map(str, command)), stdout=sys.stderr).returncode:
        raise PeerError(f"audio and references: the workflow ended with status {status}")


def asked_of(corpus: str, *, given: bool) -> tuple[Asked, ...]:
    """The prepared recordings; their numbers of speakers only where they are given."""
    with open(f"results/{corpus}/recordings.tsv", newline="") as file:
        names = [row["recording"] for row in csv.DictReader(file, delimiter="\t")]
    asked = []
    for name in names:
        row = json.loads(Path(f"results/{corpus}/recordings/{name}.json").read_text())
        if not row["reference"]:
            raise PeerError(f"corpus {corpus}: {name} has no reference, expected one for each")
        audio = Path(f"results/{corpus}/audio/{name}.wav").absolute()
        asked.append(Asked(name, audio, row["num"] if given else None))
    return tuple(asked)


def write_scoring(corpora: list[dict], systems: list[str], folder: Path) -> None:
    """A configuration with which the workflow scores all as RTTM made elsewhere, in `folder`/scored: for its pages."""
    scored = folder.absolute() / "scored"
    scored.mkdir(parents=True, exist_ok=True)
    entries, named = [], {}
    for corpus in corpora:
        name = corpus["name"]
        reference = Path("results", name, "reference").absolute()
        lines = ["recording\treference\tuem"]
        for one in asked_of(name, given=False):
            path = reference / one.recording
            lines.append(f"{one.recording}\t{path}.rttm\t{path}.uem")
        (scored / f"{name}.tsv").write_text("\n".join(lines) + "\n")
        split = {"split": corpus["split"]} if "split" in corpus else {}
        entries.append({"name": name, "recordings": f"{name}.tsv"} | split)
    for system in systems:
        named[label(system)] = {"rttm": str(folder.absolute() / system / "{corpus}")}
    content = {"corpora": entries, "default_systems": list(named), "systems": named}
    write_yaml(scored / "config.yaml", content)
    splits = {corpus["name"]: corpus.get("split") for corpus in corpora}
    (folder / "splits.json").write_text(json.dumps(splits))


def label(system: str) -> str:
    """A system's name in tables: ours would clash with those of config.yaml."""
    return system if system in PEERS else f"diarflow-{system}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpora", nargs="*", type=Path, default=[ROOT / "bench/peers/corpora.yaml"],
                        help="tables of recordings, or configurations that list corpora")  # fmt: skip
    parser.add_argument("--systems", nargs="+", default=[*PEERS, "best", "fast"],
                        help=f"of {', '.join(PEERS)} and the systems of config.yaml")  # fmt: skip
    parser.add_argument(
        "--again", nargs="*", default=[], help="systems to measure though they were"
    )
    parser.add_argument(
        "--given", action="store_true", help="tell the systems num_speakers of the tables"
    )
    parser.add_argument(
        "--configfile", nargs="+", type=Path, default=[], help="settings of our systems"
    )
    parser.add_argument("--batch-size", type=int, default=100,
                        help="recordings that a job of ours works on; a peer hears a corpus in one process")  # fmt: skip
    parser.add_argument("--folder", type=Path, help="of RTTM, costs and scores")
    return parser.parse_args()


def measure_all(asked: argparse.Namespace, corpora: list[dict], folder: Path) -> None:
    """Run each system over each corpus, one after the other, but for what was measured before."""
    ours = Ours([path.absolute() for path in asked.configfile], asked.batch_size)
    for system in asked.systems:
        for corpus in (one["name"] for one in corpora):
            recordings = asked_of(corpus, given=asked.given)
            place = folder.absolute() / system / corpus
            kept = system not in asked.again and is_measured(place, recordings)
            print(f"{system} on {corpus}", "as before" if kept else "...", file=sys.stderr)
            if not kept:
                run_system(system, corpus, recordings, place, ours)


def main() -> None:
    asked = arguments()
    folder = asked.folder or (GIVEN if asked.given else ESTIMATED)
    known = {*PEERS, *our_systems(asked.configfile)}
    if unknown := [name for name in (*asked.systems, *asked.again) if name not in known]:
        raise PeerError(f"system {unknown[0]}: expected one of {', '.join(sorted(known))}")
    corpora = corpora_of(asked.corpora)
    prepare(corpora, folder / "corpora.yaml")
    measure_all(asked, corpora, folder)
    write_scoring(corpora, asked.systems, folder)
    command = shlex.join([".venv/bin/python", "bench/peers/compare.py", *sys.argv[1:]])
    number = "given" if asked.given else "estimated by all"
    print(f"# Our systems beside others\n\n`{command}`. Number of speakers: {number}.", flush=True)
    labels = [f"{system}={label(system)}" for system in asked.systems]
    tables = [sys.executable, ROOT / "bench/peers/tables.py", folder, *labels]
    subprocess.run(list(map(str, tables)), check=True)


if __name__ == "__main__":
    try:
        main()
    except PeerError as error:
        sys.exit(f"{error}")
