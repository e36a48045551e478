"""Rule detect_speech: detect the intervals of recordings that contain speech."""

from diarflow.artifacts.tables import write_table
from diarflow.backends import load
from diarflow.formats.rttm import read_turns
from diarflow.networks.activations import read_activations
from diarflow.runs.job import Job
from diarflow.speech import DETECTORS

job = Job(snakemake)
detect = load(DETECTORS, job.settings)


def detect_speech(item):
    speech = detect(
        audio=item.read("audio"),
        activations=item.read("activations", read_activations),
        reference=item.read("reference", read_turns),
    )
    write_table(item.output.speech, "speech", speech)


job.each(detect_speech)
