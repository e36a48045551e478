"""Rule build_training_set: features and labels of all recordings that are learnt from."""

from diarflow.artifacts.tables import write_table
from diarflow.runs.job import job_settings
from diarflow.training.dataset import build_training_set
from diarflow.training.split import Example

settings = job_settings(snakemake)
examples = [Example(**one) for one in settings.pop("examples")]
output = snakemake.output
extents = build_training_set(examples, output.features, output.labels, **settings)
write_table(output.recordings, "training", extents, metadata=settings)
