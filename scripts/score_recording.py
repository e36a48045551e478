"""Rule score_recording: seconds of each kind of error, by protocol."""

from diarflow.artifacts.placeholders import failed_rule, write_placeholder
from diarflow.artifacts.tables import write_table
from diarflow.formats.rttm import read_comments, read_turns
from diarflow.formats.uem import read_uem
from diarflow.runs.job import Job
from diarflow.scoring.diarization import score
from diarflow.scoring.hypothesis import NUMBER_GIVEN, count_speakers
from diarflow.scoring.reference import EXTENT, Repairs, span

job = Job(snakemake)


def one(item):
    files, name = item.input, item.id
    if mark := failed_rule(files.reference):
        return write_placeholder("scores", item.output.scores, recording=name, rule=mark)
    truth, found = read_turns(files.reference), read_turns(files.rttm)
    taken_from = next((c for c in read_comments(files.uem) if c.startswith(EXTENT)), EXTENT)
    extent = read_uem(files.uem).get(name, [])
    if taken_from == EXTENT + "turns":
        extent = span([*truth, *found])
    counts = (count_speakers(truth, extent), count_speakers(found, extent))
    repairs = Repairs.parse(read_comments(files.reference))
    given = NUMBER_GIVEN in read_comments(files.rttm)
    rows = [
        (item.corpus, item.variant, name, protocol, *one, *counts, sum(repairs), given,
         failed_rule(files.rttm), taken_from.removeprefix(EXTENT))
        for protocol, one in score(truth, found, extent, **job.settings).items()
    ]  # fmt: skip
    write_table(item.output.scores, "scores", rows)


job.each(one, include_failed=True)
