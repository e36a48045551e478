"""Rule cluster_segments: which windows are of the same speaker."""

from diarflow.artifacts.arrays import read_array
from diarflow.artifacts.tables import read_table, write_table
from diarflow.backends import load
from diarflow.clustering import CLUSTERERS
from diarflow.clustering.oracle import true_speakers
from diarflow.clustering.speakers import Speakers
from diarflow.formats.rttm import read_turns
from diarflow.planning.recording_files import read_row
from diarflow.runs.job import Job

job = Job(snakemake)
cluster = load(CLUSTERERS, job.settings)
count = job.settings.get("speaker_count")


def one(item):
    files = item.input
    windows = read_table(files.windows)
    start, end = windows["start"], windows["end"]
    known = read_row(files.row)
    if perfect := hasattr(files, "reference"):
        turns = read_turns(files.reference)
        known |= {"num": len({turn.speaker for turn in turns}) or None}
        known |= {"truth": true_speakers(start, end, turns)}
    speakers = Speakers(**known)
    given = perfect or (count == "given" and speakers.num is not None)
    vectors = read_array(files.embeddings)
    labels = cluster(vectors, end - start, speakers, windows["chunk"])
    rows = zip(start, end, labels, strict=True)
    write_table(item.output.clusters, "clusters", rows, metadata={"speakers_given": given})


job.each(one)
