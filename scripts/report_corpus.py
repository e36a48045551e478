"""Rule report_corpus: scores of all recordings of a corpus, and their totals."""

from diarflow.artifacts.tables import read_frames
from diarflow.runs.damage import read_intact
from diarflow.runs.job import job_settings
from diarflow.scoring.totals import add_rates, compute_totals, concatenate_rounded, write_csv

settings = job_settings(snakemake)


def read_scores(paths):
    return add_rates(read_frames("scores", paths))


scores = read_intact(read_scores, settings["scores"], lambda path: [path], snakemake.log[0])
write_csv(snakemake.output.der, concatenate_rounded([scores, compute_totals(scores)]))
