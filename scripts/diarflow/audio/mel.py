"""Mel spectrograms and cepstra, equal bit for bit to those of librosa.

Of librosa, only the mel filters are used: `librosa.feature` compiles functions with numba when it is imported, for half a
minute in a new environment, and needs 3 CPU-seconds in each process afterwards. The tests compare the values.
"""

from functools import cache

import numpy as np
import scipy.fft
import scipy.signal
from numpy.lib.stride_tricks import sliding_window_view

from diarflow.audio.prepared import SAMPLE_RATE

BANDS = 40
_BLOCK = 256 * 1024  # bytes of audio in frames that are transformed at once


def mel_power(audio: np.ndarray, *, frame: int, hop: int) -> np.ndarray:
    """Return the mel power spectrogram of 16 kHz audio, float32 (40, frames), as `librosa.feature.melspectrogram`.

    `frame` and `hop` are in samples. No frame extends over the ends of the audio, which has at least one frame.
    """
    frames = sliding_window_view(audio, frame)[::hop].T
    window = _window(frame)[:, None]
    spectrum = np.zeros((frame // 2 + 1, frames.shape[1]), np.complex64, order="F")
    size = max(1, _BLOCK // (frame * audio.itemsize))
    for start in range(0, frames.shape[1], size):
        part = slice(start, start + size)
        spectrum[:, part] = scipy.fft.rfft(window * frames[:, part], axis=0)
    return np.einsum("ft,mf->mt", np.abs(spectrum) ** 2.0, _filters(frame), optimize=True)


def cepstral_coefficients(power: np.ndarray, *, count: int, floor: float) -> np.ndarray:
    """Return c0, c1, ... of a mel power spectrogram, float32 (frames, count), as `librosa.feature.mfcc` of its decibels.

    `floor` is the power of the quietest band.
    """
    decibels = 10.0 * np.log10(np.maximum(floor, power))
    return scipy.fft.dct(decibels, axis=0, type=2, norm="ortho")[:count].T.astype(np.float32)


def derivative(values: np.ndarray, *, width: int, order: int) -> np.ndarray:
    """Return the derivative over `width` values along the first axis, as `librosa.feature.delta`."""
    return scipy.signal.savgol_filter(values, width, deriv=order, polyorder=order, axis=0)


@cache
def _window(size: int) -> np.ndarray:
    return scipy.signal.get_window("hann", size, fftbins=True)


@cache
def _filters(frame: int) -> np.ndarray:
    from librosa import filters

    return filters.mel(sr=SAMPLE_RATE, n_fft=frame, n_mels=BANDS)
