"""Rule compute_activations: apply a network to all frames of recordings."""

from diarflow.artifacts.arrays import write_array, write_times
from diarflow.backends import load
from diarflow.networks import NETWORKS
from diarflow.runs.job import Job

job = Job(snakemake)
activate = load(NETWORKS, job.settings)


def compute_activations(item):
    activations = activate(item.input.audio)
    write_array(item.output.activations, activations.values)
    write_times(item.output.times, activations.times, **activations.metadata)


job.each(compute_activations)
