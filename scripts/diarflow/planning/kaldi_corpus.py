"""Corpus from a Kaldi data directory: the audio of `wav.scp`, and the segments of `segments` and `utt2spk`.

`reco2num_spk` gives the numbers of speakers. Other files, such as `reco2dur`, are not read.
"""

import os

from diarflow.formats.kaldi import AUDIO, is_kaldi_directory, read_map
from diarflow.formats.text import shown
from diarflow.planning.corpus_rows import Rows, existing_path
from diarflow.remote import is_remote
from diarflow.settings import Corpus

_COUNTS = "reco2num_spk"


def is_kaldi_corpus(path: str) -> bool:
    """Return whether a folder contains a list of audio files of Kaldi."""
    return os.path.isfile(os.path.join(path, AUDIO))


def read_kaldi_corpus(source: Corpus, *, needs_audio: bool) -> Rows:
    """Return the rows of the recordings in `wav.scp`. Raises InputError if a file of the directory cannot be read.

    A command in `wav.scp` is a mistake, because diarflow runs no commands of its inputs.
    """
    folder = source.recordings or ""
    table, counts_path = os.path.join(folder, AUDIO), os.path.join(folder, _COUNTS)
    counts = read_map(counts_path) if os.path.isfile(counts_path) else {}
    result = Rows()
    for number, (recording, text) in enumerate(read_map(table).items(), 1):
        place = f"{table}:{number}"
        if problem := _problem(text) if needs_audio else "":
            result.problems.append(f"{place}: {shown(text)} {problem}")
            continue
        row = {"recording": recording, "audio": resolved(text, folder)}
        if recording in counts:
            row["num_speakers"] = counts[recording]
        if source.reference is None and is_kaldi_directory(folder):
            row["reference"] = folder
        result.rows.append((place, row))
    return result


def _problem(text: str) -> str:
    """Return why an entry of `wav.scp` is not a file, or ""."""
    if text.endswith("|") or text.startswith("|"):
        return "is a command, expected an audio file; write its output to a file"
    archive, _, offset = text.rpartition(":")
    return "is part of an archive, expected an audio file" if archive and offset.isdecimal() else ""


def resolved(path: str, folder: str) -> str:
    """Return the path of a file that is relative to the current folder or, if it is not there, to `folder`. A URL stays."""
    if is_remote(path):
        return path
    beside = existing_path(os.path.normpath(os.path.join(folder, path)))
    return beside if not os.path.exists(path) and os.path.exists(beside) else existing_path(path)
