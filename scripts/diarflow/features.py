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
_DELTA = 4  # frames on each side from which derivatives are taken
_FLOOR = 1e-10  # power of the quietest band: -100 dB


def frame_count(samples: int, *, hop: int = HOP) -> int:
    """Frames in a recording of so many samples.

    >>> frame_count(511), frame_count(512), frame_count(672)
    (0, 1, 2)
    >>> frame_count(51_200, hop=372)  # 3.2 s
    137
    """
    return max(0, 1 + (samples - FRAME) // hop)


def frame_time(frame, *, hop: int = HOP) -> Seconds:
    """The moment at the centre of a frame; of `frame - 0.5`, the border between two.

    >>> frame_time(0), frame_time(100)
    (0.016, 1.016)
    """
    return (frame * hop + FRAME / 2) / SAMPLE_RATE


def cepstrum(clip: Clip, first: int, last: int, *, count: int = 12, hop: int = HOP) -> np.ndarray:
    """Mel-frequency cepstral coefficients c0, c1, ... of frames [first, last): float32 (frames, count)."""
    if last <= first:
        return np.zeros((0, count), np.float32)
    audio = clip.read(first * hop, (last - first - 1) * hop + FRAME)
    power = librosa.feature.melspectrogram(
        y=audio, sr=SAMPLE_RATE, n_fft=FRAME, hop_length=hop, n_mels=40, center=False
    )
    decibels = librosa.power_to_db(power, amin=_FLOOR, top_db=None)
    return librosa.feature.mfcc(S=decibels, n_mfcc=count).T.astype(np.float32)


def with_deltas(clip: Clip, first: int, last: int, *, hop: int) -> np.ndarray:
    """The 35 features of Yin et al. 2017: float32 (frames, 35).

    c1 to c11, then the first and the second derivative of c0 to c11, over nine frames. Before the first
    and after the last frame of the recording those are repeated.
    """
    frames = frame_count(clip.samples, hop=hop)
    start, end = max(0, first - _DELTA), min(frames, last + _DELTA)
    static = cepstrum(clip, start, end, hop=hop)
    margin = (_DELTA - (first - start), _DELTA - (end - last))
    padded = np.pad(static, (margin, (0, 0)), mode="edge")
    one, two = (
        librosa.feature.delta(padded, width=2 * _DELTA + 1, order=order, axis=0) for order in (1, 2)
    )
    inside = slice(_DELTA, _DELTA + last - first)
    return np.concatenate([padded[inside, 1:], one[inside], two[inside]], axis=1).astype(np.float32)
