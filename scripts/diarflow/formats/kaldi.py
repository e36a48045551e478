"""Kaldi data directories: the segments with the speakers of `utt2spk`.

A recording that is not in `wav.scp` is a channel of a file, if `reco2file_and_channel` contains it.
"""

import os
from pathlib import Path

from diarflow.errors import InputError
from diarflow.formats.records import RecordFile
from diarflow.formats.text import read_source_lines

AUDIO, SEGMENTS, SPEAKERS = "wav.scp", "segments", "utt2spk"
CHANNELS = "reco2file_and_channel"


def is_kaldi_directory(path) -> bool:
    """Return whether a folder contains the segments and speakers of Kaldi."""
    return all(os.path.isfile(os.path.join(path, name)) for name in (SEGMENTS, SPEAKERS))


def read(path, selection=None) -> RecordFile:
    """Read the segments. Raises InputError if a file of the directory cannot be read."""
    file = RecordFile(path, unit=f"{SEGMENTS} line")
    speakers = read_map(Path(path, SPEAKERS))
    audio, channels = Path(path, AUDIO), Path(path, CHANNELS)
    names = read_map(audio) if audio.is_file() else {}
    places = read_map(channels) if channels.is_file() else {}
    places = {key: place for key, place in places.items() if key not in names}
    for number, text in enumerate(read_source_lines(Path(path, SEGMENTS)), 1):
        if not text.strip():
            continue
        fields = text.split()
        if len(fields) != 4:
            file.add_problem(number, f"{len(fields)} fields, expected 4")
            continue
        utterance, recording, start, end = fields
        name, _, channel = places.get(recording, recording).partition(" ")
        speaker = speakers.get(utterance, "")
        problem = "" if speaker else f"{SPEAKERS} has no speaker of {utterance}"
        file.add_turn(name, number, start, end, speaker, channel=channel.strip(), problem=problem)
    return file


def read_map(path) -> dict[str, str]:
    """Return the lines of a file of Kaldi: the first field, and the rest of the line.

    Raises InputError for a line without a second field, or with a first field that appears twice.
    """
    values: dict[str, str] = {}
    for number, text in enumerate(read_source_lines(path), 1):
        if not text.strip():
            continue
        key, _, value = text.strip().replace("\t", " ").partition(" ")
        if not value.strip():
            raise InputError(f"{path}:{number}: 1 field, expected at least 2")
        if key in values:
            raise InputError(f"{path}:{number}: {key} appears twice")
        values[key] = value.strip()
    return values
