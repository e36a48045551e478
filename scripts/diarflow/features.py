"""Cepstral features of a prepared recording, frame by frame, in pieces of any length.

A frame stands for the moment at its centre. Frames lie wholly inside the recording, so a piece of them
is the same whether it is computed alone or with the rest.
"""

import librosa
import numpy as np

from diarflow.audio import SAMPLE_RATE, Clip
from diarflow.intervals import Seconds

FRAME = 512  # samples: 32 ms, as in Yin et al. 2017
HOP = 160  # samples: 10 ms
_FLOOR = 1e-10  # power of the quietest band: -100 dB


def frame_count(samples: int) -> int:
    """Frames in a recording of so many samples.

    >>> frame_count(511), frame_count(512), frame_count(672)
    (0, 1, 2)
    """
    return max(0, 1 + (samples - FRAME) // HOP)


def frame_time(frame) -> Seconds:
    """The moment at the centre of a frame; of `frame - 0.5`, the border between two.

    >>> frame_time(0), frame_time(100)
    (0.016, 1.016)
    """
    return (frame * HOP + FRAME / 2) / SAMPLE_RATE


def mfcc(clip: Clip, first: int, last: int, *, coefficients: int = 11) -> np.ndarray:
    """Cepstral coefficients 1.. of frames [first, last): float32 (frames, coefficients), without c0."""
    if last <= first:
        return np.zeros((0, coefficients), np.float32)
    audio = clip.read(first * HOP, (last - first - 1) * HOP + FRAME)
    power = librosa.feature.melspectrogram(
        y=audio,
        sr=SAMPLE_RATE,
        n_fft=FRAME,
        hop_length=HOP,
        n_mels=40,
        center=False,
    )
    decibels = librosa.power_to_db(power, amin=_FLOOR, top_db=None)
    return librosa.feature.mfcc(S=decibels, n_mfcc=coefficients + 1)[1:].T.astype(np.float32)
