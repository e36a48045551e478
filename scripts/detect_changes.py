"""Rule detect_changes: find the moments at which another speaker takes over."""

import math

from diarflow.artifacts.tables import write_table
from diarflow.backends import load
from diarflow.changes import DETECTORS
from diarflow.runs.job import Job

job = Job(snakemake)
settings = dict(job.settings)
threshold = settings.pop("threshold", -math.inf)
find = load(DETECTORS, settings)


def one(recording):
    candidates = find(recording.input)
    write_table(recording.output.candidates, "candidates", candidates)
    changes = [change for change in candidates if change.score > threshold]
    write_table(recording.output.changes, "changes", changes)


job.each(one)
