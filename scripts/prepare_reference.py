"""Rule prepare_reference: normalize the turns of a recording's reference, and determine its extent."""

import logging
import math

from diarflow.audio.prepared import duration
from diarflow.planning.recording_files import read_row
from diarflow.runs.job import Job
from diarflow.scoring.prepared_reference import PreparedReference, write_prepared_reference
from diarflow.scoring.reference import last_end, normalize_turns, read_extent, read_reference

job = Job(snakemake)


def prepare(item):
    row = read_row(item.input.row)
    names = {"id": item.id, "name": row["name"]}
    turns = read_reference(row["reference"], **names, channel=row["channel"])
    if audio := getattr(item.input, "audio", None):
        seconds = duration(audio) or last_end(turns)  # the audio of a failed recording is empty
    else:
        seconds = math.inf
    turns, repairs = normalize_turns(turns, duration=seconds)
    reference = PreparedReference(
        turns, repairs, *read_extent(row["uem"], **names, duration=seconds)
    )
    logging.info("%s: %d turns, %s", row["reference"], len(turns), repairs)
    write_prepared_reference(item.output.reference, item.output.uem, item.id, reference)


# Recordings that were set aside need a reference too: their hypothesis is empty, and it is scored.
job.each(prepare, include_failed=True)
