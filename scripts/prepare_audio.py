"""Rule prepare_audio: bring recordings to the one form that every other rule reads."""

import logging

from diarflow.atomic import written_whole
from diarflow.audio.prepared import prepare_audio
from diarflow.errors import visible
from diarflow.planning.recording_files import read_row
from diarflow.runs.job import Job

job = Job(snakemake)


def one(item):
    row = read_row(item.input.row)
    with written_whole(item.output.audio) as beside:
        facts = prepare_audio(row["audio"], beside, channel=row["channel"])
    logging.info("%s: %s", visible(row["audio"]), facts)


job.each(one)
