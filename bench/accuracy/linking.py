"""Accuracy of the linking of speakers across recordings, on simulated conversations and the AMI excerpts.

    .venv/bin/python -m bench.accuracy.linking > bench/results/linking.md

Reads ../shared/data. With `--folder`, the folder is kept, and a run there continues. The conversations are of 40 people
whom the PLDA was not trained on: it is trained here without them. 20 s of those with enough speech are kept apart for enrolment.
"""

import argparse
import csv
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import soundfile
import soxr
import yaml

from bench.page import print_heading, print_table
from bench.snakemake_run import SPEAKERS, snakemake
from diarflow.formats.rttm import read_turns
from diarflow.linking.ahc import agglomerate
from diarflow.linking.evaluation import score_row
from diarflow.linking.link import _groups
from diarflow.linking.pairs import Constraints
from diarflow.linking.voice_files import VoiceRow, read_voices
from diarflow.scoring.linking import NO_TIMES, LinkTimes, link_times
from diarflow.scoring.prepared_reference import read_prepared_reference
from diarflow.simulation.speakers import part_of

TEXT = """
{conversations} simulated conversations of {seconds} s with 2 to 6 of 40 people: rooms, noise, levels and telephone band as in
docs/simulation.md. The people read 15 to 110 s each, so that what they say is repeated in several conversations, and the voices of a
person come from one session: real recordings differ more. `reference-turns` takes speech, overlap and the cluster of each
window from the reference, and has errors at the edges of windows; `best` is the system of that name. F1 is that of pairs of seconds in different recordings. *baseline*: average linkage of the cosine similarity
of mean vectors, with the threshold that has the highest F1 on these conversations, and the constraint that speakers of one recording differ.
Percent; the columns are defined in docs/scoring.md. {plda}

*enrolled*: {enrolled} people from 20 s each; the other people are strangers. *AMI*: excerpts of 30 s, whose meetings have people in common.
"""
TRAINED_TEXT = "The PLDA was trained for this measurement, without the 40 people."
SHIPPED_TEXT = (
    "The PLDA is the shipped one, which was trained on {count} of the 40 people, from 30 s each."
)
COLUMNS = ["corpus", "system", "linking", "people", "of", "DER", "cross DER", "precision", "recall", "F1", "B-cubed F1", "EER", "minDCF", "known named", "strangers named"]  # fmt: skip
_KEYS = ("people", "reference_people", "der", "cross_der", "link_precision", "link_recall", "link_f1", "bcubed_f1", "eer", "min_dcf", "known_named", "strangers_named")  # fmt: skip
TRAINED, SHIPPED = "models/linking/plda.npz", "plda-pooled.npz"
ENOUGH = 70.0  # seconds of speech of a person of whom 20 s are kept apart
APART = 20 * 16_000  # samples
PEOPLE, ENROLLED = 40, 20
REFERENCE_TURNS = {"speech": "oracle", "changes": "none", "overlap": "oracle", "embedding": "pooled", "clustering": "oracle", "turns": "join"}  # fmt: skip


def prepare(folder: Path) -> None:
    """Write the speech of 40 people, what is kept apart for enrolment, and the other speakers for the PLDA."""
    if (folder / "people").is_dir():
        return
    with open(SPEAKERS / "speakers.tsv") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    every = [(row["dataset"], row["speaker"], float(row["seconds"])) for row in rows]
    long = sorted((data, name) for data, name, seconds in every if seconds >= ENOUGH)
    short = sorted(
        (data, name) for data, name, seconds in every
        if data == "an4" and seconds < ENOUGH and part_of(f"{data}/{name}") == "test"
    )[: PEOPLE - len(long)]  # fmt: skip
    for data, name, _ in every:
        files = sorted(path for path in (SPEAKERS / data / name).iterdir() if path.is_file())
        if (data, name) not in long + short:
            shutil.copytree(SPEAKERS / data / name, folder / "plda-speakers" / data / name)
            continue
        target = folder / "people/conversation" / f"{data}-{name}"
        target.mkdir(parents=True)
        apart = np.zeros(0, np.float32)
        for path in files:
            audio = read_audio(path)
            if (data, name) in long and len(apart) < APART:
                apart = np.concatenate([apart, audio])
            else:
                soundfile.write(target / f"{path.stem}.wav", audio, 16_000)
        if len(apart):
            enrolment = folder / "people/enrolment" / f"{data}-{name}"
            enrolment.mkdir(parents=True)
            soundfile.write(enrolment / "apart.wav", apart[:APART], 16_000)


def heard_by_plda(folder: Path) -> int:
    """Return the number of people in the part on which the shipped PLDA was trained."""
    names = [path.name for path in (folder / "people/conversation").iterdir()]
    datasets = {path.name for path in SPEAKERS.iterdir() if path.is_dir()}
    speakers = [f"{d}/{n[len(d) + 1 :]}" for n in names for d in datasets if n.startswith(f"{d}-")]
    return sum(part_of(speaker) == "train" for speaker in speakers)


