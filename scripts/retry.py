"""Rule retry: let the next run process the recordings that were set aside again."""

import logging
from pathlib import Path

from diarflow.artifacts.failures import failure_records, read_failure, remove_failure
from diarflow.artifacts.placeholders import placeholders_of
from diarflow.atomic import remove_own
from diarflow.runs.job_folder import enter_folder
from diarflow.runs.log import announce, start_log

enter_folder(snakemake)
start_log(snakemake.log[0])
for record in failure_records("*"):
    failure = read_failure(record)
    kept = []
    for placeholder in placeholders_of(failure):
        if remove_own(placeholder):
            logging.info("removed the placeholder %s", placeholder)
        else:
            kept.append(placeholder)
    if kept:
        announce(f"{kept[0]} is behind a symbolic link: remove it to process the recording again")
        continue
    remove_failure(failure.corpus, failure.rule, failure.variant, failure.recording)
    # Snakemake does not look for missing files behind one that exists, and der.csv depends on all recordings
    remove_own(Path("results", failure.corpus, "der.csv"))
