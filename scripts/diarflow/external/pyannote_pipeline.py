"""Pipelines of pyannote.audio, from a local folder or from Hugging Face."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from diarflow.embedding.pyannote import allow_torchaudio_without_extension, choose_device
from diarflow.errors import InputError
from diarflow.timeline.intervals import Turn


def load(*, pipeline: str, token_variable: str, device: str, exclusive: bool) -> Callable:
    """Load a pipeline once. Return the function that gives the turns of a recording.

    The function takes the path of prepared audio, and the number of speakers as the row has it (`num`, `min`,
    `max`). It raises InputError if the pipeline has no output without overlap although `exclusive` is true.
    """
    diarizer = _load_pipeline(pipeline, os.environ.get(token_variable) or None)
    chosen_device = None

    def diarize(audio, speakers: Mapping[str, int | None]) -> list[Turn]:
        import torch

        nonlocal chosen_device
        if chosen_device is None:  # not before a child process was forked
            chosen_device = choose_device(device)
            diarizer.to(torch.device(chosen_device))
        bounds = {f"{bound}_speakers": count for bound, count in speakers.items() if count}
        annotation = _annotation(diarizer(_waveform(audio), **bounds), exclusive=exclusive)
        return [
            Turn(turn.start, turn.end, speaker)
            for turn, _, speaker in annotation.itertracks(yield_label=True)
        ]

    return diarize


def _load_pipeline(pipeline: str, token: str | None) -> Any:
    """Return a pipeline. Raises InputError if it cannot be loaded; the message does not contain the token."""
    os.environ["PYANNOTE_METRICS_ENABLED"] = "0"  # do not send usage statistics
    import torch

    allow_torchaudio_without_extension()
    from pyannote.audio import Pipeline

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    place = Path(pipeline)
    try:
        loaded = Pipeline.from_pretrained(place if place.exists() else pipeline, token=token)
    except Exception as error:
        reason = str(error).replace(token, "***") if token else str(error)
        raise InputError(f"pipeline {pipeline}: cannot be loaded ({reason})") from None
    if loaded is None:
        raise InputError(f"pipeline {pipeline}: cannot be downloaded. Does it need a token?")
    return loaded


def _waveform(audio) -> dict[str, Any]:
    """Return the samples of prepared audio in the form that pyannote.audio takes; it cannot decode without torchcodec."""
    import soundfile
    import torch

    samples, rate = soundfile.read(audio, dtype="float32")
    return {
        "waveform": torch.from_numpy(samples)[None],
        "sample_rate": rate,
        "uri": Path(audio).stem,
    }


def _annotation(output: Any, *, exclusive: bool) -> Any:
    """Return the annotation in the output of a pipeline, whose form depends on its version."""
    if exclusive:
        annotation = getattr(output, "exclusive_speaker_diarization", None)
        if annotation is None:
            raise InputError(
                "the pipeline has no output without overlap, expected exclusive: false"
            )
        return annotation
    return getattr(output, "speaker_diarization", output)
