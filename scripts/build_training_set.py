"""Rule build_training_set: compute features and labels of the recordings for training and validation."""

from diarflow.artifacts.tables import write_table
from diarflow.runs.job import job_settings
from diarflow.training.dataset import build_training_set
from diarflow.training.split import Example

settings = job_settings(snakemake)
examples = [Example(**example) for example in settings.pop("examples")]
output = snakemake.output
ranges = build_training_set(examples, output.features, output.labels, **settings)
write_table(output.recordings, "training", ranges, metadata=settings)
