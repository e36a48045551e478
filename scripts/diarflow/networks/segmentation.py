"""Who speaks in each frame of 10 s, among up to three local speakers, two of them at once.

The powerset network of Plaquet and Bredin, "Powerset multi-class cross entropy loss for neural speaker
diarization" (Interspeech 2023). It runs over chunks that overlap; a local speaker of one chunk is not known
to be that of another. The last chunk is filled up with zeros. What it gives waits in a temporary file
(15 MB an hour at a step of 2 s), so that memory does not grow with the length of a recording.
"""

from collections.abc import Callable

import numpy as np

from diarflow.artifacts.arrays import on_disk
from diarflow.audio.prepared import SAMPLE_RATE, Clip
from diarflow.networks.chunks import CLASSES
from diarflow.networks.onnx import session
from diarflow.timeline.intervals import Seconds

CHUNK = 160_000  # samples: 10 s, what the network was trained on
FRAMES = 589
_HOP, _FIELD = 270, 991  # samples from one frame to the next, and those that one frame hears
_BATCH = 8


def load(*, model: str, step: Seconds) -> Callable:
    network = session(model)
    stride = round(step * SAMPLE_RATE)

    def activate(path) -> tuple[np.ndarray, np.ndarray, dict]:
        """Probabilities, float16 (chunks, 589, 7), of the sets of local speakers; times of a chunk's frames."""
        with Clip(path) as clip:
            chunks = chunk_count(clip.samples, stride)
            found = on_disk((chunks, FRAMES, len(CLASSES)), np.float16)
            for first in range(0, chunks, _BATCH):
                batch = range(first, min(first + _BATCH, chunks))
                audio = np.stack([clip.read(one * stride, CHUNK) for one in batch])[:, None]
                found[first : batch.stop] = np.exp(network.run(None, {"waveform": audio})[0])
            duration = clip.samples / SAMPLE_RATE
        facts = {"outputs": CLASSES, "chunk_step": step, "duration": duration}
        return found, (np.arange(FRAMES) * _HOP + _FIELD / 2) / SAMPLE_RATE, facts

    return activate


def chunk_count(samples: int, stride: int) -> int:
    """Chunks of 10 s, one every `stride` samples, that hold all of a recording.

    >>> [chunk_count(n, 32_000) for n in (0, 1, 160_000, 160_001, 192_000, 192_001)]
    [0, 1, 1, 2, 2, 3]
    """
    return 1 + max(0, -(-(samples - CHUNK) // stride)) if samples else 0
