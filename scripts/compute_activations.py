"""Rule compute_activations: the output of a network for every frame of recordings."""

from diarflow.artifacts.arrays import write_array, write_times
from diarflow.backends import load
from diarflow.networks import NETWORKS
from diarflow.runs.job import Job

job = Job(snakemake)
activate = load(NETWORKS, job.settings)


def one(item):
    activations, times, facts = activate(item.input.audio)
    write_array(item.output.activations, activations)
    write_times(item.output.times, times, **facts)


job.each(one)
