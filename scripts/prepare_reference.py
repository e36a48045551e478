"""Rule prepare_reference: each recording's own reference, repaired, and the stretch that is scored."""

import logging
import math

from diarflow.audio.prepared import duration
from diarflow.formats.rttm import write_rttm
from diarflow.formats.uem import write_uem
from diarflow.planning.recording_files import read_row
from diarflow.runs.job import Job
from diarflow.scoring.reference import EXTENT, last_end, read_extent, read_reference, repair

job = Job(snakemake)


def one(item):
    row = read_row(item.input.row)
    names = {"recording": row["recording"], "name": row["name"]}
    given = read_reference(row["reference"], **names, channel=row["channel"])
    heard = getattr(item.input, "audio", None)
    known = "audio" if heard else "turns"
    seconds = (duration(heard) or last_end(given)) if heard else math.inf
    turns, repairs = repair(given, duration=seconds)
    extent = []
    if heard or row["uem"]:
        extent = read_extent(row["uem"], **names, duration=seconds)
    logging.info("%s: %d turns, %s", row["reference"], len(turns), repairs)
    write_rttm(item.output.reference, item.id, turns, comments=[str(repairs)])
    comments = [EXTENT + ("uem" if row["uem"] else known)]
    write_uem(item.output.uem, item.id, extent, comments=comments)


# the reference of a recording that was set aside is what its empty hypothesis is scored against
job.each(one, include_failed=True)
