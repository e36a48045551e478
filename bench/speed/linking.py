"""CPU time and memory of the linking of many recordings, with synthetic voices.

    .venv/bin/python -m bench.speed.linking > bench/results/linking_speed.md

The voices have the variances of the shipped PLDA between and within people. The backend `search` links all recordings
from nothing, then the same with one recording more, with the cache of pairs and the labels of the first time.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.measure import ONE_THREAD
from bench.page import ROOT, print_heading, print_table

TEXT = """
{recordings:,} recordings of four speakers each, of {people:,} people; one thread. *pairs*: CPU-seconds for the pairs of similar voices.
*people*: for clustering, labels and probabilities. *memory*: peak of the process, which starts with 150 MB of libraries.
The files of the voices are not read here. F1 is that of pairs of voices.
The voices of a person differ more between recordings than between windows, as the model of linking assumes.
"""
SETTINGS = {"backend": "search", "threshold": 0.5, "prior": 0.01}
SESSION = 0.5
COLUMNS = ["recordings", "run", "pairs, CPU-s", "people, CPU-s", "all, CPU-s", "memory, MB", "people", "F1, %", "changed labels"]  # fmt: skip


def synthetic_voices(recordings: int, people: int):
    """Return voices of four speakers for each recording, in the space of the shipped PLDA, and the person of each."""
    from diarflow.clustering.plda import read_plda
    from diarflow.linking.voice_files import VoiceRow
    from diarflow.networks.onnx import model_path

    between = read_plda(model_path("plda-pooled.npz")).between
    random = np.random.default_rng(0)
    means = random.normal(0, np.sqrt(between), (people, len(between)))
    voices, truth = [], []
    for recording in range(recordings):
        for number, person in enumerate(random.choice(people, 4, replace=False)):
            seconds = float(random.uniform(5, 120))
            spread = np.sqrt(SESSION + 1.5 / seconds)
            vector = means[person] + random.normal(0, spread, len(between))
            key = ("c", f"r{recording:05d}", f"SPEAKER_{number:02d}")
            voices.append(VoiceRow(key, seconds, seconds, 1.0, 0.0, vector.astype(np.float32)))
            truth.append(int(person))
    return voices, truth, between


def link_all(folder: Path, recordings: int, people: int, left_out: int) -> dict:
    """Link all recordings but the first `left_out` ones, and return the costs."""
    from diarflow.linking.candidates import find_candidates
    from diarflow.linking.link import (
        Comparison,
        _groups,
        constraints_of,
        link_voices,
        lowest_log_odds,
    )
    from diarflow.linking.people_table import changed_labels, read_labels, write_labels
    from diarflow.linking.plda_scores import make_scorer, voice_variances

    voices, truth, between = synthetic_voices(recordings, people)
    voices, truth = voices[4 * left_out :], truth[4 * left_out :]
    vectors = np.array([voice.vector for voice in voices])
    counts = np.array([voice.clean_time / 1.5 for voice in voices])
    labels = folder / "labels.tsv"
    earlier = read_labels(labels)
    start = time.process_time()
    keys = [voice.key for voice in voices]
    scorer = make_scorer(vectors, voice_variances(counts, session=SESSION), between)
    comparison = Comparison(keys, scorer, _groups(keys))
    floor = lowest_log_odds(SETTINGS["threshold"])
    pairs = find_candidates(comparison, folder / "pairs.npz", prior=SETTINGS["prior"], floor=floor)
    middle = time.process_time()
    constraints = constraints_of(comparison, [], [], prior=SETTINGS["prior"], same_recording=0.99)
    speakers = link_voices(voices, comparison, pairs, constraints, earlier, SETTINGS)
    write_labels(labels, earlier | {speaker.key: speaker.person for speaker in speakers})
    end = time.process_time()
    people_found = [speaker.person for speaker in speakers]
    return {
        "pairs": middle - start,
        "people": end - middle,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "count": len(set(people_found)),
        "f1": pair_f1(truth, people_found),
        "changed": len(changed_labels(earlier, speakers)),
    }


def pair_f1(truth: list, found: list) -> float:
    """Return the F1 of linked pairs in percent.

    >>> pair_f1([0, 0, 1], ["a", "a", "a"])
    50.0
    """

    def pairs(labels) -> int:
        counts = np.unique(labels, return_counts=True)[1]
        return int((counts * (counts - 1) // 2).sum())

    correct = pairs([f"{a} {b}" for a, b in zip(truth, found, strict=True)])
    return 200 * correct / max(1, pairs(np.array(truth)) + pairs(np.array(found)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--part", nargs=2, metavar=("FOLDER", "LEFT_OUT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        folder, left_out = options.part
        print(json.dumps(link_all(Path(folder), options.recordings, options.people, int(left_out))))
        return
    print_heading("Cost of linking speakers across recordings", TEXT.format(**vars(options)))

    def rows():
        with tempfile.TemporaryDirectory() as folder:
            for name, left_out in (
                ("from nothing", 1),
                ("one recording more", 0),
                ("no change", 0),
            ):
                command = [sys.executable, "-m", "bench.speed.linking", "--recordings", options.recordings,
                           "--people", options.people, "--part", folder, left_out]  # fmt: skip
                done = subprocess.run(
                    list(map(str, command)), cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True,
                    env=dict(ONE_THREAD) | {"PATH": ""},
                )  # fmt: skip
                cost = json.loads(done.stdout)
                yield [
                    f"{options.recordings - left_out:,}", name, f"{cost['pairs']:.1f}", f"{cost['people']:.1f}",
                    f"{cost['pairs'] + cost['people']:.1f}", f"{cost['memory']:.0f}", f"{cost['count']:,}",
                    f"{cost['f1']:.1f}", cost["changed"],
                ]  # fmt: skip

    print_table(COLUMNS, rows())


if __name__ == "__main__":
    main()
