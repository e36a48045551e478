"""Rule collect_evidence: collect numbers that tell how certain each piece of a turn is."""

from diarflow.artifacts.arrays import read_array
from diarflow.artifacts.placeholders import failed_rule, write_placeholder
from diarflow.artifacts.sidecars import read_sidecar
from diarflow.artifacts.tables import read_rows
from diarflow.confidence.evidence import collect_evidence
from diarflow.confidence.tables import write_evidence
from diarflow.embedding.windows import Window
from diarflow.formats.rttm import read_channels
from diarflow.networks.chunks import read_chunks
from diarflow.runs.job import Job

job = Job(snakemake)


def collect(item):
    if rule := failed_rule(item.input.rttm):
        write_placeholder("evidence", item.output.evidence, recording=item.id, rule=rule)
        return
    count = len(item.channels)
    paths = [path for path in item.files("other_") if not failed_rule(path)]
    others = [read_channels(path, count) for path in paths]
    evidence = []
    for number, (channel, turns) in enumerate(
        zip(item.channels, read_channels(item.input.rttm, count), strict=True)
    ):
        windows, vectors, chunks = read_source(channel.input)
        evidence.append(
            collect_evidence(
                turns, windows=windows, vectors=vectors, chunks=chunks,
                others=[channels[number] for channels in others],
            )
        )  # fmt: skip
    is_given = read_sidecar(item.input.rttm_sidecar).get("speakers_given", False)
    write_evidence(item.output.evidence, evidence, is_number_given=is_given)


def read_source(files):
    """Return windows, vectors and chunks of a channel; None for what its source does not have."""
    if not hasattr(files, "windows") or failed_rule(files.windows):
        return None, None, None
    windows = [Window(*row) for row in read_rows(files.windows)]
    has_network = hasattr(files, "activations") and not failed_rule(files.times)
    return (
        windows,
        read_array(files.embeddings),
        read_chunks(files.activations) if has_network else None,
    )


# another system, or the source, that failed on a recording gives no evidence
job.each(collect, include_failed=True)