def read_audio(path: Path) -> np.ndarray:
    """Return mono audio at 16 kHz."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    audio = samples.mean(axis=1)
    return audio if rate == 16_000 else soxr.resample(audio, rate, 16_000)


def run_simulated(
    folder: Path, conversations: int, seconds: int, model: str, *, known: bool
) -> list[dict]:
    """Link the conversations, and return the rows of the scores."""
    corpus = {
        "name": "sim", "systems": ["best", "reference-turns"], "link": True,
        "simulate": {"speakers": "people/conversation", "part": "all", "conversations": conversations,
                     "duration": seconds, "min_speakers": 2, "max_speakers": 6, "seed": 24},
    }  # fmt: skip
    plda = {"speakers": "plda-speakers", "part": "train", "embedding": "pooled", "seconds": 30, "dimensions": 48, "seed": 0}  # fmt: skip
    config = {
        "corpora": [corpus], "systems": {"reference-turns": REFERENCE_TURNS}, "plda": {"linking": plda},
        "links": {"default": {"model": model}}, "batch_size": 30,
        "speakers": {"known": "people/known" if known else None},
    }  # fmt: skip
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    snakemake(folder, "results/report/linking/sim.csv", "--cores", 1, "--configfile", "my.yaml")
    return list(
        csv.DictReader((folder / "results/report/linking/sim.csv").read_text().splitlines())
    )


def choose_known(folder: Path) -> None:
    """Link the folders of the first 20 people with enrolment."""
    target = folder / "people/known"
    if not target.is_dir():
        for person in sorted((folder / "people/enrolment").iterdir())[:ENROLLED]:
            shutil.copytree(person, target / person.name)


def baseline(folder: Path, system: str) -> dict:
    """Return the scores of the threshold on the cosine similarity with the highest F1."""
    results = folder / "results/sim"
    ids = sorted(path.stem for path in (results / f"voices/{system}").glob("*.npy"))
    voices = [v for id in ids for v in read_voices(results / f"voices/{system}/{id}.npy", "sim")]
    voices = sorted((v for v in voices if v.clean_time > 0), key=lambda voice: voice.key)
    vectors = np.array([voice.vector for voice in voices], np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    none = np.zeros((0, 2), int)
    constraints = Constraints(none, none, _groups([voice.key for voice in voices]), none)
    rows = []
    for threshold in np.arange(0.2, 0.8, 0.02):
        labels = agglomerate(vectors @ vectors.T, constraints, threshold=float(threshold))
        times = times_of(results, system, ids, voices, labels)
        rows.append(score_row(times, None, []))
    return max(rows, key=lambda row: row["link_f1"] or 0)


def times_of(
    results: Path, system: str, ids: list[str], voices: list[VoiceRow], labels: np.ndarray
) -> LinkTimes:
    """Return the times of people, given as a label for each voice."""
    people = {voice.key[1:]: f"p{label}" for voice, label in zip(voices, labels, strict=True)}
    times = NO_TIMES
    for id in ids:
        paths = [results / f"reference/{id}{ending}" for ending in (".rttm", ".uem", ".json")]
        reference = read_prepared_reference(*paths, id)
        turns = [
            turn._replace(speaker=people.get((id, turn.speaker), f"{id} {turn.speaker}"))
            for turn in read_turns(results / f"rttm/{system}/{id}.rttm")
        ]
        times += link_times(id, reference.turns, turns, reference.scored_extent(turns))
    return times


def run_ami(folder: Path) -> list[dict]:
    """Link the AMI excerpts with the shipped PLDA, and return the rows of the scores."""
    table = SPEAKERS.parent / "conversations/recordings.tsv"
    corpus = {"name": "ami", "recordings": str(table), "systems": ["best"], "link": True}
    estimated = {"consensus": {"speaker_count": "estimated"}}
    config = {
        "corpora": [corpus], "links": {"default": {"shared_names": True}}, "batch_size": 20, "clustering": estimated,
    }  # fmt: skip
    (folder / "ami.yaml").write_text(yaml.safe_dump(config))
    snakemake(folder, "results/report/linking/ami.csv", "--cores", 1, "--configfile", "ami.yaml")
    return list(
        csv.DictReader((folder / "results/report/linking/ami.csv").read_text().splitlines())
    )


def cells(corpus: str, system: str, linking: str, row: Mapping) -> list[str]:
    values = ["" if row.get(key) is None else str(row[key]) for key in _KEYS]
    return [corpus, system, linking, *values]


def table_rows(folder: Path, options: argparse.Namespace) -> Iterator[list[str]]:
    size = options.conversations, options.seconds, SHIPPED if options.shipped else TRAINED
    for row in run_simulated(folder, *size, known=False):
        yield cells("simulated", row["system"], "PLDA", row)
    for system in ("best", "reference-turns"):
        yield cells("simulated", system, "baseline", baseline(folder, system))
    choose_known(folder)
    for row in run_simulated(folder, *size, known=True):
        yield cells("simulated", row["system"], "PLDA, enrolled", row)
    for row in run_ami(folder):
        yield cells("AMI", row["system"], "PLDA", row)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conversations", type=int, default=60)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--shipped", action="store_true", help="use the shipped PLDA")
    parser.add_argument("--folder", type=Path, help="folder of the run; default: a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        os.makedirs(folder, exist_ok=True)
        prepare(folder)
        text = TEXT.format(
            conversations=options.conversations, seconds=options.seconds, enrolled=ENROLLED,
            plda=SHIPPED_TEXT.format(count=heard_by_plda(folder)) if options.shipped else TRAINED_TEXT,
        )  # fmt: skip
        print_heading("Linking of speakers across recordings", text)
        print_table(COLUMNS, table_rows(folder, options))


if __name__ == "__main__":
    main()
