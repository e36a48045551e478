"""Rule retry: let the next run try again what was set aside."""

import logging
from pathlib import Path

from diarflow.artifacts.failures import read_failure
from diarflow.artifacts.placeholders import placeholders_of
from diarflow.runs.job import start_log

start_log(snakemake.log[0])
for entry in sorted(Path("results").glob("*/failures/**/*.json")):
    failure = read_failure(entry)
    for artifact in placeholders_of(failure):
        artifact.unlink()
        entry.unlink(missing_ok=True)
        # what depends on all recordings: Snakemake misses no file behind one that is there
        Path("results", failure.corpus, "der.csv").unlink(missing_ok=True)
        logging.info("%s is made again", artifact)
