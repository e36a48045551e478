"""Rule score_recording: seconds of each kind of error, one row for each protocol."""

from diarflow.artifacts.placeholders import failed_rule, write_placeholder
from diarflow.artifacts.tables import write_table
from diarflow.formats.rttm import read_comments, read_turns
from diarflow.runs.job import Job
from diarflow.scoring.diarization import score
from diarflow.scoring.hypothesis import SPEAKERS_GIVEN_COMMENT, count_speakers
from diarflow.scoring.prepared_reference import read_prepared_reference

job = Job(snakemake)


def score_hypothesis(item):
    if rule := failed_rule(item.input.reference):
        write_placeholder("scores", item.output.scores, recording=item.id, rule=rule)
        return
    reference = read_prepared_reference(item.input.reference, item.input.uem, item.id)
    hypothesis = read_turns(item.input.rttm)
    extent = reference.scored_extent(hypothesis)
    scores = score(reference.turns, hypothesis, extent, **job.settings)
    columns = (
        count_speakers(reference.turns, extent),
        count_speakers(hypothesis, extent),
        sum(reference.repairs),
        SPEAKERS_GIVEN_COMMENT in read_comments(item.input.rttm),
        failed_rule(item.input.rttm),
        reference.extent_source,
    )
    rows = [
        (item.corpus, item.variant, item.id, protocol, *seconds, *columns)
        for protocol, seconds in scores.items()
    ]
    write_table(item.output.scores, "scores", rows)


job.each(score_hypothesis, include_failed=True)
