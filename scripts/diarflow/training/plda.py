"""A PLDA trained on recordings of single speakers: as they are, and as heard in a room."""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from diarflow.atomic import written_whole
from diarflow.audio.prepared import SAMPLE_RATE, duration, prepare_audio
from diarflow.clustering.plda import Plda, train
from diarflow.digests import versions
from diarflow.embedding.windows import cut_windows
from diarflow.errors import InputError
from diarflow.simulation.room import in_a_room
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
    """A PLDA of windows of the speakers' recordings, and how much it was trained on.

    Raises InputError where there are no more speakers than dimensions.
    """
    if len(speakers) <= dimensions:
        raise InputError(
            f"{len(speakers)} speakers for a PLDA of {dimensions} dimensions, expected more of them"
        )
    vectors, owners = [], []
    for number, paths in enumerate(speakers.values()):
        random = np.random.default_rng([seed, number])
        found = speaker_vectors(paths, embed, random, window=window, seconds=seconds)
        vectors.append(found)
        owners += [number] * len(found)
    model = train(np.concatenate(vectors), np.array(owners), dimensions=dimensions)
    return model, {"speakers": len(speakers), "windows": len(owners)}


def speaker_vectors(
    paths: Sequence[Path],
    embed: Callable,
    random: np.random.Generator,
    *,
    window: Seconds,
    seconds: Seconds,
) -> np.ndarray:
    """Vectors (n, dimensions) of a speaker's windows, side by side: first as recorded, then in a room.

    No more than so many `seconds` of all recordings are used, of each the beginning.
    """
    with tempfile.TemporaryDirectory() as folder:
        clean, room = Path(folder, "clean.wav"), Path(folder, "room.wav")
        audio = joined(paths, Path(folder, "one.wav"), seconds)
        soundfile.write(clean, audio, SAMPLE_RATE, "PCM_16")
        soundfile.write(room, in_a_room(audio[None], random), SAMPLE_RATE, "PCM_16")
        windows = cut_windows([Interval(0.0, duration(clean))], length=window, hop=window)
        return np.concatenate([embed(clean, windows), embed(room, windows)])


def joined(paths: Sequence[Path], beside: Path, seconds: Seconds) -> np.ndarray:
    """The recordings behind each other, an equal part of each at most, mono 16 kHz; float32 (samples,)."""
    part = round(seconds * SAMPLE_RATE / len(paths))
    found = []
    for path in paths:
        prepare_audio(path, beside)
        found.append(soundfile.read(beside, part, dtype="float32")[0])
    return np.concatenate(found)


def write_card(path, settings: Mapping[str, Any], facts: Mapping[str, int]) -> None:
    """What a PLDA was trained on, and how."""
    libraries = versions("numpy", "scipy", "onnxruntime", "kaldi-native-fbank")
    with written_whole(path) as beside:
        card = {"settings": dict(settings), **facts, "versions": libraries}
        beside.write_text(json.dumps(card, indent=2, sort_keys=True) + "\n")
