"""Log-likelihood ratios of pairs of voices under a PLDA, with the amount of speech of each voice.

The model of a voice, in the space of the PLDA, is the person's mean plus a deviation of the recording plus the mean
deviation of its windows. The first has the variance between speakers of the PLDA. The other two have a variance of
`session + windows / count`, in units of the variance within speakers, where `count` is the number of independent
windows (two-covariance model: Brümmer and de Villiers 2010, "The speaker partitioning problem").

The variances of voices are rounded to a few levels, so that all pairs of two levels are one matrix product.
"""

from typing import NamedTuple

import numpy as np

_LEVEL_RATIO = 1.25  # between two successive levels of the variance


class Scorer(NamedTuple):
    """Voices with the terms of their log-likelihood ratios.

    `vectors` (voices, d) are float32. `levels` (voices,) is the level of each voice. `products` (levels, levels, d) are
    the weights of the products of two vectors, `squares` (levels, levels, d) those of the squares of the first one, and
    `constants` (levels, levels).
    """

    vectors: np.ndarray
    levels: np.ndarray
    products: np.ndarray
    squares: np.ndarray
    constants: np.ndarray

    def of_pairs(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """Return the log-likelihood ratio of each pair of voices, by their indices (pairs,)."""
        a, b = self.levels[first], self.levels[second]
        x, y = self.vectors[first].astype(np.float64), self.vectors[second].astype(np.float64)
        ratios = (self.products[a, b] * x * y).sum(axis=1)
        ratios += (self.squares[a, b] * x**2).sum(axis=1) + (self.squares[b, a] * y**2).sum(axis=1)
        return ratios + self.constants[a, b]

    def of_blocks(
        self, rows: np.ndarray, columns: np.ndarray, dtype: type = np.float64
    ) -> np.ndarray:
        """Return the ratios (rows, columns) of voices by their indices, computed in `dtype`.

        This is fastest if the rows, and the columns, have few levels.
        """
        result: np.ndarray = np.empty((len(rows), len(columns)), dtype)
        of_level = {a: np.flatnonzero(self.levels[rows] == a) for a in np.unique(self.levels[rows])}
        for b in np.unique(self.levels[columns]):
            right = np.flatnonzero(self.levels[columns] == b)
            y = self.vectors[columns[right]].astype(dtype)
            for a, left in of_level.items():
                x = self.vectors[rows[left]].astype(dtype)
                ratios = (x * self.products[a, b].astype(dtype)) @ y.T
                ratios += (x**2 @ self.squares[a, b].astype(dtype))[:, None]
                ratios += y**2 @ self.squares[b, a].astype(dtype) + dtype(self.constants[a, b])
                result[np.ix_(left, right)] = ratios
        return result


def make_scorer(vectors: np.ndarray, variances: np.ndarray, between: np.ndarray) -> Scorer:
    """Return the scorer of voices (voices, d) with these variances (voices,); `between` (d,) is that of people.

    >>> scorer = make_scorer(np.array([[2.0], [2.0], [-2.0]]), np.full(3, 0.1), np.array([1.0]))
    >>> scorer.of_pairs(np.array([0, 0]), np.array([1, 2])).round(2).tolist()
    [2.56, -32.8]
    """
    levels, values = _levels(variances)
    products, squares, constants = pair_terms(values, between)
    return Scorer(vectors.astype(np.float32), levels, products, squares, constants)


def _levels(variances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the level of each variance (voices,), and the variance of each level (levels,)."""
    numbers = np.round(np.log(variances) / np.log(_LEVEL_RATIO)).astype(int)
    used, levels = np.unique(numbers, return_inverse=True)
    return levels, _LEVEL_RATIO ** used.astype(float)


def pair_terms(
    variances: np.ndarray, between: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the terms of the ratio of two voices with each pair of variances: products, squares, constants.

    The ratio is log N([x, y]; 0, [[b + v, b], [b, b + w]]) - log N(x; 0, b + v) - log N(y; 0, b + w), summed over the
    dimensions.
    """
    first = between + variances[:, None, None]  # (levels, 1, d)
    second = between + variances[None, :, None]
    determinant = first * second - between**2
    products = between / determinant
    squares = 0.5 * (1 / first - second / determinant)
    constants = -0.5 * np.log(determinant / (first * second)).sum(axis=2)
    return products, squares, constants


def voice_variances(counts: np.ndarray, *, session: float) -> np.ndarray:
    """Return the variance (voices,) of voices with these numbers of independent windows."""
    return session + 1 / np.maximum(counts, 1e-3)
