"""Rule detect_changes: find the moments at which another speaker takes over."""

from diarflow.backends import load
from diarflow.changes import DETECTORS
from diarflow.jobs import Job
from diarflow.tables import write_table

job = Job(snakemake)
detect = load(DETECTORS, job.settings)


def one(recording):
    write_table(recording.output.changes, "changes", detect(recording.input))


job.each(one)
