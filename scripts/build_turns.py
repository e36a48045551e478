"""Rule build_turns: who speaks when, out of the windows and their clusters."""

from diarflow.artifacts.tables import read_facts, read_rows, write_table
from diarflow.backends import load
from diarflow.embedding.windows import Window
from diarflow.runs.job import Job
from diarflow.timeline.intervals import Interval
from diarflow.turns import BUILDERS

job = Job(snakemake)
build = load(BUILDERS, job.settings)


def one(recording):
    windows = [Window(*row) for row in read_rows(recording.input.windows)]
    labels = [speaker for _, _, speaker in read_rows(recording.input.clusters)]
    segments = [Interval(*row) for row in read_rows(recording.input.segments)]
    facts = read_facts(recording.input.clusters)
    turns = build(windows, labels, segments, recording.input)
    write_table(recording.output.turns, "turns", turns, facts=facts)


job.each(one)
