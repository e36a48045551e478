"""Local speaker probabilities of a segmentation network of pyannote.audio, from a checkpoint or from Hugging Face.

The network may be powerset or multilabel, with any number of local speakers and any length of chunks. The activations
have the form of the backend `segmentation`: up to three local speakers in each chunk, at most two at once.
"""

import logging
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from diarflow.artifacts.arrays import zeros_on_disk
from diarflow.audio.prepared import SAMPLE_RATE, AudioReader
from diarflow.embedding.pyannote import choose_device, load_network
from diarflow.errors import InputError
from diarflow.networks.activations import Activations
from diarflow.networks.chunks import CLASSES
from diarflow.networks.local_speakers import Converted, convert_multilabel, convert_powerset
from diarflow.timeline.intervals import Seconds

_BATCH = 8  # chunks


def load(
    *, model: str, token_variable: str, device: str, step: Seconds
) -> Callable[..., Activations]:
    network = load_network(model, os.environ.get(token_variable) or None)
    convert = _converter(network, model)
    length = round(network.specifications.duration * SAMPLE_RATE)
    stride = round(step * SAMPLE_RATE)
    if stride > length:
        raise InputError(
            f"{model}: chunks are {length / SAMPLE_RATE:g} s long, and step is {step:g} s, expected at most their length"
        )
    chosen_device = None  # not before a child process was forked

    def activate(audio) -> Activations:
        """Return class probabilities, float16 (chunks, frames, 7)."""
        import torch

        nonlocal chosen_device
        if chosen_device is None:
            chosen_device = choose_device(device)
            network.to(chosen_device)
        crowded = full_frames = 0
        with AudioReader(audio) as reader, torch.inference_mode():
            chunks = 1 + max(0, -(-(reader.samples - length) // stride)) if reader.samples else 0
            values = zeros_on_disk((chunks, network.num_frames(length), len(CLASSES)), np.float16)
            for first in range(0, chunks, _BATCH):
                batch = range(first, min(first + _BATCH, chunks))
                waveforms = np.stack([reader.read(chunk * stride, length) for chunk in batch])
                inputs = torch.from_numpy(waveforms)[:, None].to(chosen_device)
                for chunk, output in zip(batch, network(inputs).cpu().numpy(), strict=True):
                    converted = convert(output)
                    values[chunk] = converted.classes
                    crowded += converted.is_crowded
                    full_frames += converted.full_frames
            duration = reader.samples / SAMPLE_RATE
        if crowded or full_frames:
            logging.info(
                "%s: %d of %d chunks have more than three local speakers, %d of %d frames more than two at once; "
                "the most active ones are kept", audio, crowded, chunks, full_frames, values.shape[0] * values.shape[1],
            )  # fmt: skip
        field = network.receptive_field
        times = field.start + np.arange(values.shape[1]) * field.step + field.duration / 2
        metadata = {"outputs": CLASSES, "chunk_step": step, "duration": duration}
        return Activations(values, times, metadata)

    return activate


def _converter(network: Any, model: str) -> Callable[[np.ndarray], Converted]:
    """Return the function that converts the output (frames, outputs) of a chunk. Raises InputError for other networks."""
    from pyannote.audio.core.task import Problem, Resolution
    from pyannote.audio.utils.powerset import Powerset

    specifications = network.specifications
    problem = getattr(specifications, "problem", None)  # a tuple of several tasks has none
    is_multilabel = problem == Problem.MULTI_LABEL_CLASSIFICATION
    is_powerset = problem == Problem.MONO_LABEL_CLASSIFICATION and specifications.powerset
    if not (is_multilabel or is_powerset) or specifications.resolution != Resolution.FRAME:
        raise InputError(
            f"{model}: not a network for segmentation, expected one that is powerset or multilabel, with frames"
        )
    if network.hparams.sample_rate != SAMPLE_RATE or network.hparams.num_channels != 1:
        raise InputError(
            f"{model}: takes {network.hparams.num_channels} channels at {network.hparams.sample_rate} Hz, "
            f"expected one at {SAMPLE_RATE}"
        )
    if is_multilabel:
        return convert_multilabel
    powerset = Powerset(len(specifications.classes), specifications.powerset_max_classes)
    members = powerset.mapping.numpy() > 0

    def convert(log_probabilities: np.ndarray) -> Converted:
        return convert_powerset(np.exp(log_probabilities), members)

    return convert
