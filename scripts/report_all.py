"""Rule report_all: the error rates across corpora, and the pages people look at."""

import json
from pathlib import Path

from diarflow.report.markdown import write_markdown
from diarflow.report.site import write_site
from diarflow.runs.job import start_log
from diarflow.scoring.bootstrap import compare_all, count_speakers
from diarflow.scoring.totals import (
    across,
    of_recordings,
    read_csv,
    rounded,
    write_csv,
    write_parquet,
)

start_log(snakemake.log[0])
job = json.loads(snakemake.params.provenance)
content = job.pop("settings")
tables = [read_csv(path) for path in snakemake.input.der]
scores = of_recordings(tables)
der = rounded([*tables, *across(scores, content["splits"])])
write_csv(snakemake.output.der, der)
write_parquet(snakemake.output.parquet, der)
references = [
    f"results/{one['corpus']}/reference/{one['recording']}.rttm"
    for one in content["recordings"]
    if one["reference"] and one["systems"]
]
write_markdown(snakemake.output.markdown, der, content, references=references)
write_csv(snakemake.output.comparisons, compare_all(scores, content["splits"]))
write_csv(snakemake.output.counts, count_speakers(scores))
made_with = json.dumps([job, snakemake.params.pages])
write_site(Path(snakemake.output.index).parent, content, made_with)
