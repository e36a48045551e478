"""Rule report_confidence: write the expected DER of each recording and system of a corpus, the largest first."""

from diarflow.confidence.corpus_table import write_corpus_table
from diarflow.runs.job import job_settings

settings = job_settings(snakemake)
write_corpus_table(snakemake.output.table, settings["confidences"])
