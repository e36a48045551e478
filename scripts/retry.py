"""Rule retry: let the next run process the recordings that were set aside again."""

import logging
from pathlib import Path

from diarflow.artifacts.failures import read_failure
from diarflow.artifacts.placeholders import placeholders_of
from diarflow.runs.job import start_log

start_log(snakemake.log[0])
for record in sorted(Path("results").glob("*/failures/**/*.json")):
    failure = read_failure(record)
    for placeholder in placeholders_of(failure):
        placeholder.unlink()
        record.unlink(missing_ok=True)
        # Snakemake does not look for missing files behind one that exists, and der.csv depends on all recordings
        Path("results", failure.corpus, "der.csv").unlink(missing_ok=True)
        logging.info("removed the placeholder %s", placeholder)
