"""Rule import_rttm: the turns of a system that is none of this workflow's, as this workflow writes them."""

import math
from pathlib import Path

from diarflow.errors import InputError
from diarflow.formats.rttm import write_rttm
from diarflow.planning.recording_files import read_row
from diarflow.runs.job import Job
from diarflow.scoring.reference import normalize_turns, read_reference

job = Job(snakemake)


def one(item):
    row = read_row(item.input.row)
    if not Path(row["rttm"]).exists():
        raise InputError(f"{row['rttm']}: not there, expected the RTTM of {row['name']}")
    names = {"id": item.id, "name": row["name"]}
    given = read_reference(row["rttm"], **names, channel=row["channel"])
    turns, repairs = normalize_turns(given, duration=math.inf)
    write_rttm(item.output.rttm, item.id, turns, comments=[str(repairs)])


job.each(one)
