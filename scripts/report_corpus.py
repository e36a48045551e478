"""Rule report_corpus: every recording, system and protocol of a corpus, and their totals."""

import json

from diarflow.jobs import log_to
from diarflow.report.totals import rounded, totals, with_rates, write_csv
from diarflow.tables import read_frames

log_to(snakemake.log[0])
settings = json.loads(snakemake.params.job)["settings"]
scores = with_rates(read_frames("scores", settings["scores"]))
write_csv(snakemake.output.der, rounded([scores, totals(scores)]))
