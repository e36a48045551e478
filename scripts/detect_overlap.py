"""Rule detect_overlap: detect the intervals of recordings in which two or more speakers are active."""

from diarflow.artifacts.tables import write_table
from diarflow.backends import load
from diarflow.formats.rttm import read_turns
from diarflow.networks.activations import read_activations
from diarflow.overlap import DETECTORS
from diarflow.runs.job import Job

job = Job(snakemake)
detect = load(DETECTORS, job.settings)


def detect_overlap(item):
    overlap = detect(
        audio=item.read("audio"),
        activations=item.read("activations", read_activations),
        reference=item.read("reference", read_turns),
    )
    write_table(item.output.overlap, "overlap", overlap)


job.each(detect_overlap)
