"""Rule report_corpus: scores of all recordings of a corpus, and their totals."""

from diarflow.artifacts.tables import read_frames
from diarflow.runs.job import job_settings
from diarflow.scoring.totals import add_rates, compute_totals, concatenate_rounded, write_csv

settings = job_settings(snakemake)
scores = add_rates(read_frames("scores", settings["scores"]))
write_csv(snakemake.output.der, concatenate_rounded([scores, compute_totals(scores)]))
