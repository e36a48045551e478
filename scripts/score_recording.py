"""Rule score_recording: seconds of each kind of error, one row for each protocol."""

from diarflow.artifacts.placeholders import failed_rule, write_placeholder
from diarflow.artifacts.sidecars import read_sidecar
from diarflow.artifacts.tables import write_table
from diarflow.formats.rttm import read_turns
from diarflow.runs.job import Job
from diarflow.scoring.diarization import score
from diarflow.scoring.hypothesis import count_speakers
from diarflow.scoring.prepared_reference import read_prepared_reference

job = Job(snakemake)


def score_hypothesis(item):
    if rule := failed_rule(item.input.reference):
        write_placeholder("scores", item.output.scores, recording=item.id, rule=rule)
        return
    paths = item.input.reference, item.input.uem, item.input.reference_sidecar
    reference = read_prepared_reference(*paths, item.id)
    hypothesis = read_turns(item.input.rttm)
    facts = read_sidecar(item.input.rttm_sidecar)
    extent = reference.scored_extent(hypothesis)
    scores = score(reference.turns, hypothesis, extent, **job.settings)
    columns = (
        count_speakers(reference.turns, extent),
        count_speakers(hypothesis, extent),
        sum(reference.repairs),
        facts.get("speakers_given", False),
        facts.get("set_aside"),
        reference.extent_source,
    )
    rows = [
        (item.corpus, item.variant, item.id, protocol, *seconds, *columns)
        for protocol, seconds in scores.items()
    ]
    write_table(item.output.scores, "scores", rows)


job.each(score_hypothesis, include_failed=True)
