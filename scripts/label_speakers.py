"""Rule label_speakers: write the turns of a recording with people in place of its speakers."""

from functools import cache

from diarflow.formats.rttm import read_channels, write_channels
from diarflow.linking.people_table import people_by_recording
from diarflow.runs.job import Job
from diarflow.timeline.intervals import merge_turns

job = Job(snakemake)
people = cache(people_by_recording)


def label(item):
    names = people(f"results/{item.corpus}/speakers/{item.variant}.parquet").get(item.id, {})
    channels = read_channels(item.input.rttm, len(item.channels))
    labelled = [
        # two speakers of a recording can be one person
        merge_turns(turn._replace(speaker=names.get(turn.speaker, turn.speaker)) for turn in turns)
        for turns in channels
    ]
    write_channels(item.output.rttm, item.id, labelled)


job.each(label)
