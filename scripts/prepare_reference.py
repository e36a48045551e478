"""Rule prepare_reference: each recording's own reference, repaired, and the stretch that is scored."""

import logging

from diarflow.audio import duration
from diarflow.formats.rttm import write_rttm
from diarflow.formats.uem import write_uem
from diarflow.jobs import Job
from diarflow.reference import last_end, read_extent, read_reference, repair
from diarflow.rows import read_row

job = Job(snakemake)


def one(recording):
    row = read_row(recording.input.row)
    names = {"recording": row["recording"], "name": row["name"]}
    given = read_reference(row["reference"], **names, channel=row["channel"])
    seconds = duration(recording.input.audio) or last_end(given)
    turns, repairs = repair(given, duration=seconds)
    extent = read_extent(row["uem"], **names, duration=seconds)
    logging.info("%s: %d turns, %s", row["reference"], len(turns), repairs)
    write_rttm(recording.output.reference, recording.recording, turns, comments=[str(repairs)])
    write_uem(recording.output.uem, recording.recording, extent)


# the reference of a recording that was set aside is what its empty hypothesis is scored against
job.each(one, marked_too=True)
