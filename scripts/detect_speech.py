"""Rule detect_speech: find the stretches of recordings that hold speech."""

from diarflow.artifacts.tables import write_table
from diarflow.backends import load
from diarflow.runs.job import Job
from diarflow.speech import DETECTORS

job = Job(snakemake)
detect = load(DETECTORS, job.settings)


def one(item):
    write_table(item.output.speech, "speech", detect(item.input))


job.each(one)
