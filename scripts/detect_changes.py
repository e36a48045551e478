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


def one(item):
    candidates = find(item.input)
    write_table(item.output.candidates, "candidates", candidates)
    changes = [change for change in candidates if change.score > threshold]
    write_table(item.output.changes, "changes", changes)


job.each(one)
