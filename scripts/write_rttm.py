"""Rule write_rttm: write turns as NIST RTTM, with the speakers named in order of appearance."""

from diarflow.artifacts.sidecars import write_sidecar
from diarflow.artifacts.tables import read_metadata, read_rows
from diarflow.formats.rttm import write_channels
from diarflow.runs.job import Job
from diarflow.scoring.hypothesis import name_channel_speakers
from diarflow.timeline.intervals import Turn

job = Job(snakemake)


def export_turns(item):
    row = item.row or {}
    paths = [channel.input.turns for channel in item.channels]
    channels = [[Turn(*row) for row in read_rows(path)] for path in paths]
    turns = name_channel_speakers(channels, row.get("speakers", ()))
    is_number_given = any(read_metadata(path).get("speakers_given") == "True" for path in paths)
    write_channels(item.output.rttm, item.id, turns)
    write_sidecar(item.output.sidecar, speakers_given=is_number_given)


job.each(export_turns)
