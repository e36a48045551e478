"""Rule report_corpus: every recording, system and protocol of a corpus, and their totals."""

from diarflow.jobs import log_to
from diarflow.report.totals import rounded, totals, with_rates, write_csv
from diarflow.tables import read_frames

log_to(snakemake.log[0])
scores = with_rates(read_frames("scores", snakemake.input.scores))
write_csv(snakemake.output.der, rounded([scores, totals(scores)]))
