"""Decoding of audio files, including files with a wrong length in their header and truncated files.

Crashes and full disks truncate files, and a program that writes to a pipe does not know the length of its output.
Such files are decoded up to the end of their data.
"""

import mmap
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import numpy as np
import soundfile

from diarflow.errors import InputError, visible

_BLOCK = 1 << 18  # samples read at once
_RATES = (1000, 768_000)  # Hz; with a damaged header of 1 Hz, resampling would fill the disk


@contextmanager
def open_audio(path) -> Iterator[soundfile.SoundFile]:
    """Open an audio file for decoding.

    Raises InputError if the file cannot be read, is empty, is not audio, or has an implausible sample rate.
    """
    name = visible(path)
    try:
        sound = _open(path, name)
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from error
    except soundfile.LibsndfileError as error:
        raise InputError(f"{name}: not audio that can be read ({error.error_string})") from error
    lowest, highest = _RATES
    with sound:
        if not lowest <= sound.samplerate <= highest:
            raise InputError(
                f"{name}: sample rate is {sound.samplerate} Hz, expected {lowest} to {highest}"
            )
        yield sound


def _open(path, name: str) -> soundfile.SoundFile:
    with open(path, "rb", opener=_open_without_blocking) as file:
        state = os.fstat(file.fileno())
        if not stat.S_ISREG(state.st_mode):
            raise InputError(f"{name}: not a regular file, expected audio")
        if state.st_size == 0:
            raise InputError(f"{name}: the file is empty, expected audio")
        return soundfile.SoundFile(_corrected_wav(file, name, state.st_size) or os.fsencode(path))


def _open_without_blocking(path, flags: int) -> int:
    """Open a file. If it is a pipe, do not wait for a process to write to it."""
    return os.open(path, flags | os.O_NONBLOCK)


def _corrected_wav(file, name: str, size: int) -> mmap.mmap | None:
    """Return a copy-on-write map of a WAV file whose header has been given the true length of the data.

    `size` is the size of the file in bytes. Returns None if the header is correct or the file is not a WAV file.
    Wrong headers are written by programs that write to a pipe, were killed, or passed 4 GB: the length is 0, or no
    further chunk, whose name would consist of letters, follows the data.
    """
    head = file.read(4096)
    start = head.find(b"data", 12) + 8
    if head[:4] not in (b"RIFF", b"RIFX") or start < 8:
        return None
    order: Literal["little", "big"] = "little" if head[:4] == b"RIFF" else "big"
    declared, present = int.from_bytes(head[start - 4 : start], order), size - start
    file.seek(start + declared + declared % 2)
    if not present or (declared and re.match(rb"[ -~]{3}|$", file.read(3))):
        return None
    if present > 0xFFFFFFFF:
        raise InputError(f"{name}: a WAV of more than 4 GB, expected RF64, W64 or FLAC")
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)  # the file itself is not changed
    mapped[start - 4 : start] = (present - present % 2).to_bytes(4, order)
    return mapped


def decode_blocks(sound: soundfile.SoundFile, path) -> Iterator[np.ndarray]:
    """Yield the audio of an open file in order, float32 (frames, channels), up to the point of truncation.

    Raises InputError if the file is damaged before its end, because the audio after the damage would be shifted.
    """
    block = np.empty((_BLOCK, sound.channels), np.float32)
    position = 0
    while True:
        try:
            count = len(sound.read(out=block, dtype="float32", always_2d=True))
        except soundfile.LibsndfileError as error:
            count = sound.tell() - position if sound.seekable() else 0
            if _last_frame_decodes(path):
                seconds = (position + count) / sound.samplerate
                raise InputError(f"{visible(path)}: damaged at {seconds:.2f} s") from error
        if count <= 0:
            return
        yield block[:count]
        position += count


def _last_frame_decodes(path) -> bool:
    """Return True if the last frame of a file can be decoded: the file is damaged, not truncated."""
    with soundfile.SoundFile(os.fsencode(path)) as sound:
        try:
            sound.seek(sound.frames - 1)
            return len(sound.read(1)) == 1
        except soundfile.LibsndfileError:
            return False
