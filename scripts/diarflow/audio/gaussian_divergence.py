"""Divergence between the Gaussians of the frames before and after a moment."""

import numpy as np

_VARIANCE_FLOOR = 1.0  # dB^2; avoids a division by zero in digital silence


def gaussian_divergence(
    features: np.ndarray, borders: np.ndarray, *, half: int, measure: str
) -> np.ndarray:
    """Return the divergence (borders, coefficients) between the frames before and after each border.

    Up to `half` frames on each side of a border are each modelled by one Gaussian per coefficient of `features`
    (frames, coefficients). The sum over coefficients is the divergence of diagonal Gaussians.

    `measure` is "gaussian" for the squared distance of the means in units of both standard deviations,
    (m1 - m2)^2 / (s1 s2) (Barras et al. 2006), or "likelihood-ratio" for the log-likelihood that two Gaussians gain
    over a single one, in nats per frame of two full windows.
    """
    zero = np.zeros((1, features.shape[1]))
    x = features.astype(np.float64)
    sums, squares = (np.concatenate([zero, np.cumsum(v, axis=0)]) for v in (x, x * x))

    def moments(first, last):
        count = (last - first)[:, None]
        mean = (sums[last] - sums[first]) / count
        variance = (squares[last] - squares[first]) / count - mean**2
        return count, mean, np.maximum(variance, _VARIANCE_FLOOR)

    before, after = np.maximum(0, borders - half), np.minimum(len(x), borders + half)
    n1, m1, v1 = moments(before, borders)
    n2, m2, v2 = moments(borders, after)
    if measure == "gaussian":
        return (m1 - m2) ** 2 / np.sqrt(v1 * v2)
    n, _, v = moments(before, after)
    return (n * np.log(v) - n1 * np.log(v1) - n2 * np.log(v2)) / (4 * half)
