"""Rule build_training_set: features and labels of all recordings that are learnt from."""

import json

from diarflow.artifacts.tables import write_table
from diarflow.runs.job import log_to
from diarflow.training.dataset import build_training_set
from diarflow.training.split import Example

log_to(snakemake.log[0])
settings = json.loads(snakemake.params.job)["settings"]
examples = [Example(**one) for one in settings.pop("examples")]
output = snakemake.output
extents = build_training_set(examples, output.features, output.labels, **settings)
write_table(output.recordings, "training", extents, facts=settings)
