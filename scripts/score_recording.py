"""Rule score_recording: seconds of each kind of error, one row for each protocol."""

from diarflow.artifacts.placeholders import failed_rule, write_placeholder
from diarflow.artifacts.sidecars import read_sidecar
from diarflow.artifacts.tables import write_table
from diarflow.formats.rttm import read_channels
from diarflow.runs.job import Job
from diarflow.scoring.channel_scores import score_channels
from diarflow.scoring.prepared_reference import read_prepared_reference

job = Job(snakemake)


def score_hypothesis(item):
    inputs = [channel.input for channel in item.channels]
    if rule := next(filter(None, (failed_rule(files.reference) for files in inputs)), None):
        write_placeholder("scores", item.output.scores, recording=item.id, rule=rule)
        return
    references = [
        read_prepared_reference(files.reference, files.uem, files.reference_sidecar, channel.id)
        for channel, files in zip(item.channels, inputs, strict=True)
    ]
    hypotheses = read_channels(item.input.rttm, len(references))
    result = score_channels(references, hypotheses, **job.settings)
    facts = read_sidecar(item.input.rttm_sidecar)
    origin = facts.get("speakers_given", False), facts.get("set_aside"), result.extent_source
    rows = [
        (item.corpus, item.variant, item.id, protocol, *seconds, *result.counts, *origin)
        for protocol, seconds in result.scores.items()
    ]
    write_table(item.output.scores, "scores", rows)


job.each(score_hypothesis, include_failed=True)
