"""Rule build_turns: build speaker turns from windows and their clusters."""

from diarflow.artifacts.arrays import map_array, read_array
from diarflow.artifacts.tables import read_metadata, read_rows, write_table
from diarflow.backends import load
from diarflow.embedding.windows import Window
from diarflow.networks.chunks import read_chunks
from diarflow.runs.job import Job
from diarflow.timeline.intervals import Interval
from diarflow.turns import BUILDERS

job = Job(snakemake)
build = load(BUILDERS, job.settings)


def read_as(row_type):
    return lambda path: [row_type(*row) for row in read_rows(path)]


def build_turns(item):
    # dense: the second embedding, if the variant names one
    turns = build(
        item.read("windows", read_as(Window)),
        [speaker for _, _, speaker in read_rows(item.input.clusters)],
        segments=item.read("segments", read_as(Interval)),
        overlap=item.read("overlap", read_as(Interval)),
        activations=item.read("activations", read_chunks),
        vectors=item.read("embeddings", read_array),
        frames=item.read("frames", map_array),
        dense_windows=item.read("dense_windows", read_as(Window)),
        dense_vectors=item.read("dense", read_array),
    )
    # the metadata `speakers_given` states whether the number of speakers was given
    write_table(item.output.turns, "turns", turns, metadata=read_metadata(item.input.clusters))


job.each(build_turns)
