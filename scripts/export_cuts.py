"""Rule export_cuts: write the audio of each turn as FLAC, and a table of the files."""

from pathlib import Path

from diarflow.atomic import atomic_write
from diarflow.exports.cuts import remove_cuts, render, write_cuts
from diarflow.exports.hypothesis import read_hypothesis
from diarflow.runs.job import Job

job = Job(snakemake)


def write_export(item):
    table = Path(item.output.export)
    facts = [channel.input.facts for channel in item.channels]
    recording = read_hypothesis(item.input.rttm, [channel.id for channel in item.channels], facts)
    remove_cuts(table)
    write_cuts(table.with_suffix(""), recording)
    with atomic_write(table) as temporary:
        temporary.write_text(render(recording), encoding="utf-8")


job.each(write_export, include_failed=True)
