"""Resemblyzer and k-means: what people build from the package's demo and scikit-learn.

Speech as the package's own preprocessing finds it (WebRTC VAD, its settings), but each sample keeps its place in the
recording; the package's windows of 1.6 s, 1.3 of them a second; k-means over them, with the number of speakers that is given
or else the one of 2 to 10 with the best silhouette.
"""

import numpy as np
import torch
from session import Turn, run

SEED = 0
MOST_SPEAKERS = 10


def speech_mask(samples: np.ndarray) -> np.ndarray:
    """Which samples `resemblyzer.audio.trim_long_silences` keeps, bool (samples,)."""
    import webrtcvad
    from resemblyzer import hparams
    from scipy.ndimage import binary_dilation, uniform_filter1d

    size = hparams.vad_window_length * hparams.sampling_rate // 1000
    vad = webrtcvad.Vad(3)
    pcm = np.round(samples * 32767).astype(np.int16)
    windows = pcm[: len(pcm) // size * size].reshape(-1, size)
    voiced = [vad.is_speech(one.tobytes(), hparams.sampling_rate) for one in windows]
    width = hparams.vad_moving_average_width
    smooth = uniform_filter1d(np.array(voiced, float), width, mode="constant", origin=-1)
    dilated = binary_dilation(np.round(smooth) > 0, np.ones(hparams.vad_max_silence_length + 1))
    return np.repeat(dilated, size)


def speakers_of(vectors: np.ndarray, number: int | None) -> np.ndarray:
    """A cluster for each vector (windows,)."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    most = min(MOST_SPEAKERS, len(vectors) - 1)
    wanted = [min(number, len(vectors))] if number else range(2, most + 1)
    found = [KMeans(k, n_init=10, random_state=SEED).fit_predict(vectors) for k in wanted]
    if not found:
        return np.zeros(len(vectors), int)
    return (
        max(found, key=lambda labels: silhouette_score(vectors, labels)) if found[1:] else found[0]
    )


def runs(labels: np.ndarray):
    """First, last (exclusive) and value of each run of one value.

    >>> [(int(a), int(b), int(v)) for a, b, v in runs(np.array([3, 3, 1]))]
    [(0, 2, 3), (2, 3, 1)]
    """
    borders = np.flatnonzero(np.diff(labels)) + 1
    starts = np.concatenate([[0], borders])
    ends = np.concatenate([borders, [len(labels)]])
    return zip(starts, ends, labels[starts], strict=True)


def load():
    torch.set_num_threads(1)
    import soundfile
    from resemblyzer import VoiceEncoder, hparams, normalize_volume

    encoder = VoiceEncoder("cpu", verbose=False)

    def diarize(audio, num_speakers):
        samples, rate = soundfile.read(audio, dtype="float32")
        samples = normalize_volume(samples, hparams.audio_norm_target_dBFS, increase_only=True)
        mask = speech_mask(samples)
        kept = np.flatnonzero(mask)
        if not len(kept):
            return
        _, vectors, places = encoder.embed_utterance(samples[kept], return_partials=True)
        centres = np.array([(place.start + place.stop) / 2 for place in places])
        window = np.searchsorted((centres[1:] + centres[:-1]) / 2, np.arange(len(kept)))
        speaker = np.full(len(mask), -1)
        speaker[kept] = speakers_of(vectors, num_speakers)[window]
        for start, end, who in runs(speaker):
            if who >= 0:
                yield Turn(start / rate, end / rate, f"SPEAKER_{who:02d}")

    return diarize


if __name__ == "__main__":
    run(load, ["resemblyzer", "torch", "scikit-learn", "numpy"])
