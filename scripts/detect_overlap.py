"""Rule detect_overlap: find the stretches in which two or more people speak."""

from diarflow.artifacts.tables import write_table
from diarflow.backends import load
from diarflow.overlap import DETECTORS
from diarflow.runs.job import Job

job = Job(snakemake)
detect = load(DETECTORS, job.settings)


def one(item):
    write_table(item.output.overlap, "overlap", detect(item.input))


job.each(one)
