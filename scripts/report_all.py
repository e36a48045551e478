"""Rule report_all: error rates across corpora, comparisons of systems, and the pages of the report."""

import json
from pathlib import Path

from diarflow.report.markdown import reference_paths, write_markdown
from diarflow.report.site import write_site
from diarflow.runs.job import job_settings
from diarflow.scoring.comparisons import compare_systems
from diarflow.scoring.link_totals import add_link_scores, read_link_scores
from diarflow.scoring.speaker_counts import tabulate_speaker_counts
from diarflow.scoring.totals import (
    concatenate_rounded,
    read_csv,
    select_recordings,
    totals_over_corpora,
    write_csv,
    write_parquet,
)

content = job_settings(snakemake)
tables = [read_csv(path) for path in snakemake.input.der]
scores = select_recordings(tables)
der = concatenate_rounded([*tables, *totals_over_corpora(scores, content["splits"])])
if content["linking"]:
    der = add_link_scores(der, read_link_scores(content["linking"]))
write_csv(snakemake.output.der, der)
write_parquet(snakemake.output.parquet, der)
references = reference_paths(content)
write_markdown(snakemake.output.markdown, der, content, references=references)
write_csv(snakemake.output.comparisons, compare_systems(scores, content["splits"]))
write_csv(snakemake.output.counts, tabulate_speaker_counts(scores))
# without the settings, because the digest of each page covers the settings that it shows
provenance = json.loads(snakemake.params.provenance) | {"settings": None}
pages_provenance = json.dumps([provenance, snakemake.params.pages])
write_site(Path(snakemake.output.index).parent, content, pages_provenance)
