"""Cepstral features of a prepared recording, frame by frame, in pieces of any length.

A frame stands for the moment at its centre. Frames lie wholly inside the recording, so a piece of them
is the same whether it is computed alone or with the rest.
"""

import librosa
import numpy as np

from diarflow.audio.gaussian_divergence import divergence
from diarflow.audio.prepared import SAMPLE_RATE, Clip
from diarflow.timeline.intervals import Seconds

FRAME = 512  # samples: 32 ms, as in Yin et al. 2017
HOP = 160  # samples: 10 ms
_DELTA = 4  # frames on each side from which derivatives are taken
_SPAN: Seconds = 3.0  # on each side that the long view compares
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
    static, inside = _around(clip, first, last, margin=_DELTA, hop=hop)
    parts = [static[inside, 1:], _derivative(static, 1)[inside], _derivative(static, 2)[inside]]
    return np.concatenate(parts, axis=1).astype(np.float32)


def with_spans(clip: Clip, first: int, last: int, *, hop: int) -> np.ndarray:
    """The same with a long view in the place of the second derivatives: float32 (frames, 35).

    The last twelve are the square roots of the divergence (likelihood ratio) of 3 s before each frame from
    3 s from it on, for each of c0 to c11; 0 where less than 1 s is on either side.
    """
    half = round(_SPAN * SAMPLE_RATE / hop)
    static, inside = _around(clip, first, last, margin=half, hop=hop)
    frames = np.arange(inside.start, inside.stop)
    seen = (frames >= half // 3) & (frames <= len(static) - half // 3)
    spans = np.zeros((len(frames), static.shape[1]))
    found = divergence(static, frames[seen], half=half, measure="likelihood-ratio")
    spans[seen] = np.sqrt(np.maximum(found, 0.0))
    parts = [static[inside, 1:], _derivative(static, 1)[inside], spans]
    return np.concatenate(parts, axis=1).astype(np.float32)


FEATURES = {"deltas": with_deltas, "spans": with_spans}


def _around(
    clip: Clip, first: int, last: int, *, margin: int, hop: int
) -> tuple[np.ndarray, slice]:
    """The cepstrum of frames [first, last) and of those around them, and where among these they are."""
    start, end = max(0, first - margin), min(frame_count(clip.samples, hop=hop), last + margin)
    return cepstrum(clip, start, end, hop=hop), slice(first - start, last - start)


def _derivative(static: np.ndarray, order: int) -> np.ndarray:
    """Of each frame, over as many frames as there are, the first and the last one repeated."""
    padded = np.pad(static, ((_DELTA, _DELTA), (0, 0)), mode="edge")
    found = librosa.feature.delta(padded, width=2 * _DELTA + 1, order=order, axis=0)
    return found[_DELTA:-_DELTA]
