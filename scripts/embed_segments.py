"""Rule embed_segments: a vector for each window of speech, and for each local speaker of a network's chunks."""

from diarflow.artifacts.arrays import write_array
from diarflow.artifacts.tables import read_rows, write_table
from diarflow.audio.prepared import duration
from diarflow.backends import load
from diarflow.embedding import EMBEDDERS
from diarflow.embedding.local_speakers import with_local_speakers
from diarflow.embedding.windows import place_windows
from diarflow.networks.chunks import read_chunks
from diarflow.runs.job import Job
from diarflow.timeline.intervals import Interval

job = Job(snakemake)
embed = load(EMBEDDERS, job.settings)


def one(item):
    files = item.input
    segments = [Interval(*row) for row in read_rows(files.segments)]
    overlap = [Interval(*row) for row in read_rows(files.overlap)]
    windows = place_windows(segments, overlap, duration=duration(files.audio), **job.settings)
    vectors = embed(files.audio, windows)
    if job.settings.get("network"):
        windows, vectors = with_local_speakers(read_chunks(files.activations), windows, vectors)
    write_array(item.output.embeddings, vectors)
    write_table(item.output.windows, "windows", windows)


job.each(one)
