"""Rule cluster_segments: assign a speaker to each window and local speaker."""

from diarflow.artifacts.arrays import read_array
from diarflow.artifacts.tables import read_table, write_table
from diarflow.clustering.assignment import load_assignment
from diarflow.clustering.embeddings import make_embeddings
from diarflow.clustering.speaker_counts import SpeakerCounts
from diarflow.formats.rttm import read_turns
from diarflow.runs.job import Job

job = Job(snakemake)
assign = load_assignment(job.settings)


def cluster(item):
    windows = read_table(item.input.windows)
    embeddings = make_embeddings(read_array(item.input.embeddings), windows)
    counts = SpeakerCounts(**item.row)
    clusters, given = assign(embeddings, counts, item.read("reference", read_turns))
    rows = zip(windows["start"], windows["end"], clusters, strict=True)
    write_table(item.output.clusters, "clusters", rows, metadata={"speakers_given": given})


job.each(cluster)
