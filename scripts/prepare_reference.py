"""Rule prepare_reference: normalize the turns of a recording's reference, and determine its extent."""

import logging
import math

from diarflow.audio.prepared import duration
from diarflow.remote import shown_location
from diarflow.runs.job import Job
from diarflow.runs.remote_files import fetched
from diarflow.scoring.prepared_reference import PreparedReference, write_prepared_reference
from diarflow.scoring.recording_lines import RecordingLines
from diarflow.scoring.reference import check_placement, make_extent, read_reference, read_scored
from diarflow.scoring.repairs import last_end, normalize_turns

job = Job(snakemake)


def prepare(item):
    row = item.row
    with fetched(row["reference"], item.output.reference) as path:
        prepare_from(path, row, item)


def prepare_from(path, row, item):
    uem = row["uem"]
    lines = RecordingLines.from_row(row, "reference")
    uem_lines = RecordingLines.from_row(row, "uem") if uem else lines
    scored = read_scored(uem, uem_lines) if uem else None
    turns, unscored, notes = read_reference(path, lines, scored=scored)
    audio = getattr(item.input, "audio", None)
    seconds = duration(audio) if audio else math.inf
    is_placed = seconds > 0  # the audio of a failed recording is empty
    if is_placed:
        check_placement(turns, path=path, name=row["name"], duration=seconds)
    else:
        seconds = last_end(turns)
    extent, source, extent_notes = make_extent(
        uem, scored, uem_lines, duration=seconds, unscored=unscored, is_placed=is_placed
    )
    turns, repairs = normalize_turns(turns, duration=seconds)
    reference = PreparedReference(turns, repairs, extent, source, notes + extent_notes)
    logging.info("%s: %d turns, %s", shown_location(row["reference"]), len(turns), repairs)
    paths = item.output.reference, item.output.uem, item.output.sidecar
    write_prepared_reference(*paths, item.id, reference)


# Recordings that were set aside need a reference too: their hypothesis is empty, and it is scored.
job.each(prepare, include_failed=True)
