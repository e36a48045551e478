"""Error rate of `best` if one of its settings is changed by a tenth.

    .venv/bin/snakemake rttm reference --cores 2 --configfile bench/configs/best.yaml
    .venv/bin/python -m bench.accuracy.stability > bench/results/stability.md

Reads the output of the networks and the references in results/, and computes all stages after the networks again.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bench.page import print_heading, print_table
from diarflow.artifacts.arrays import map_array
from diarflow.backends import load
from diarflow.clustering.assignment import load_assignment
from diarflow.clustering.embeddings import make_embeddings
from diarflow.clustering.speaker_counts import SpeakerCounts
from diarflow.embedding import EMBEDDERS
from diarflow.embedding.local_speakers import add_local_speakers
from diarflow.embedding.windows import Window, place_windows
from diarflow.networks.chunks import read_chunks
from diarflow.overlap import DETECTORS as OVERLAP
from diarflow.scoring.diarization import Score, score
from diarflow.scoring.prepared_reference import PreparedReference, read_prepared_reference
from diarflow.settings import Settings
from diarflow.settings.files import DEFAULTS
from diarflow.settings.reading import read_settings
from diarflow.speech import DETECTORS as SPEECH
from diarflow.timeline.intervals import Turn
from diarflow.turns import BUILDERS

TEXT = """
*Full* DER of `{system}` in percent, number of speakers estimated, on {sets}.
In each row, one setting is {less} or {more} times that of `config.yaml`; of a list, all values are. *change*: the largest
difference from the first row on a set, in points.
"""
# settings of each stage; those that only limit the result, such as a minimum duration of 0, are left out
CHANGED = {
    "speech": [
        "onset",
        "offset",
        "min_silence",
        "padding",
        "pause_level",
        "pause_score",
        "min_pause",
    ],
    "overlap": ["onset", "offset"],
    "embedding": ["window", "min_speech_ratio"],
    "clustering": ["thresholds", "Fa", "Fb", "merge_threshold", "agreement"],
    "turns": ["window", "mix", "sharpness"],
}
LESS, MORE = 0.9, 1.1
Stages = dict[str, dict[str, Any]]


def read_stages(system: str) -> Stages:
    """Return the settings of each stage of a system of config.yaml."""
    defaults = yaml.safe_load(DEFAULTS.read_text())
    settings: Settings = read_settings(defaults, defaults=defaults, overlay={}, files=[])
    variants = settings.systems[system].model_dump()
    stages = {stage: getattr(settings, stage)[variants[stage]].model_dump() for stage in CHANGED}
    stages["clustering"]["speaker_count"] = "estimated"
    return stages


def changed_settings(stages: Stages) -> Iterator[tuple[str, Stages]]:
    """Yield a name and the settings of each row."""
    yield "as shipped", stages
    for stage, names in CHANGED.items():
        for name in names:
            value = stages[stage][name]
            for factor in (LESS, MORE):
                new = [factor * v for v in value] if isinstance(value, list) else factor * value
                yield f"{stage}.{name} {_shown(new)}", stages | {stage: stages[stage] | {name: new}}


def _shown(value: float | list[float]) -> str:
    values = value if isinstance(value, list) else [value]
    return ", ".join(f"{v:.3g}" for v in values)


def load_system(stages: Stages) -> Callable[[Path, str], list[Turn]]:
    """Return a function from the folder of a corpus and the id of a recording to its turns."""
    detect_speech, detect_overlap = (
        load(backends, stages[stage]) for backends, stage in ((SPEECH, "speech"), (OVERLAP, "overlap"))
    )  # fmt: skip
    embed, assign = load(EMBEDDERS, stages["embedding"]), load_assignment(stages["clustering"])
    build = load(BUILDERS, stages["turns"])

    def diarize(corpus: Path, id: str) -> list[Turn]:
        chunks = read_chunks(corpus / f"activations/{stages['speech']['network']}/{id}.npy")
        frames = map_array(corpus / f"activations/{stages['embedding']['frames']}/{id}.npy")
        audio = corpus / f"audio/{id}.wav"
        speech, overlap = (
            detect(audio=audio, activations=chunks) for detect in (detect_speech, detect_overlap)
        )
        windows = place_windows(speech, overlap, duration=chunks.duration, **stages["embedding"])
        windows, vectors = add_local_speakers(chunks, windows, embed(None, windows, frames))
        clusters = assign(make_embeddings(vectors, _columns(windows)), SpeakerCounts()).clusters
        return build(
            windows, clusters, segments=speech, overlap=overlap, activations=chunks, vectors=vectors,
            frames=frames,
        )  # fmt: skip

    return diarize


def _columns(windows: list[Window]) -> dict[str, np.ndarray]:
    columns = zip(*windows, strict=True) if windows else [()] * len(Window._fields)
    return dict(zip(Window._fields, map(np.array, columns), strict=True))


def error_rates(
    stages: Stages, sets: Mapping[str, list[str]], results: Path
) -> dict[str, tuple[float, int]]:
    """Return the DER in percent and the number of recordings of each set of corpora."""
    diarize = load_system(stages)
    rates = {}
    for name, corpora in sets.items():
        scores = [
            score_turns(reference, diarize(results / corpus, id))
            for corpus in corpora
            for id, reference in references(results / corpus)
        ]
        total = sum(scores[1:], scores[0])
        errors = total.missed + total.false_alarm + total.confusion
        rates[name] = 100 * errors / total.reference, len(scores)
    return rates


def references(corpus: Path) -> Iterator[tuple[str, PreparedReference]]:
    for path in sorted(corpus.glob("reference/*.rttm")):
        files = (path, path.with_suffix(".uem"), path.with_suffix(".json"))
        yield path.stem, read_prepared_reference(*files, path.stem)


def score_turns(reference: PreparedReference, turns: list[Turn]) -> Score:
    named = [Turn(turn.start, turn.end, f"speaker {turn.speaker}") for turn in turns]
    extent = reference.scored_extent(named)
    return score(reference.turns, named, extent, collar_each_side=0.25)["full"]


def table_rows(measure: Callable[[Stages], dict], stages: Stages) -> Iterator[list[str]]:
    shipped: dict[str, tuple[float, int]] = {}
    for name, changed in changed_settings(stages):
        rates = measure(changed)
        shipped = shipped or rates
        change = max((rates[key][0] - shipped[key][0] for key in rates), key=abs)
        yield [name, *(f"{rate:.2f}" for rate, _ in rates.values()), f"{change:+.2f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--system", default="best")
    parser.add_argument("--sets", nargs="+", default=["conversations=ami,misc", "conversations-2=ami-far,talk,web,short"],
                        help="NAME=CORPUS,CORPUS")  # fmt: skip
    options = parser.parse_args()
    parts = (text.partition("=") for text in options.sets)
    sets = {name: corpora.split(",") for name, _, corpora in parts}
    counts = {name: sum(len(list((options.results / c).glob("reference/*.rttm"))) for c in corpora) for name, corpora in sets.items()}  # fmt: skip
    described = " and ".join(f"{name} ({count} recordings)" for name, count in counts.items())
    print_heading(
        "Stability of the settings",
        TEXT.format(system=options.system, sets=described, less=LESS, more=MORE),
    )
    measure = partial(error_rates, sets=sets, results=options.results)
    print_table(["setting", *sets, "change"], table_rows(measure, read_stages(options.system)))


if __name__ == "__main__":
    main()
