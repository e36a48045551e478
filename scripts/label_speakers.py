"""Rule label_speakers: write the turns of a recording with people in place of its speakers."""

from functools import cache

from diarflow.artifacts.people_turns import write_people_turns
from diarflow.formats.rttm import read_channels, write_channels
from diarflow.linking.people_table import people_by_recording
from diarflow.runs.job import Job
from diarflow.timeline.intervals import Turn, merge_turns

job = Job(snakemake)
people_of = cache(people_by_recording)


def label(item):
    names = people_of(f"results/{item.corpus}/speakers/{item.variant}.parquet").get(item.id, {})
    rows = [
        (turn.start, turn.end, turn.speaker, names.get(turn.speaker, turn.speaker), channel)
        for channel, turns in enumerate(read_channels(item.input.rttm, len(item.channels)), 1)
        for turn in turns
    ]
    # two speakers of a recording can be one person
    labelled = [
        merge_turns(Turn(start, end, person) for start, end, _, person, of in rows if of == channel)
        for channel in range(1, len(item.channels) + 1)
    ]
    write_channels(item.output.rttm, item.id, labelled)
    write_people_turns(item.output.people, rows)


job.each(label)
