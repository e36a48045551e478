"""Rule score_links: scores of the people of all systems of a link group."""

from pathlib import Path

import pandas as pd

from diarflow.artifacts.sidecars import read_sidecar
from diarflow.clustering.plda import read_plda
from diarflow.formats.rttm import read_channels
from diarflow.linking.evaluation import COLUMNS, detection_of_voices, score_row
from diarflow.linking.voice_files import read_voices
from diarflow.networks.onnx import model_path
from diarflow.runs.job import job_settings
from diarflow.scoring.linking import NO_TIMES, link_times
from diarflow.scoring.mapping import optimal_mapping
from diarflow.scoring.prepared_reference import read_prepared_reference
from diarflow.scoring.totals import write_csv

settings = job_settings(snakemake)
plda = read_plda(model_path(settings["model"])) if settings["model"] else None
references = {
    (corpus, id, channel): read_prepared_reference(
        *(f"results/{corpus}/reference/{channel}{ending}" for ending in (".rttm", ".uem", ".json")),
        channel,
    )
    for corpus, ids in settings["recordings"].items()
    for id, channels in ids.items()
    for channel in channels
}
rows = []
for system, embedding in settings["systems"].items():
    times, names, voices = NO_TIMES, {}, []
    for corpus, ids in settings["recordings"].items():
        for id, channels in ids.items():
            linked, plain = (
                read_channels(f"results/{corpus}/{product}/{system}/{id}.rttm", len(channels))
                for product in ("linked", "rttm")
            )
            for channel, people, speakers in zip(channels, linked, plain, strict=True):
                reference = references[corpus, id, channel]
                extent = reference.scored_extent(people)
                times += link_times(f"{corpus}/{channel}", reference.turns, people, extent)
                mapping = optimal_mapping(reference.turns, speakers, extent)
                names |= {(corpus, id, speaker): name for speaker, name in mapping.items()}
            voices += read_voices(f"results/{corpus}/voices/{system}/{id}.npy", corpus)
    detection = detection_of_voices(voices, names, plda, min_clean_time=settings["min_clean_time"])
    sidecar = read_sidecar(Path(f"results/speakers/{embedding}.json")) if settings["known"] else {}
    known = [person["speaker"] for person in sidecar.get("speakers", [])]
    count = sum(map(len, settings["recordings"].values()))
    row = {"link": settings["group"], "system": system, "recordings": count}
    rows.append(row | score_row(times, detection, known))
write_csv(snakemake.output.scores, pd.DataFrame(rows, columns=list(COLUMNS)))
