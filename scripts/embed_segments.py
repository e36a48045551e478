"""Rule embed_segments: compute a vector for each window of speech, and for each local speaker."""

from diarflow.artifacts.arrays import map_array, write_array
from diarflow.artifacts.tables import read_rows, write_table
from diarflow.audio.prepared import duration
from diarflow.backends import load
from diarflow.embedding import EMBEDDERS
from diarflow.embedding.local_speakers import add_local_speakers
from diarflow.embedding.windows import place_windows
from diarflow.networks.chunks import read_chunks
from diarflow.runs.job import Job
from diarflow.timeline.intervals import Interval

job = Job(snakemake)
compute_vectors = load(EMBEDDERS, job.settings)


def embed(item):
    audio = item.input.audio
    segments = [Interval(*row) for row in read_rows(item.input.segments)]
    overlap = [Interval(*row) for row in read_rows(item.input.overlap)]
    windows = place_windows(segments, overlap, duration=duration(audio), **job.settings)
    frames = item.read("frames", map_array)
    vectors = compute_vectors(audio, windows, *([] if frames is None else [frames]))
    chunks = item.read("activations", read_chunks)
    if chunks is not None:
        windows, vectors = add_local_speakers(chunks, windows, vectors)
    write_array(item.output.embeddings, vectors)
    write_table(item.output.windows, "windows", windows)


job.each(embed)
