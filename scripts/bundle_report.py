"""Rule bundle_report: the report and all files that its pages link to, in a zip file."""

from diarflow.report.bundle import write_bundle
from diarflow.runs.job import job_settings

job_settings(snakemake)
target = snakemake.output[0]
print(f"{target}: {write_bundle(target)}")
