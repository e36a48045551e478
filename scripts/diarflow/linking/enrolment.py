"""Enrolment: the voices of known people, from recordings in which only they are active."""

import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from diarflow.audio.prepare import prepare_audio
from diarflow.audio.prepared import SAMPLE_RATE
from diarflow.embedding.vectors import unit_vectors
from diarflow.embedding.windows import cut_windows
from diarflow.errors import InputError
from diarflow.linking.voices import Voice
from diarflow.simulation.sources import find_speech
from diarflow.timeline.intervals import Interval, Seconds

_MAX_SECONDS = 300.0  # of speech of a person; more does not make the vector better


def enroll(
    samples: Sequence[Mapping[str, Any]], embed: Callable, *, window: Seconds
) -> tuple[list[Voice], list[str]]:
    """Return the voice of each person in the order of the names, and a sentence for each sample that was left out.

    `samples` have the keys name, audio, start and end. `embed` is that of an embedding backend. Speech is found by its
    level. Raises InputError if no sample can be used.
    """
    problems: list[str] = []
    voices = []
    with tempfile.TemporaryDirectory() as folder:
        audio = _Audio(Path(folder))
        for name in sorted({sample["name"] for sample in samples}):
            own = [sample for sample in samples if sample["name"] == name]
            voice = _enroll_person(name, own, audio, embed, window, problems)
            if voice is None:
                problems.append(f"{name} is not enrolled, because no sample contains speech")
            else:
                voices.append(voice)
    if samples and not voices:
        raise InputError(f"no known person could be enrolled: {problems[0]}")
    return voices, problems


def _enroll_person(
    name: str,
    samples: Sequence[Mapping[str, Any]],
    audio: "_Audio",
    embed: Callable,
    window: Seconds,
    problems: list[str],
) -> Voice | None:
    vectors: list[np.ndarray] = []
    weights: list[float] = []
    seconds = 0.0
    for sample in samples:
        if seconds >= _MAX_SECONDS:
            problems.append(
                f"{sample['audio']}: not used, because {name} has {seconds:.0f} s already"
            )
            continue
        try:
            rows, speech = _embed_sample(sample, audio, embed, window)
        except InputError as error:
            problems.append(str(error))
            continue
        if not speech:
            problems.append(f"{sample['audio']}: no speech")
            continue
        vectors.append(rows)
        weights += [sum(i.end - i.start for i in speech) / len(rows)] * len(rows)
        seconds += sum(interval.end - interval.start for interval in speech)
    if not vectors:
        return None
    stacked, shares = np.concatenate(vectors).astype(np.float64), np.array(weights) / sum(weights)
    coherence = float(np.linalg.norm(shares @ unit_vectors(stacked)))
    logging.info("%s: %.1f s of speech in %d files", name, seconds, len(samples))
    return Voice(name, shares @ stacked, seconds, seconds, coherence, 0.0)


class _Audio:
    """Prepared audio of the samples. That of the last file is kept, since a file may have many samples."""

    def __init__(self, folder: Path):
        self.sample = folder / "sample.wav"
        self._path, self._source = folder / "prepared.wav", ""

    def read(self, sample: Mapping[str, Any]) -> np.ndarray:
        """Return the audio (samples,) of a sample."""
        if sample["audio"] != self._source:
            self._source = ""
            prepare_audio(sample["audio"], self._path)
            self._source = sample["audio"]
        start = round(sample["start"] * SAMPLE_RATE)
        end = None if sample["end"] is None else round(sample["end"] * SAMPLE_RATE)
        return soundfile.read(self._path, start=start, stop=end, dtype="float32")[0]


def _embed_sample(
    sample: Mapping[str, Any], audio: _Audio, embed: Callable, window: Seconds
) -> tuple[np.ndarray, list[Interval]]:
    """Return vectors (windows, dimensions) of a sample, and its speech."""
    samples = audio.read(sample)
    speech = [Interval(a / SAMPLE_RATE, b / SAMPLE_RATE) for a, b in find_speech(samples)]
    if not speech:
        return np.zeros((0, 0)), []
    soundfile.write(audio.sample, samples, SAMPLE_RATE, "PCM_16")
    return embed(audio.sample, cut_windows(speech, length=window, hop=window)), speech
