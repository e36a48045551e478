"""CAM++ (Wang et al. 2023): 192 dimensions.

The weights are those of 3D-Speaker as ONNX, without the ReLU that their package applies after the last batch norm
(see the model card in resources/models). The network takes the filterbank of Kaldi, minus its mean over the window.
All windows must have one length, so a shorter window is repeated until it is full.
"""

from collections.abc import Callable, Sequence

import kaldi_native_fbank
import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.embedding.window_audio import read_window
from diarflow.embedding.windows import Window
from diarflow.networks.onnx import session
from diarflow.timeline.intervals import Seconds

BANDS, DIMENSIONS = 80, 192
_BATCH = 16  # windows
_FRAME, _HOP = 400, 160  # samples of a frame, and from one frame to the next


def load(
    *,
    model: str,
    network: str | None,
    window: Seconds,
    hop: Seconds | None,
    grid: bool,
    min_speech_ratio: float,
) -> Callable:
    speaker_encoder = session(model)
    samples = max(2 * _FRAME, round(window * SAMPLE_RATE))

    def embed(audio, windows: Sequence[Window]) -> np.ndarray:
        """Return vectors, float32 (windows, 192), of any length."""
        vectors = np.zeros((len(windows), DIMENSIONS), np.float32)
        with AudioReader(audio) as reader:
            for first in range(0, len(windows), _BATCH):
                batch = windows[first : first + _BATCH]
                features = filterbanks(reader, batch, samples)
                features -= features.mean(axis=1, keepdims=True)
                vectors[first : first + _BATCH] = speaker_encoder.run(None, {"fbank": features})[0]
        return vectors

    return embed


def filterbanks(reader: AudioReader, windows: Sequence[Window], samples: int) -> np.ndarray:
    """Return the filterbank of each window, float32 (windows, frames, 80).

    Frames that windows of a grid share are computed once. The result is the same to the last bit.
    """
    starts = [round(window.start * SAMPLE_RATE) for window in windows]
    offsets = [start - starts[0] for start in starts]
    span = offsets[-1] + samples
    full = all(round((window.end - window.start) * SAMPLE_RATE) >= samples for window in windows)
    shared = full and starts[0] + span <= reader.samples and offsets == sorted(offsets)
    if not (shared and span < samples * len(windows)) or any(offset % _HOP for offset in offsets):
        return np.stack([filterbank(read_window(reader, window, samples)) for window in windows])
    frames = filterbank(reader.read(starts[0], span))
    count = 1 + (samples - _FRAME) // _HOP
    return np.stack([frames[offset // _HOP :][:count] for offset in offsets])


def filterbank(audio: np.ndarray) -> np.ndarray:
    """Compute Kaldi's log mel filterbank without dither: float32 (frames, 80), frames of 25 ms every 10 ms.

    Every frame lies completely inside the audio.
    """
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.samp_freq = SAMPLE_RATE
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = BANDS
    bank = kaldi_native_fbank.OnlineFbank(options)
    bank.accept_waveform(SAMPLE_RATE, audio.tolist())
    bank.input_finished()
    return np.stack([bank.get_frame(n) for n in range(bank.num_frames_ready)])
