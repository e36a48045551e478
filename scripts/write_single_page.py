"""Rule write_single_page: a page of the report as a single file."""

from diarflow.report.bundle import REPORT
from diarflow.report.single_page import source_page, write_single_page
from diarflow.runs.job import job_settings

job_settings(snakemake)
print(write_single_page(snakemake.output[0], source_page(snakemake.wildcards.page, REPORT)))
