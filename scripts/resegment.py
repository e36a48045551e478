"""Rule resegment: split speech into segments at the speaker changes."""

from diarflow.artifacts.tables import read_rows, write_table
from diarflow.runs.job import Job
from diarflow.timeline.intervals import Interval
from diarflow.timeline.resegment import resegment

job = Job(snakemake)


def resegment_speech(item):
    speech = [Interval(*row) for row in read_rows(item.input.speech)]
    changes = [time for time, _ in read_rows(item.input.changes)]
    write_table(item.output.segments, "segments", resegment(speech, changes, **job.settings))


job.each(resegment_speech)
