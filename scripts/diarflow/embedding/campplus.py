"""CAM++ (Wang et al. 2023): 192 dimensions, of windows of any one length.

The weights are 3D-Speaker's, as ONNX, without the ReLU that the package which carries them puts behind the
last batch norm (see the card in resources/models). Its input is Kaldi's filterbank, which
kaldi-native-fbank computes, less its mean over the window. A shorter window is repeated until it is full.
"""

from collections.abc import Callable, Sequence

import kaldi_native_fbank
import numpy as np

from diarflow.audio.prepared import SAMPLE_RATE, Clip
from diarflow.embedding.windows import Window
from diarflow.networks.onnx import session
from diarflow.timeline.intervals import Seconds

BANDS, DIMENSIONS = 80, 192
_BATCH = 16
_LEAST = 400  # samples: what one frame of the filterbank hears
_STEP = 160  # samples from one frame to the next


def load(
    *,
    model: str,
    network: str | None,
    window: Seconds,
    hop: Seconds | None,
    grid: bool,
    least_speech: float,
) -> Callable:
    speaker_encoder = session(model)
    samples = max(2 * _LEAST, round(window * SAMPLE_RATE))

    def embed(path, windows: Sequence[Window]) -> np.ndarray:
        """Vectors, float32 (windows, 192); their length says nothing."""
        found = np.zeros((len(windows), DIMENSIONS), np.float32)
        with Clip(path) as clip:
            for first in range(0, len(windows), _BATCH):
                batch = windows[first : first + _BATCH]
                features = filterbanks(clip, batch, samples)
                features -= features.mean(axis=1, keepdims=True)
                found[first : first + _BATCH] = speaker_encoder.run(None, {"fbank": features})[0]
        return found

    return embed


def filterbanks(clip: Clip, windows: Sequence[Window], samples: int) -> np.ndarray:
    """The filterbank of each window, float32 (windows, frames, 80).

    Windows of a grid overlap: frames that they share are computed once, and are the same to the last bit.
    """
    starts = [round(one.start * SAMPLE_RATE) for one in windows]
    offsets = [start - starts[0] for start in starts]
    span = offsets[-1] + samples
    full = all(round((one.end - one.start) * SAMPLE_RATE) >= samples for one in windows)
    shared = full and starts[0] + span <= clip.samples and offsets == sorted(offsets)
    if not (shared and span < samples * len(windows)) or any(one % _STEP for one in offsets):
        return np.stack([filterbank(filled(clip, one, samples)) for one in windows])
    frames = filterbank(clip.read(starts[0], span))
    count = 1 + (samples - _LEAST) // _STEP
    return np.stack([frames[one // _STEP :][:count] for one in offsets])


def filterbank(audio: np.ndarray) -> np.ndarray:
    """Kaldi's log mel filterbank, no dither: float32 (frames, 80), 25 ms every 10 ms, wholly inside."""
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.samp_freq = SAMPLE_RATE
    options.frame_opts.dither = 0.0
    options.mel_opts.num_bins = BANDS
    bank = kaldi_native_fbank.OnlineFbank(options)
    bank.accept_waveform(SAMPLE_RATE, audio.tolist())
    bank.input_finished()
    return np.stack([bank.get_frame(n) for n in range(bank.num_frames_ready)])


def filled(clip: Clip, window: Window, samples: int) -> np.ndarray:
    """A window's audio, repeated until it is so many samples; float32 (samples,)."""
    first = round(window.start * SAMPLE_RATE)
    count = min(samples, max(1, round((window.end - window.start) * SAMPLE_RATE)))
    return np.resize(clip.read(first, count), samples)
