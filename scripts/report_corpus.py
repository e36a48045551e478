"""Rule report_corpus: every recording, system and protocol of a corpus, and their totals."""

from diarflow.artifacts.tables import read_frames
from diarflow.runs.job import job_settings
from diarflow.scoring.totals import rounded, totals, with_rates, write_csv

settings = job_settings(snakemake)
scores = with_rates(read_frames("scores", settings["scores"]))
write_csv(snakemake.output.der, rounded([scores, totals(scores)]))
