"""Rule embed_segments: a vector for each window of speech."""

from diarflow.arrays import write_array
from diarflow.backends import load
from diarflow.embedding import EMBEDDERS
from diarflow.embedding.windows import cut_windows
from diarflow.intervals import Interval
from diarflow.jobs import Job
from diarflow.tables import read_rows, write_table

job = Job(snakemake)
embed = load(EMBEDDERS, job.settings)


def one(recording):
    segments = [Interval(*row) for row in read_rows(recording.input.segments)]
    overlap = [Interval(*row) for row in read_rows(recording.input.overlap)]
    windows = cut_windows(segments, overlap, length=job.settings["window"], hop=job.settings["hop"])
    write_array(recording.output.embeddings, embed(recording.input.audio, windows))
    write_table(recording.output.windows, "windows", windows)


job.each(one)
