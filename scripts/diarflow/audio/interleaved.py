"""Audio of a call: the prepared audio of its channels, interleaved."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import numpy as np
import soundfile

from diarflow.audio.prepared import SAMPLE_RATE, open_prepared

_BLOCK = 1 << 16  # samples of each channel that are held in memory
_MAX_WAV_BYTES = 2**32 - 4096  # a WAV file counts its bytes with 32 bits


def read_interleaved(paths: Sequence[str]) -> Iterator[np.ndarray]:
    """Yield the samples of channels in blocks, int16 (samples, channels). Shorter channels end with silence."""
    with ExitStack() as stack:
        sounds = [stack.enter_context(open_prepared(path)) for path in paths]
        for _ in range(0, max(sound.frames for sound in sounds), _BLOCK):
            parts = [sound.read(_BLOCK, dtype="int16") for sound in sounds]
            block = np.zeros((max(map(len, parts)), len(parts)), np.int16)
            for channel, part in enumerate(parts):
                block[: len(part), channel] = part
            yield block


def write_interleaved(target, paths: Sequence[str]) -> None:
    """Write the prepared audio of channels to one WAV file; to an RF64 file if it is too long for WAV."""
    with ExitStack() as stack:
        sounds = [stack.enter_context(open_prepared(path)) for path in paths]
        size = 2 * len(sounds) * max(sound.frames for sound in sounds)
    format = "WAV" if size < _MAX_WAV_BYTES else "RF64"
    with soundfile.SoundFile(target, "w", SAMPLE_RATE, len(paths), "PCM_16", format=format) as out:
        for block in read_interleaved(paths):
            out.write(block)
