"""Files of voices: an array with a vector for each speaker, and a sidecar with the other facts."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from diarflow.artifacts.arrays import read_array, write_array
from diarflow.artifacts.sidecars import read_sidecar, sidecar_path, write_sidecar
from diarflow.linking.voices import Voice
from diarflow.timeline.intervals import Seconds

_DECIMALS = 4  # of facts


class VoiceRow(NamedTuple):
    """A voice of a file: key (corpus, recording, speaker), facts as in `Voice`, and vector (dimensions,), float32."""

    key: tuple[str, str, str]
    talk_time: Seconds
    clean_time: Seconds
    coherence: float
    start: Seconds
    vector: np.ndarray


def write_voices(vectors_path, sidecar, voices: Sequence[Voice], **facts: object) -> None:
    """Write the voices of a recording, or of known people; `facts` are added to the sidecar."""
    dimensions = max((len(voice.vector) for voice in voices), default=0)
    vectors = np.zeros((len(voices), dimensions), np.float32)
    for row, voice in zip(vectors, voices, strict=True):
        row[: len(voice.vector)] = voice.vector
    write_array(vectors_path, vectors)
    speakers = [
        {
            name: value if isinstance(value, str | int) else round(float(value), _DECIMALS)
            for name, value in voice._asdict().items()
            if name != "vector"
        }
        for voice in voices
    ]
    write_sidecar(sidecar, speakers=speakers, **facts)


def read_voices(vectors_path, corpus: str, recording: str | None = None) -> list[VoiceRow]:
    """Return the voices of a file; none if its recording was set aside. The file's name is that of the recording."""
    id = Path(vectors_path).stem if recording is None else recording
    vectors = read_array(vectors_path)
    speakers = read_sidecar(sidecar_path(vectors_path)).get("speakers", [])
    return [
        VoiceRow(
            (corpus, id, row["speaker"]), row["talk_time"], row["clean_time"], row["coherence"], row["start"],
            vector,
        )
        for row, vector in zip(speakers, vectors, strict=True)
    ]  # fmt: skip
