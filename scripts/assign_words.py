"""Rule assign_words: assign the words of a transcript to the speakers of a system."""

import json
import logging

from diarflow.artifacts.tables import write_table
from diarflow.formats.rttm import read_turns
from diarflow.runs.job import Job
from diarflow.transcripts.assignment import assign_words
from diarflow.transcripts.reading import read_transcript
from diarflow.transcripts.words import place_words

job = Job(snakemake)


def assign(item):
    path = item.row["transcript"]
    words, interpolated, left_out = place_words(read_transcript(path) if path else [])
    assigned = assign_words(words, read_turns(item.input.rttm))
    notes = assigned.notes(interpolated=interpolated, left_out=left_out)
    logging.info("%s: %d words, %s", path, len(assigned.words), notes)
    write_table(item.output.words, "words", assigned.words, metadata={"notes": json.dumps(notes)})


job.each(assign)
