"""Rule assign_words: assign the words of a transcript to the speakers of a system."""

import logging

from diarflow.artifacts.tables import write_table
from diarflow.formats.rttm import read_turns
from diarflow.planning.recording_files import read_row
from diarflow.runs.job import Job
from diarflow.transcripts.assignment import assign_words
from diarflow.transcripts.reading import read_transcript
from diarflow.transcripts.words import place_words

job = Job(snakemake)


def assign(item):
    path = read_row(item.input.row)["transcript"]
    words, interpolated, left_out = place_words(read_transcript(path) if path else [])
    assigned = assign_words(words, read_turns(item.input.rttm))
    notes = {
        "words": len(assigned.words),
        "times interpolated": interpolated,
        "left out without times": left_out,
        "assigned to the nearest turn": assigned.nearest,
        "without a speaker": assigned.without_speaker,
        "moved to the speaker of their sentence": assigned.moved,
    }
    logging.info("%s: %s", path, notes)
    write_table(item.output.words, "words", assigned.words, metadata=notes)


job.each(assign)
