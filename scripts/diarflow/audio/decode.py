"""Audio as a corpus ships it: opened whatever its header says of its length, decoded up to its end.

Files are cut off by crashes and full disks, and a program that writes to a pipe cannot say how long its file
will be. What is there counts.
"""

import mmap
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import soundfile

from diarflow.errors import InputError, visible

_BLOCK = 1 << 18  # samples read at a time
_RATES = (1000, 768_000)  # Hz; a damaged header that claims 1 Hz would fill the disk


@contextmanager
def opened(path) -> Iterator[soundfile.SoundFile]:
    """The decoder of an audio file. InputError where it cannot be read, is empty, or is no audio."""
    name = visible(path)
    try:
        sound = _open(path, name)
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from error
    except soundfile.LibsndfileError as error:
        raise InputError(f"{name}: not audio that can be read ({error.error_string})") from error
    least, most = _RATES
    with sound:
        if not least <= sound.samplerate <= most:
            said = f"{sound.samplerate} Hz, expected {least} to {most}"
            raise InputError(f"{name}: its rate is {said}")
        yield sound


def _open(path, name: str) -> soundfile.SoundFile:
    with open(path, "rb", opener=_without_waiting) as file:
        state = os.fstat(file.fileno())
        if not stat.S_ISREG(state.st_mode):
            raise InputError(f"{name}: no regular file, expected audio")
        if state.st_size == 0:
            raise InputError(f"{name}: the file is empty, expected audio")
        return soundfile.SoundFile(_sized(file, name, state.st_size) or os.fsencode(path))


def _without_waiting(path, flags: int) -> int:
    """Open a file, and do not wait for anybody to write to it where it is a pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def _sized(file, name: str, size: int) -> mmap.mmap | None:
    """A WAV file of `size` bytes whose data are longer than it says, as if it said how long; else None.

    Programs that write to a pipe, that were killed, or that passed 4 GB leave such files: the length is 0, or
    behind the data is no other chunk, whose name would be letters.
    """
    head = file.read(4096)
    place = head.find(b"data", 12) + 8
    if head[:4] not in (b"RIFF", b"RIFX") or place < 8:
        return None
    order = "little" if head[:4] == b"RIFF" else "big"
    said, there = int.from_bytes(head[place - 4 : place], order), size - place
    file.seek(place + said + said % 2)
    if not there or (said and re.match(rb"[ -~]{3}|$", file.read(3))):
        return None
    if there > 0xFFFFFFFF:
        raise InputError(f"{name}: a WAV of more than 4 GB, expected RF64, W64 or FLAC")
    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)  # the file stays as it is
    mapped[place - 4 : place] = (there - there % 2).to_bytes(4, order)
    return mapped


def decoded(sound: soundfile.SoundFile, path) -> Iterator[np.ndarray]:
    """An opened file's audio in order, float32 (frames, channels), up to where it was cut off.

    Raises InputError where it is damaged and goes on behind that: what follows would be at a wrong time.
    """
    block = np.empty((_BLOCK, sound.channels), np.float32)
    place = 0
    while True:
        try:
            count = len(sound.read(out=block, dtype="float32", always_2d=True))
        except soundfile.LibsndfileError as error:
            count = sound.tell() - place if sound.seekable() else 0
            if _has_an_end(path):
                seconds = (place + count) / sound.samplerate
                raise InputError(f"{visible(path)}: damaged at {seconds:.2f} s") from error
        if count <= 0:
            return
        yield block[:count]
        place += count


def _has_an_end(path) -> bool:
    """Whether the last frame of a file can be decoded."""
    with soundfile.SoundFile(os.fsencode(path)) as sound:
        try:
            sound.seek(sound.frames - 1)
            return len(sound.read(1)) == 1
        except soundfile.LibsndfileError:
            return False
