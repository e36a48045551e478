"""Training of a PLDA on recordings of single speakers, as recorded and in a simulated room."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from diarflow.atomic import atomic_write
from diarflow.audio.prepare import prepare_audio
from diarflow.audio.prepared import SAMPLE_RATE, duration
from diarflow.clustering.plda import Plda, train_plda
from diarflow.digests import versions
from diarflow.embedding.windows import cut_windows
from diarflow.errors import InputError
from diarflow.simulation.room import simulate_room
from diarflow.timeline.intervals import Interval, Seconds


def train_on_speakers(
    speakers: Mapping[str, Sequence[Path]],
    embed: Callable,
    *,
    window: Seconds,
    seconds: Seconds,
    dimensions: int,
    seed: int,
) -> tuple[Plda, dict[str, int]]:
    """Train a PLDA on the recordings of each speaker. Return it with the numbers of speakers and windows.

    At most `seconds` of each speaker are used, cut into windows of `window` seconds. Raises InputError unless there
    are more speakers than dimensions.
    """
    if len(speakers) <= dimensions:
        raise InputError(
            f"{len(speakers)} speakers for a PLDA of {dimensions} dimensions. "
            "Add speakers, or reduce `dimensions`."
        )
    vectors, owners = [], []
    for number, paths in enumerate(speakers.values()):
        random = np.random.default_rng([seed, number])
        rows = speaker_vectors(paths, embed, random, window=window, seconds=seconds)
        vectors.append(rows)
        owners += [number] * len(rows)
    model = train_plda(np.concatenate(vectors), np.array(owners), dimensions=dimensions)
    return model, {"speakers": len(speakers), "windows": len(owners)}


def speaker_vectors(
    paths: Sequence[Path],
    embed: Callable,
    random: np.random.Generator,
    *,
    window: Seconds,
    seconds: Seconds,
) -> np.ndarray:
    """Return vectors (n, dimensions) of a speaker's windows: first as recorded, then in a simulated room."""
    with tempfile.TemporaryDirectory() as folder:
        clean, room = Path(folder, "clean.wav"), Path(folder, "room.wav")
        audio = concatenate_recordings(paths, Path(folder, "prepared.wav"), seconds)
        soundfile.write(clean, audio, SAMPLE_RATE, "PCM_16")
        soundfile.write(room, simulate_room(audio[None], random), SAMPLE_RATE, "PCM_16")
        windows = cut_windows([Interval(0.0, duration(clean))], length=window, hop=window)
        return np.concatenate([embed(clean, windows), embed(room, windows)])


def concatenate_recordings(paths: Sequence[Path], temporary: Path, seconds: Seconds) -> np.ndarray:
    """Concatenate the beginnings of recordings, equally long and at most `seconds` together.

    The result is mono at 16 kHz, float32 (samples,). `temporary` is the path of a file that is overwritten.
    """
    samples = round(seconds * SAMPLE_RATE / len(paths))
    parts = []
    for path in paths:
        prepare_audio(path, temporary)
        parts.append(soundfile.read(temporary, samples, dtype="float32")[0])
    return np.concatenate(parts)


def write_card(path, settings: Mapping[str, Any], facts: Mapping[str, int]) -> None:
    """Write the model card of a PLDA: settings, size of the training set, and versions of libraries."""
    libraries = versions("numpy", "scipy", "onnxruntime", "kaldi-native-fbank")
    with atomic_write(path) as beside:
        card = {"settings": dict(settings), **facts, "versions": libraries}
        beside.write_text(json.dumps(card, indent=2, sort_keys=True) + "\n")
