"""Rule enroll_speakers: compute the voices of known people."""

import logging

from diarflow.embedding.embedder import load_embedder
from diarflow.linking.enrolment import enroll
from diarflow.linking.voice_files import write_voices
from diarflow.runs.job import job_settings

settings = job_settings(snakemake)
variant = settings["variant"]
voices, problems = enroll(settings["samples"], load_embedder(variant), window=variant["window"])
for problem in problems:
    logging.warning("%s", problem)
write_voices(snakemake.output.embeddings, snakemake.output.sidecar, voices, problems=problems)
