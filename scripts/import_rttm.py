"""Rule import_rttm: rewrite the turns of an imported system in the form of write_rttm."""

import math
from pathlib import Path

from diarflow.artifacts.placeholders import failed_rule, write_placeholder
from diarflow.artifacts.sidecars import write_sidecar
from diarflow.audio.prepared import duration
from diarflow.errors import InputError
from diarflow.formats.rttm import write_channels
from diarflow.runs.job import Job
from diarflow.scoring.notes import joined_notes
from diarflow.scoring.recording_lines import RecordingLines
from diarflow.scoring.reference import check_placement, read_reference
from diarflow.scoring.repairs import normalize_turns, sum_repairs

job = Job(snakemake)


def read_channel(channel):
    row = channel.row
    path, name = row["rttm"], row["name"]
    if not Path(path).exists():
        raise InputError(f"{path}: does not exist, expected the RTTM of {name}")
    imported = read_reference(path, RecordingLines.from_row(row, "rttm"))
    audio = getattr(channel.input, "audio", None)
    if audio and (seconds := duration(audio)):  # the audio of a failed recording is empty
        check_placement(imported.turns, path=path, name=name, duration=seconds)
    return *normalize_turns(imported.turns, duration=math.inf), imported.notes


def import_turns(item):
    programs = [getattr(channel.input, "external", None) for channel in item.channels]
    if rule := next(filter(None, (failed_rule(path) for path in programs if path)), None):
        for kind, path in vars(item.output).items():
            write_placeholder(kind, path, recording=item.id, rule=rule)
        return
    turns, repairs, notes = zip(*map(read_channel, item.channels), strict=True)
    write_channels(item.output.rttm, item.id, turns)
    sidecar = {"repairs": sum_repairs(repairs)._asdict(), "notes": joined_notes(notes)}
    write_sidecar(item.output.sidecar, **sidecar)


# An imported system has turns also where the audio of the recording could not be prepared.
job.each(import_turns, include_failed=True)
