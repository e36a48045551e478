"""Local speaker probabilities of a powerset segmentation network.

The network estimates which of up to three local speakers are active in each frame of a chunk of 10 s, at most two
at once (Plaquet and Bredin, "Powerset multi-class cross entropy loss for neural speaker diarization", Interspeech
2023). Chunks overlap, and local speakers of different chunks are unrelated. The last chunk is padded with zeros.
Activations are kept in a temporary file (15 MB per hour at a step of 2 s), so memory does not grow with the length
of a recording.
"""

from collections.abc import Callable

import numpy as np

from diarflow.artifacts.arrays import zeros_on_disk
from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.networks.activations import Activations
from diarflow.networks.chunks import CLASSES
from diarflow.networks.onnx import session
from diarflow.timeline.intervals import Seconds

CHUNK = 160_000  # samples: 10 s, the length of the training examples
FRAMES = 589  # of a chunk
_HOP, _FIELD = 270, 991  # samples between frames, and receptive field of a frame
_BATCH = 8  # chunks


def load(*, model: str, device: str, step: Seconds) -> Callable[..., Activations]:
    network = session(model, device=device)
    stride = round(step * SAMPLE_RATE)

    def activate(audio) -> Activations:
        """Return class probabilities, float16 (chunks, 589, 7)."""
        with AudioReader(audio) as reader:
            chunks = chunk_count(reader.samples, stride)
            values = zeros_on_disk((chunks, FRAMES, len(CLASSES)), np.float16)
            for first in range(0, chunks, _BATCH):
                batch = range(first, min(first + _BATCH, chunks))
                waveforms = np.stack([reader.read(chunk * stride, CHUNK) for chunk in batch])
                log_probabilities = network.run(None, {"waveform": waveforms[:, None]})[0]
                values[first : batch.stop] = np.exp(log_probabilities)
            duration = reader.samples / SAMPLE_RATE
        times = (np.arange(FRAMES) * _HOP + _FIELD / 2) / SAMPLE_RATE
        metadata = {"outputs": CLASSES, "chunk_step": step, "duration": duration}
        return Activations(values, times, metadata)

    return activate


def chunk_count(samples: int, stride: int) -> int:
    """Return how many chunks of 10 s, one every `stride` samples, cover a recording.

    >>> [chunk_count(n, 32_000) for n in (0, 1, 160_000, 160_001, 192_000, 192_001)]
    [0, 1, 1, 2, 2, 3]
    """
    return 1 + max(0, -(-(samples - CHUNK) // stride)) if samples else 0
