"""Rule train_plda: train the PLDA of a VBx clustering on recordings of single speakers."""

import logging

from diarflow.clustering.plda import write_plda
from diarflow.embedding.embedder import load_embedder
from diarflow.runs.job import job_settings
from diarflow.simulation.speakers import list_speakers, select_speakers
from diarflow.training.plda import train_on_speakers, write_card

settings = job_settings(snakemake)
variant = settings["variant"]
speakers = select_speakers(list_speakers(settings["speakers"]), settings["part"])
logging.info("%d speakers", len(speakers))
model, facts = train_on_speakers(
    speakers, load_embedder(variant), window=variant["window"], seconds=settings["seconds"],
    dimensions=settings["dimensions"], seed=settings["seed"],
)  # fmt: skip
write_plda(snakemake.output.model, model)
write_card(snakemake.output.card, settings, facts)
