"""Mixing of channels: the mean of all, unless channels cancel each other or most are silent."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from diarflow.audio.blocks import Block

_ACTIVE = 1e-3  # of the power of the loudest second: 30 dB below it; quieter seconds and channels are silent
_CANCELLED = 0.2  # of the power of the mean of independent channels: 7 dB below it
_CANCELLED_SHARE = 0.05  # of the active seconds
_QUIET = 0.1  # of the power of the loudest channel: 10 dB below it


class Mix(NamedTuple):
    """Weights of the channels, and a sentence about them; "" for the mean of all channels."""

    weights: tuple[float, ...]
    note: str = ""

    def of(self, block: np.ndarray) -> np.ndarray:
        """Return the mix of a block (samples, channels), float32 (samples,)."""
        if not self.note:
            return block.mean(axis=1)
        return (block @ np.array(self.weights)).astype(np.float32)


class ChannelLevels:
    """Power of each channel and of their mean, second by second."""

    def __init__(self) -> None:
        self._powers: list[np.ndarray] = []  # of each second: of all channels, then of their mean

    def add(self, block: Block, mean: np.ndarray) -> None:
        for start in range(0, len(mean), block.rate):
            seconds = slice(start, start + block.rate)
            samples = block.samples[seconds].astype(np.float64)
            powers = np.einsum("ij,ij->j", samples, samples) / len(samples)
            power = np.square(mean[seconds], dtype=np.float64).mean()
            self._powers.append(np.append(powers, power))

    def best_mix(self) -> Mix | None:
        """Return a mix to use in place of the mean of all channels; None if the mean keeps the sound.

        All blocks must have the same number of channels.
        """
        if not self._powers:
            return None
        powers = np.array(self._powers)
        channels, mean = powers[:, :-1], powers[:, -1]
        count = channels.shape[1]
        loudest = channels.max(axis=1)
        active = loudest > _ACTIVE * loudest.max()
        if count == 1 or not active.any():
            return None
        total = channels.sum(axis=0)
        first = int(total.argmax())
        cancelled = mean[active] < _CANCELLED * channels[active].sum(axis=1) / count**2
        if (share := cancelled.mean()) >= _CANCELLED_SHARE:
            return Mix(
                _selection(count, [first]),
                f"The channels cancel each other in {100 * share:.0f} % of the audio: channel {first + 1}, the loudest, was used "
                "instead of their mean.",
            )
        if count == 2 or mean.sum() >= _QUIET * total[first]:
            return None
        return _mix_of_sounding(channels, mean, first)


def _mix_of_sounding(channels: np.ndarray, mean: np.ndarray, loudest: int) -> Mix | None:
    """Return the mean of the channels that are not silent, as loud as the loudest channel."""
    peaks = channels.max(axis=0)
    sounding = np.flatnonzero(peaks > _ACTIVE * peaks.max())
    lowered = 10 * np.log10(channels[:, loudest].sum() / max(mean.sum(), 1e-30))
    weights = np.array(_selection(channels.shape[1], sounding))
    numbers = ", ".join(str(index + 1) for index in sounding[:8])
    if len(sounding) == 1:
        text = f"only channel {numbers} was used, because the others are silent"
    else:
        # the power of the mean of the sounding channels is that of all, scaled
        gain = 10 ** (lowered / 20) * len(sounding) / channels.shape[1]
        weights *= gain
        text = f"the mean of channels {numbers}{', ...' if len(sounding) > 8 else ''} was raised to this level"
    return Mix(
        tuple(weights),
        f"The mean of the {channels.shape[1]} channels is {lowered:.0f} dB below the loudest one: {text}.",
    )


def _selection(count: int, chosen: Iterable[int]) -> tuple[float, ...]:
    """Return the weights of the mean of some channels."""
    chosen = set(chosen)
    return tuple(1 / len(chosen) if index in chosen else 0.0 for index in range(count))
