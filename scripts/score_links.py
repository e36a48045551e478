"""Rule score_links: scores of the people of all systems of a link group, for each corpus and for all together."""

from pathlib import Path

import pandas as pd

from diarflow.artifacts.placeholders import failed_rule
from diarflow.artifacts.sidecars import read_sidecar
from diarflow.clustering.plda import read_plda
from diarflow.formats.rttm import read_channels
from diarflow.formats.text import as_field
from diarflow.linking.evaluation import COLUMNS, LinkEvidence, detection_of_voices, score_row
from diarflow.linking.voice_files import read_voices
from diarflow.networks.onnx import model_path
from diarflow.runs.job import job_settings
from diarflow.scoring.linking import NO_TIMES, link_times
from diarflow.scoring.mapping import optimal_mapping
from diarflow.scoring.names import ALL
from diarflow.scoring.prepared_reference import read_prepared_reference
from diarflow.scoring.totals import write_csv

settings = job_settings(snakemake)
plda = read_plda(model_path(settings["model"])) if settings["model"] else None


def read_references(corpus, channels):
    """Return the references of the channels of a recording; none if one of them was set aside."""
    folder = f"results/{corpus}/reference"
    if any(failed_rule(f"{folder}/{id}.rttm") for id in channels):
        return []
    endings = (".rttm", ".uem", ".json")
    return [
        read_prepared_reference(*(f"{folder}/{id}{ending}" for ending in endings), id)
        for id in channels
    ]


references = {
    (corpus, id): found
    for corpus, ids in settings["recordings"].items()
    for id, channels in ids.items()
    if (found := read_references(corpus, channels))
}


def evidence_of(system, corpus, id):
    """Return the evidence of a recording, with the people of the speakers of each channel."""
    parts = references[corpus, id]
    linked, plain = (
        read_channels(f"results/{corpus}/{product}/{system}/{id}.rttm", len(parts))
        for product in ("linked", "rttm")
    )
    times, names = NO_TIMES, {}
    for channel, (reference, people, speakers) in enumerate(zip(parts, linked, plain, strict=True)):
        extent = reference.scored_extent(people)
        times += link_times(f"{corpus}/{id}/{channel}", reference.turns, people, extent)
        mapping = optimal_mapping(reference.turns, speakers, extent)
        names |= {(corpus, id, speaker): name for speaker, name in mapping.items()}
    voices = read_voices(f"results/{corpus}/voices/{system}/{id}.npy", corpus)
    return LinkEvidence(1, times, tuple(voices), names)


rows = []
for system, embedding in settings["systems"].items():
    sidecar = read_sidecar(Path(f"results/speakers/{embedding}.json")) if settings["known"] else {}
    known = [as_field(person["speaker"]) for person in sidecar.get("speakers", [])]
    parts = dict.fromkeys(settings["recordings"], LinkEvidence())
    for corpus, id in references:
        parts[corpus] += evidence_of(system, corpus, id)
    if len(parts) > 1:
        parts[ALL] = sum(parts.values(), LinkEvidence())
    for corpus, (count, times, voices, names) in parts.items():
        limit = settings["min_clean_time"]
        detection = detection_of_voices(voices, names, plda, min_clean_time=limit)
        row = {"link": settings["group"], "corpus": corpus, "system": system, "recordings": count}
        rows.append(row | score_row(times, detection, known))
write_csv(snakemake.output.scores, pd.DataFrame(rows, columns=list(COLUMNS)))
