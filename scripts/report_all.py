"""Rule report_all: the error rates across corpora, and the page people look at."""

import json

from diarflow.jobs import log_to
from diarflow.report.site import write_site
from diarflow.report.totals import ALL, COMPLETED, read_csv, totals, write_csv

log_to(snakemake.log[0])
content = json.loads(snakemake.params.job)["settings"]
tables = [read_csv(path) for path in snakemake.input.der]
rows = [table[~table["recording"].isin([ALL, COMPLETED])] for table in tables]
everything = totals(rows, corpus=ALL) if len(tables) > 1 else None
write_csv(snakemake.output.der, [*tables, everything])
write_site(snakemake.output.index, snakemake.output.der, content)
