"""Rule report_corpus: every recording, system and protocol of a corpus, and their totals."""

import json

from diarflow.artifacts.tables import read_frames
from diarflow.runs.job import log_to
from diarflow.scoring.totals import rounded, totals, with_rates, write_csv

log_to(snakemake.log[0])
settings = json.loads(snakemake.params.job)["settings"]
scores = with_rates(read_frames("scores", settings["scores"]))
write_csv(snakemake.output.der, rounded([scores, totals(scores)]))
