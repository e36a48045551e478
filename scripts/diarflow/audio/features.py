"""Cepstral features of a prepared recording.

Features are computed for any range of frames [first, last). All frames lie inside the recording, so those of a range
do not depend on the other frames. The time of a frame is that of its centre.
"""

from typing import Any

import numpy as np

from diarflow.audio.gaussian_divergence import gaussian_divergence
from diarflow.audio.mel import cepstral_coefficients, derivative, mel_power
from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.timeline.intervals import Seconds

FRAME = 512  # samples: 32 ms, as in Yin et al. 2017
HOP = 160  # samples: 10 ms
_DELTA = 4  # frames on each side from which derivatives are computed
_SPAN: Seconds = 3.0  # on each side of a frame, for `span_features`
_FLOOR = 1e-10  # power of the quietest band: -100 dB


def frame_count(samples: int, *, hop: int = HOP) -> int:
    """Return the number of frames in a recording of `samples` samples.

    >>> frame_count(511), frame_count(512), frame_count(672)
    (0, 1, 2)
    >>> frame_count(51_200, hop=372)  # 3.2 s
    137
    """
    return max(0, 1 + (samples - FRAME) // hop)


def frame_time(frame: Any, *, hop: int = HOP) -> Any:
    """Return the time of the centre of a frame, or of an array of frames, in seconds.

    For `frame - 0.5` it is the border between a frame and the one before it.

    >>> frame_time(0), frame_time(100)
    (0.016, 1.016)
    """
    return (frame * hop + FRAME / 2) / SAMPLE_RATE


def cepstrum(
    reader: AudioReader, first: int, last: int, *, count: int = 12, hop: int = HOP
) -> np.ndarray:
    """Return the mel-frequency cepstral coefficients c0, c1, ... of frames [first, last), float32 (frames, count)."""
    if last <= first:
        return np.zeros((0, count), np.float32)
    audio = reader.read(first * hop, (last - first - 1) * hop + FRAME)
    return cepstral_coefficients(mel_power(audio, frame=FRAME, hop=hop), count=count, floor=_FLOOR)


def delta_features(reader: AudioReader, first: int, last: int, *, hop: int) -> np.ndarray:
    """Return the 35 features of Yin et al. 2017, float32 (frames, 35).

    They are c1 to c11, then the first and the second derivatives of c0 to c11 over nine frames. The first and the
    last frame of the recording are repeated as its context.
    """
    static, inside = _cepstrum_with_margin(reader, first, last, margin=_DELTA, hop=hop)
    parts = [static[inside, 1:], _derivative(static, 1)[inside], _derivative(static, 2)[inside]]
    return np.concatenate(parts, axis=1).astype(np.float32)


def span_features(reader: AudioReader, first: int, last: int, *, hop: int) -> np.ndarray:
    """Return the features of Yin et al. 2017 with a long span in place of second derivatives, float32 (frames, 35).

    The last twelve are, for each of c0 to c11, the square root of the divergence (likelihood ratio) between the 3 s
    before a frame and the 3 s from it on. They are 0 for frames with less than 1 s of audio on either side.
    """
    half = round(_SPAN * SAMPLE_RATE / hop)
    static, inside = _cepstrum_with_margin(reader, first, last, margin=half, hop=hop)
    frames = np.arange(inside.start, inside.stop)
    compared = (frames >= half // 3) & (frames <= len(static) - half // 3)
    spans = np.zeros((len(frames), static.shape[1]))
    divergences = gaussian_divergence(
        static, frames[compared], half=half, measure="likelihood-ratio"
    )
    spans[compared] = np.sqrt(np.maximum(divergences, 0.0))
    parts = [static[inside, 1:], _derivative(static, 1)[inside], spans]
    return np.concatenate(parts, axis=1).astype(np.float32)


FEATURE_SETS = {"deltas": delta_features, "spans": span_features}


def _cepstrum_with_margin(
    reader: AudioReader, first: int, last: int, *, margin: int, hop: int
) -> tuple[np.ndarray, slice]:
    """Return the cepstrum of frames [first, last) and of `margin` frames around them, and the slice of the former."""
    start, end = max(0, first - margin), min(frame_count(reader.samples, hop=hop), last + margin)
    return cepstrum(reader, start, end, hop=hop), slice(first - start, last - start)


def _derivative(static: np.ndarray, order: int) -> np.ndarray:
    """Return the derivative of each frame (frames, coefficients), the first and the last frame repeated as context."""
    padded = np.pad(static, ((_DELTA, _DELTA), (0, 0)), mode="edge")
    return derivative(padded, width=2 * _DELTA + 1, order=order)[_DELTA:-_DELTA]
