"""Rule link_speakers: recognize the speakers of different recordings as the same people."""

import logging
from pathlib import Path

from diarflow.clustering.plda import read_plda
from diarflow.linking.candidates import find_candidates
from diarflow.linking.link import compare, constraints_of, link_voices, lowest_log_odds
from diarflow.linking.pair_constraints import imply_pairs
from diarflow.linking.pair_tables import read_pairs
from diarflow.linking.people_table import (
    changed_labels,
    joined_speakers,
    read_labels,
    write_labels,
    write_people,
)
from diarflow.linking.voice_files import read_voices
from diarflow.networks.onnx import model_path
from diarflow.runs.job import job_settings

settings = job_settings(snakemake)
system = settings.pop("system")
recordings = settings.pop("recordings")
tables = {name: getattr(snakemake.input, name) for name in settings.pop("tables")}
model, min_clean_time = settings.pop("model"), settings.pop("min_clean_time")
same_recording = settings.pop("same_recording")

voices = [
    voice
    for corpus, ids in recordings.items()
    for id in ids
    for voice in read_voices(f"results/{corpus}/voices/{system}/{id}.npy", corpus)
]
for path in snakemake.input.known:
    voices += read_voices(path, "", "")
comparison = compare(
    voices, read_plda(model_path(model)) if model else None, min_clean_time=min_clean_time
)
same, different = (
    read_pairs(tables.get(name), [voice.key for voice in voices]) for name in ("same", "different")
)
pairs = imply_pairs(same, different, comparison.keys)
constraints = constraints_of(
    comparison, pairs.same, pairs.different, prior=settings["prior"], same_recording=same_recording
)
folder = Path(snakemake.output[0]).parent
candidates = find_candidates(
    comparison,
    folder / f"{system}.pairs.npz",
    prior=settings["prior"],
    floor=lowest_log_odds(settings["threshold"]),
)
labels = folder / f"{system}.labels.tsv"
earlier = read_labels(labels)
speakers = link_voices(voices, comparison, candidates, constraints, earlier, settings, pairs.joined)
for path in map(Path, snakemake.output):
    write_people(path, [speaker for speaker in speakers if speaker.key[0] == path.parts[1]])
write_labels(labels, earlier | {speaker.key: speaker.person for speaker in speakers})
left_out = sum(speaker.probability is None for speaker in speakers)
logging.info(
    "%d speakers of %d recordings are %d people; %d speakers have too little clean speech and are not compared",
    len(speakers), len({speaker.key[:2] for speaker in speakers}), len({speaker.person for speaker in speakers}), left_out,
)  # fmt: skip
if joined := joined_speakers(speakers):
    logging.info("%d speakers are the same person as another one of their recording", joined)
for key, before, after in changed_labels(earlier, speakers):
    logging.info("changed: %s of %s/%s was %s and is %s", key[2], key[0], key[1], before, after)
