"""Rule build_turns: who speaks when, out of the windows and their clusters."""

from diarflow.artifacts.tables import read_metadata, read_rows, write_table
from diarflow.backends import load
from diarflow.embedding.windows import Window
from diarflow.runs.job import Job
from diarflow.timeline.intervals import Interval
from diarflow.turns import BUILDERS

job = Job(snakemake)
build = load(BUILDERS, job.settings)


def one(item):
    windows = [Window(*row) for row in read_rows(item.input.windows)]
    labels = [speaker for _, _, speaker in read_rows(item.input.clusters)]
    segments = [Interval(*row) for row in read_rows(item.input.segments)]
    facts = read_metadata(item.input.clusters)
    turns = build(windows, labels, segments, item.input)
    write_table(item.output.turns, "turns", turns, metadata=facts)


job.each(one)
