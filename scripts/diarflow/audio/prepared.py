"""Reading of prepared audio: mono, 16 kHz, 16-bit PCM in a WAV or FLAC file, with a JSON file of facts beside it.

Audio is read block by block, so memory does not grow with the length of a recording.
Each reader rejects a file that is not as long as its header and its facts state.
"""

from collections.abc import Iterator

import numpy as np
import soundfile

from diarflow.audio.facts import check_prepared
from diarflow.errors import InputError, visible
from diarflow.timeline.intervals import Seconds

SAMPLE_RATE = 16_000


def open_prepared(path) -> soundfile.SoundFile:
    """Open prepared audio. Raises InputError if it is damaged."""
    samples = check_prepared(path)
    try:
        sound = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as error:
        raise InputError(
            f"{visible(path)}: damaged: {error.error_string}; the next run makes it again"
        ) from error
    if sound.frames != samples:
        sound.close()
        raise InputError(
            f"{visible(path)}: damaged: {sound.frames} of {samples} samples; the next run makes it again"
        )
    return sound


def write_silence(target, samples: int = 0) -> None:
    """Write a prepared recording of `samples` zeros, in the format of the suffix."""
    format = "FLAC" if str(target).endswith(".flac") else "WAV"
    soundfile.write(target, np.zeros(samples, np.int16), SAMPLE_RATE, "PCM_16", format=format)


def duration(path) -> Seconds:
    """Return the length of a prepared recording in seconds."""
    return check_prepared(path) / SAMPLE_RATE


def read_blocks(path, samples: int) -> Iterator[np.ndarray]:
    """Yield a prepared recording in order, int16, at most `samples` at a time."""
    with open_prepared(path) as sound:
        yield from sound.blocks(samples, dtype="int16")


class AudioReader:
    """Random access to a prepared recording, as a context manager. `samples` is its length."""

    def __init__(self, path):
        self._sound = open_prepared(path)
        self.samples = self._sound.frames

    def read(self, start: int, samples: int) -> np.ndarray:
        """Return samples [start, start + samples) as float32; zeros outside the recording."""
        out = np.zeros(samples, np.float32)
        first, last = max(0, start), min(self.samples, start + samples)
        if last > first:
            self._sound.seek(first)
            out[first - start : last - start] = self._sound.read(last - first, dtype="float32")
        return out

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._sound.close()
