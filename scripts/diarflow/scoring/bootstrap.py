"""Bootstrap confidence intervals over recordings.

Each sample draws recordings with replacement, as many as there are, and computes the statistic again. The interval
is the middle 95 % of the values (percentile bootstrap; Bisani and Ney 2004, "Bootstrap estimates for confidence
intervals in ASR performance evaluation"). The seed is fixed, so the same recordings give the same interval.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from diarflow.timeline.intervals import Seconds

SAMPLES = 1000
SEED = 0
NEGLIGIBLE: Seconds = 1e-6  # a sum of durations up to this is a rounding error


def draw_recordings(
    recordings: int, *, samples: int = SAMPLES, seed: int = SEED
) -> Iterator[np.ndarray]:
    """Yield the indices of the drawn recordings (recordings,) for each sample.

    >>> [len(indices) for indices in draw_recordings(5, samples=3)]
    [5, 5, 5]
    """
    generator = np.random.default_rng(seed)
    for _ in range(samples):
        yield generator.integers(recordings, size=recordings)


def draw_weights(
    recordings: int, *, samples: int = SAMPLES, seed: int = SEED
) -> Iterator[np.ndarray]:
    """Yield how many times each recording is drawn (recordings,), for each sample of `draw_recordings`.

    >>> [int(weights.sum()) for weights in draw_weights(5, samples=3)]
    [5, 5, 5]
    """
    for indices in draw_recordings(recordings, samples=samples, seed=seed):
        # floats, because NumPy multiplies matrices of integers slowly
        yield np.bincount(indices, minlength=recordings).astype(float)


def bootstrap_interval(
    items: Sequence, statistic: Callable[[list], np.ndarray], *, samples: int, seed: int
) -> np.ndarray:
    """Return the 95 % interval (2, ...) of a statistic of drawn items, one item a recording.

    The interval is NaN where the statistic is NaN in any sample.

    >>> bootstrap_interval([2.0, 2.0], np.mean, samples=10, seed=0).tolist()
    [2.0, 2.0]
    """
    draws = draw_recordings(len(items), samples=samples, seed=seed)
    return percentile_interval(
        np.array([statistic([items[i] for i in indices]) for indices in draws])
    )


def error_rate_interval(errors: np.ndarray, speech: np.ndarray) -> np.ndarray:
    """Return the 95 % interval (2, systems) of the error rates in percent.

    `errors` and `speech` (recordings, systems) are seconds. The interval of a single recording is NaN.

    >>> error_rate_interval(np.array([[1.0], [1.0]]), np.array([[10.0], [10.0]])).tolist()
    [[10.0], [10.0]]
    """
    return percentile_interval(sample_error_rates(errors, speech))


def sample_error_rates(errors: np.ndarray, speech: np.ndarray) -> np.ndarray:
    """Return the error rates (samples, systems) in percent of all samples that contain speech.

    Each sample draws the same recordings for all systems. The rate of a sample is its sum of errors divided by its
    sum of speech. A single recording gives no samples, because it has no spread.
    """
    if len(errors) < 2:
        return np.empty((0, *errors.shape[1:]))
    sums = np.array([(weights @ errors, weights @ speech) for weights in draw_weights(len(errors))])
    errors, speech = sums[(sums[:, 1] > NEGLIGIBLE).all(axis=-1)].swapaxes(0, 1)
    return 100 * errors / speech


def percentile_interval(values: np.ndarray) -> np.ndarray:
    """Return the percentiles 2.5 and 97.5 (2, ...) over the samples (samples, ...); NaN without samples."""
    if not len(values):
        return np.full((2, *values.shape[1:]), np.nan)
    return np.percentile(values, [2.5, 97.5], axis=0)
