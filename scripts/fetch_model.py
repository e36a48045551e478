"""Rule fetch_model: fetch the file of a model once, verified by its digest."""

import os

from diarflow.runs.job import job_settings
from diarflow.runs.model_files import fetch_model

settings = job_settings(snakemake)
token = os.environ.get(snakemake.params.token_variable) or None
fetch_model(snakemake.output.model, **settings, token=token)
