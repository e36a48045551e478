"""Rule prepare_audio: convert recordings to mono, 16 kHz, 16-bit PCM."""

import json
import logging

from diarflow.atomic import atomic_write
from diarflow.audio.facts import write_facts
from diarflow.audio.prepare import prepare_audio
from diarflow.remote import shown_location
from diarflow.runs.job import Job
from diarflow.runs.remote_files import fetched

job = Job(snakemake)


def prepare(item):
    row = item.row
    with (
        fetched(row["audio"], item.output.audio) as source,
        atomic_write(item.output.audio) as audio,
        atomic_write(item.output.facts) as beside,
    ):
        facts = prepare_audio(source, audio, channel=row["channel"], track=row.get("track"))
        facts["source"]["path"] = shown_location(row["audio"])
        write_facts(beside, facts)
    logging.info("%s", json.dumps(facts))


job.each(prepare)
