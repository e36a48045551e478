"""Rule detect_overlap: find the stretches in which two or more people speak."""

from diarflow.backends import load
from diarflow.jobs import Job
from diarflow.overlap import DETECTORS
from diarflow.tables import write_table

job = Job(snakemake)
detect = load(DETECTORS, job.settings)


def one(recording):
    write_table(recording.output.overlap, "overlap", detect(recording.input))


job.each(one)
