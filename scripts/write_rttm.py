"""Rule write_rttm: turns as NIST RTTM, the speakers named in the order in which they appear."""

from diarflow.artifacts.tables import read_metadata, read_rows
from diarflow.formats.rttm import write_rttm
from diarflow.runs.job import Job
from diarflow.scoring.hypothesis import NUMBER_GIVEN, name_speakers
from diarflow.timeline.intervals import Turn

job = Job(snakemake)


def one(item):
    turns = name_speakers(Turn(*row) for row in read_rows(item.input.turns))
    given = read_metadata(item.input.turns).get("speakers_given") == "True"
    comments = [NUMBER_GIVEN] if given else []
    write_rttm(item.output.rttm, item.id, turns, comments=comments)


job.each(one)
