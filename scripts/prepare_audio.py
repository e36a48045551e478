"""Rule prepare_audio: bring recordings to the one form that every other rule reads."""

import logging

from diarflow.audio import prepare_audio
from diarflow.errors import visible
from diarflow.files import written_whole
from diarflow.jobs import Job
from diarflow.rows import read_row

job = Job(snakemake)


def one(recording):
    row = read_row(recording.input.row)
    with written_whole(recording.output.audio) as beside:
        facts = prepare_audio(row["audio"], beside, channel=row["channel"])
    logging.info("%s: %s", visible(row["audio"]), facts)


job.each(one)
