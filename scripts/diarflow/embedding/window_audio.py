"""Audio of a window, at the length that a network takes."""

import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.embedding.windows import Window


def read_window(reader: AudioReader, window: Window, samples: int) -> np.ndarray:
    """Return `samples` samples of a window, float32. A shorter window is repeated, a longer one is cut."""
    first = round(window.start * SAMPLE_RATE)
    count = min(samples, max(1, round((window.end - window.start) * SAMPLE_RATE)))
    return np.resize(reader.read(first, count), samples)
