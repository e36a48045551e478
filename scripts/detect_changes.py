"""Rule detect_changes: detect the moments of recordings at which the active speaker changes."""

import math

from diarflow.artifacts.tables import write_table
from diarflow.backends import load
from diarflow.changes import DETECTORS
from diarflow.formats.rttm import read_turns
from diarflow.networks.activations import read_activations
from diarflow.runs.job import Job

job = Job(snakemake)
settings = dict(job.settings)
threshold = settings.pop("threshold", -math.inf)
detect = load(DETECTORS, settings)


def detect_changes(item):
    candidates = detect(
        audio=item.read("audio"),
        activations=item.read("activations", read_activations),
        reference=item.read("reference", read_turns),
    )
    write_table(item.output.candidates, "candidates", candidates)
    changes = [candidate for candidate in candidates if candidate.score > threshold]
    write_table(item.output.changes, "changes", changes)


job.each(detect_changes)
