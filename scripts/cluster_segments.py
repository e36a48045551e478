"""Rule cluster_segments: which windows are of the same speaker."""

from diarflow.arrays import read_array
from diarflow.backends import load
from diarflow.clustering import CLUSTERERS
from diarflow.clustering.speakers import Speakers
from diarflow.jobs import Job
from diarflow.rows import read_row
from diarflow.tables import read_table, write_table

job = Job(snakemake)
cluster = load(CLUSTERERS, job.settings)


def one(recording):
    windows = read_table(recording.input.windows)
    start, end = windows["start"], windows["end"]
    speakers = Speakers(**read_row(recording.input.row))
    given = job.settings["speaker_count"] == "given" and speakers.num is not None
    labels = cluster(read_array(recording.input.embeddings), end - start, speakers)
    rows = zip(start, end, labels, strict=True)
    write_table(recording.output.clusters, "clusters", rows, facts={"speakers_given": given})


job.each(one)
