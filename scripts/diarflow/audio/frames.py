"""Frames of FFmpeg as arrays."""

from typing import Any

import av
import numpy as np

_PLANES = 7  # PyAV 18.1.0 reads beyond the list of planes of a frame with more
_SCALES = {"u8": 2**7, "s16": 2**15, "s32": 2**31, "flt": 1, "dbl": 1}  # of full scale


class FrameConverter:
    """Conversion of decoded frames to arrays."""

    def __init__(self) -> None:
        self._resamplers: dict[tuple[str, str, int], Any] = {}

    def samples(self, frame: Any) -> np.ndarray:
        """Return the samples of a frame, float32 (samples, channels)."""
        name = frame.format.name.removesuffix("p")
        channels = frame.layout.nb_channels
        if name not in _SCALES or (frame.format.is_planar and channels > _PLANES):
            name = name if name in _SCALES else "dbl"
            key = (name, frame.layout.name, frame.sample_rate)
            if key not in self._resamplers:
                self._resamplers[key] = av.AudioResampler(*key)
            [frame] = self._resamplers[key].resample(frame)
        array = frame.to_ndarray()
        array = array.T if frame.format.is_planar else array.reshape(-1, channels)
        if name == "u8":
            array = array.astype(np.int16) - 128
        scale = _SCALES[name]
        return array.astype(np.float32) if scale == 1 else (array / scale).astype(np.float32)
