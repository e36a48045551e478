"""Rule write_rttm: write turns as NIST RTTM, with the speakers named in order of appearance."""

from diarflow.artifacts.sidecars import write_sidecar
from diarflow.artifacts.tables import read_metadata, read_rows
from diarflow.formats.rttm import write_rttm
from diarflow.runs.job import Job
from diarflow.scoring.hypothesis import name_speakers
from diarflow.timeline.intervals import Turn

job = Job(snakemake)


def export_turns(item):
    turns = name_speakers(Turn(*row) for row in read_rows(item.input.turns))
    is_number_given = read_metadata(item.input.turns).get("speakers_given") == "True"
    write_rttm(item.output.rttm, item.id, turns)
    write_sidecar(item.output.sidecar, speakers_given=is_number_given)


job.each(export_turns)
