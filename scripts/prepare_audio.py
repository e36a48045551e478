"""Rule prepare_audio: convert recordings to mono, 16 kHz, 16-bit PCM."""

import json
import logging

from diarflow.atomic import atomic_write
from diarflow.audio.facts import write_facts
from diarflow.audio.prepare import prepare_audio
from diarflow.planning.recording_files import read_row
from diarflow.runs.job import Job

job = Job(snakemake)


def prepare(item):
    row = read_row(item.input.row)
    with atomic_write(item.output.audio) as audio, atomic_write(item.output.facts) as beside:
        facts = prepare_audio(row["audio"], audio, channel=row["channel"], track=row.get("track"))
        write_facts(beside, facts)
    logging.info("%s", json.dumps(facts))


job.each(prepare)
