"""Run Resemblyzer as in the demo of the package, with the k-means of scikit-learn, on one CPU thread.

    .venv-resemblyzer/bin/python bench/peers/resemblyzer_program.py LIST FOLDER
    .venv-resemblyzer/bin/python bench/peers/resemblyzer_program.py AUDIO RTTM NUM_SPEAKERS

LIST contains the paths of the recordings, one on each line. FOLDER/{recording}.rttm is written for each. With a number of
speakers, one recording is processed.

Speech is detected as in the package (WebRTC VAD with the settings of the package). Unlike there, times refer to the
recording with its silences. The windows of the package (1.6 s long, 1.3 windows per second) are clustered by k-means,
with the given number of speakers or else the number from 2 to 10 with the highest silhouette.
"""

import sys
from pathlib import Path

import numpy as np
import torch

SEED = 0
MAX_SPEAKERS = 10


def speech_mask(samples: np.ndarray) -> np.ndarray:
    """Return whether `resemblyzer.audio.trim_long_silences` keeps each sample, bool (samples,)."""
    import webrtcvad
    from resemblyzer import hparams
    from scipy.ndimage import binary_dilation, uniform_filter1d

    size = hparams.vad_window_length * hparams.sampling_rate // 1000
    vad = webrtcvad.Vad(3)
    pcm = np.round(samples * 32767).astype(np.int16)
    windows = pcm[: len(pcm) // size * size].reshape(-1, size)
    is_speech = [vad.is_speech(window.tobytes(), hparams.sampling_rate) for window in windows]
    width = hparams.vad_moving_average_width
    smooth = uniform_filter1d(np.array(is_speech, float), width, mode="constant", origin=-1)
    dilated = binary_dilation(np.round(smooth) > 0, np.ones(hparams.vad_max_silence_length + 1))
    return np.repeat(dilated, size)


def cluster(vectors: np.ndarray, num_speakers: int | None) -> np.ndarray:
    """Return the cluster of each vector (windows,)."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import silhouette_score

    max_count = min(MAX_SPEAKERS, len(vectors) - 1)
    counts = [min(num_speakers, len(vectors))] if num_speakers else range(2, max_count + 1)
    candidates = [
        KMeans(count, n_init=10, random_state=SEED).fit_predict(vectors) for count in counts
    ]
    if not candidates:
        return np.zeros(len(vectors), int)
    if len(candidates) == 1:
        return candidates[0]
    return max(candidates, key=lambda labels: silhouette_score(vectors, labels))


def equal_runs(labels: np.ndarray):
    """Return start index, end index (exclusive) and value of each run of equal values.

    >>> [(int(a), int(b), int(v)) for a, b, v in equal_runs(np.array([3, 3, 1]))]
    [(0, 2, 3), (2, 3, 1)]
    """
    borders = np.flatnonzero(np.diff(labels)) + 1
    starts = np.concatenate([[0], borders])
    ends = np.concatenate([borders, [len(labels)]])
    return zip(starts, ends, labels[starts], strict=True)


def diarize(encoder, path: str, num_speakers: int | None):
    """Yield start and end in seconds and the speaker of each turn."""
    import soundfile
    from resemblyzer import hparams, normalize_volume

    samples, rate = soundfile.read(path, dtype="float32")
    samples = normalize_volume(samples, hparams.audio_norm_target_dBFS, increase_only=True)
    mask = speech_mask(samples)
    kept = np.flatnonzero(mask)
    if not len(kept):
        return
    _, vectors, slices = encoder.embed_utterance(samples[kept], return_partials=True)
    centres = np.array([(part.start + part.stop) / 2 for part in slices])
    # for each kept sample, the window with the nearest centre
    nearest_window = np.searchsorted((centres[1:] + centres[:-1]) / 2, np.arange(len(kept)))
    speaker = np.full(len(mask), -1)
    speaker[kept] = cluster(vectors, num_speakers)[nearest_window]
    for start, end, number in equal_runs(speaker):
        if number >= 0:
            yield start / rate, end / rate, f"SPEAKER_{number:02d}"


def main(source: str, target: str, num_speakers: str | None = None) -> None:
    from resemblyzer import VoiceEncoder

    torch.set_num_threads(1)
    encoder = VoiceEncoder("cpu", verbose=False)
    pairs = [(source, Path(target))]
    if num_speakers is None:
        paths = Path(source).read_text().splitlines()
        pairs = [(path, Path(target, Path(path).stem + ".rttm")) for path in paths]
    for path, rttm in pairs:
        with rttm.open("w") as file:
            for start, end, speaker in diarize(encoder, path, int(num_speakers or 0) or None):
                fields = ("SPEAKER", rttm.stem, 1, f"{start:.6f}", f"{end - start:.6f}", "<NA> <NA>", speaker, "<NA> <NA>")  # fmt: skip
                print(*fields, file=file)


if __name__ == "__main__":
    main(*sys.argv[1:])
