"""Frames of CAM++ before its pooling layer, as statistics of blocks of 0.1 s.

Up to its pooling layer, CAM++ (Wang et al. 2023) is convolutional: frames of 512 channels, one every 20 ms. The vector
of a window is computed from the mean and the deviation of its frames. So one pass over a recording serves windows of
any length (`diarflow.embedding.pooled`), where separate windows would compute each second several times.

The network runs over pieces. Its context layers average over all frames of their input, so that a frame also depends
on the other speakers of its piece. Therefore a piece is no longer than a window (docs/decisions/0008-short-pieces.md).

Statistics are kept in a temporary file (74 MB per hour), so memory does not grow with the length of a recording.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from diarflow.artifacts.arrays import zeros_on_disk
from diarflow.audio.prepared import AudioReader
from diarflow.embedding.campplus import filterbank
from diarflow.errors import InputError
from diarflow.networks.activations import Activations
from diarflow.networks.onnx import model_path, session
from diarflow.timeline.intervals import Seconds

CHANNELS = 512
BLOCK: Seconds = 0.1
_FRAMES = "/layers/layers.7/relu/Relu_output_0"  # output of the last layer before the pooling layer
_HOP, _FIELD = 160, 400  # samples from one frame of the filterbank to the next, and of one frame
_BANDS_PER_FRAME, _BANDS_PER_BLOCK = 2, 10  # frames of the filterbank
_FRAMES_PER_BLOCK = _BANDS_PER_BLOCK // _BANDS_PER_FRAME
_PIECES_AT_ONCE = 8  # a quarter less time than one by one, and hardly more memory
_SHORTEST = 60  # frames of the filterbank; shorter audio is repeated


def load(*, model: str, device: str, piece: Seconds, margin: Seconds) -> Callable[..., Activations]:
    network = session(_with_frames(model), device=device)
    length, extra = (_BANDS_PER_BLOCK * max(1, round(s / BLOCK)) for s in (piece, margin))
    extra = extra if margin else 0

    def frames(bands: np.ndarray) -> np.ndarray:
        """Return frames, float32 (pieces, frames, channels), from bands (pieces, 2 * frames, bands)."""
        bands = bands - bands.mean(axis=1, keepdims=True)
        return network.run([_FRAMES], {"fbank": bands})[0].transpose(0, 2, 1)

    def activate(audio) -> Activations:
        """Return mean and deviation of the channels in each block, float16 (blocks, 1024)."""
        with AudioReader(audio) as reader:
            shortest = _FIELD + (_SHORTEST - 1) * _HOP
            if not reader.samples:
                return _activations(np.zeros((0, 2 * CHANNELS), np.float16))
            if reader.samples < shortest:
                bands = filterbank(np.resize(reader.read(0, reader.samples), shortest))
                count = max(1, reader.samples // (_HOP * _BANDS_PER_BLOCK))
                statistics = block_statistics(frames(bands[None])[0])[:count]
                return _activations(statistics.astype(np.float16))
            total = 1 + (reader.samples - _FIELD) // _HOP
            values = zeros_on_disk((total // _BANDS_PER_BLOCK, 2 * CHANNELS), np.float16)
            pieces = list(_pieces(len(values), total, length, extra))
            for group in _equally_long(pieces):
                inputs = [
                    filterbank(reader.read(p.begin * _HOP, (p.end - p.begin - 1) * _HOP + _FIELD))
                    for p in group
                ]
                for piece, output in zip(group, frames(np.stack(inputs)), strict=True):
                    kept = output[(piece.first - piece.begin) // _BANDS_PER_FRAME :]
                    kept = kept[: (piece.last - piece.first) // _BANDS_PER_FRAME]
                    block = piece.first // _BANDS_PER_BLOCK
                    statistics = block_statistics(kept)
                    values[block : block + len(statistics)] = statistics
        return _activations(values)

    return activate


class _Piece(NamedTuple):
    """Frames of the filterbank from `first` to `last`, and with the margins from `begin` to `end`."""

    first: int
    last: int
    begin: int
    end: int


def _pieces(blocks: int, total: int, length: int, extra: int) -> Iterator[_Piece]:
    for first in range(0, _BANDS_PER_BLOCK * blocks, length):
        last = min(first + length, _BANDS_PER_BLOCK * blocks)
        begin, end = max(0, first - extra), min(total, last + extra)
        begin = max(0, min(begin, end - _SHORTEST)) // _BANDS_PER_BLOCK * _BANDS_PER_BLOCK
        yield _Piece(first, last, begin, end)


def _equally_long(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Yield groups of successive pieces of one length, for the network to process at once."""
    for _, equal in groupby(pieces, key=lambda piece: piece.end - piece.begin):
        group = list(equal)
        for start in range(0, len(group), _PIECES_AT_ONCE):
            yield group[start : start + _PIECES_AT_ONCE]


def block_statistics(frames: np.ndarray) -> np.ndarray:
    """Return mean and deviation of frames (n, channels) in each complete block, float32 (blocks, 2 * channels)."""
    blocks = len(frames) // _FRAMES_PER_BLOCK
    frames = frames[: blocks * _FRAMES_PER_BLOCK].reshape(blocks, _FRAMES_PER_BLOCK, -1)
    return np.concatenate([frames.mean(axis=1), frames.std(axis=1)], axis=1)


def pool_blocks(statistics: np.ndarray) -> np.ndarray:
    """Return mean and deviation of all frames of some blocks (blocks, 2 * channels): float32 (2 * channels,)."""
    statistics = statistics.astype(np.float32)
    means, deviations = np.split(statistics, 2, axis=1)
    mean = means.mean(axis=0)
    variance = (deviations**2).mean(axis=0) + ((means - mean) ** 2).mean(axis=0)
    count = len(means) * _FRAMES_PER_BLOCK
    return np.concatenate([mean, np.sqrt(variance * count / (count - 1))])  # as the network pools


def _activations(values: np.ndarray) -> Activations:
    times = (np.arange(len(values)) + 0.5) * BLOCK
    return Activations(values, times, {"outputs": ["mean", "deviation"], "channels": CHANNELS})


def _with_frames(model: str) -> bytes:
    """Return the content of a CAM++ model with one more output: the frames before the pooling layer."""
    import onnx

    graph = onnx.load(model_path(model))
    if not any(_FRAMES in node.output for node in graph.graph.node):
        raise InputError(f"{model}: expected CAM++, but the model has no layer {_FRAMES}")
    graph.graph.output.append(
        onnx.helper.make_tensor_value_info(_FRAMES, onnx.TensorProto.FLOAT, None)
    )
    return graph.SerializeToString()


def read_head(model: str) -> tuple[np.ndarray, np.ndarray]:
    """Return weights (192, 1024) and bias (192,) of the layer of a CAM++ model that follows the pooling layer."""
    import onnx

    graph = onnx.load(model_path(model)).graph
    values = {tensor.name: tensor for tensor in graph.initializer}
    last = [node for node in graph.node if node.op_type == "Conv"][-1]
    weights, bias = (onnx.numpy_helper.to_array(values[name]) for name in last.input[1:])
    if weights.shape[1:] != (2 * CHANNELS, 1):
        raise InputError(
            f"{model}: expected CAM++, but its last layer has the shape {weights.shape}"
        )
    return weights[:, :, 0], bias
