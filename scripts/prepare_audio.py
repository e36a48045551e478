"""Rule prepare_audio: convert recordings to mono, 16 kHz, 16-bit PCM."""

import logging

from diarflow.atomic import atomic_write
from diarflow.audio.prepared import prepare_audio
from diarflow.errors import visible
from diarflow.planning.recording_files import read_row
from diarflow.runs.job import Job

job = Job(snakemake)


def prepare(item):
    row = read_row(item.input.row)
    with atomic_write(item.output.audio) as path:
        facts = prepare_audio(row["audio"], path, channel=row["channel"])
    logging.info("%s: %s", visible(row["audio"]), facts)


job.each(prepare)
