"""Rule import_rttm: rewrite the turns of an imported system in the form of write_rttm."""

import math
from pathlib import Path

from diarflow.errors import InputError
from diarflow.formats.rttm import write_rttm
from diarflow.planning.recording_files import read_row
from diarflow.runs.job import Job
from diarflow.scoring.reference import normalize_turns, read_reference

job = Job(snakemake)


def import_turns(item):
    row = read_row(item.input.row)
    if not Path(row["rttm"]).exists():
        raise InputError(f"{row['rttm']}: does not exist, expected the RTTM of {row['name']}")
    imported = read_reference(row["rttm"], id=item.id, name=row["name"], channel=row["channel"])
    turns, repairs = normalize_turns(imported, duration=math.inf)
    write_rttm(item.output.rttm, item.id, turns, comments=[str(repairs)])


job.each(import_turns)
