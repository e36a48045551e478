"""Logistic and linear regression with a ridge penalty on standardized columns."""

from typing import NamedTuple

import numpy as np

_ITERATIONS = 50
_TOLERANCE = 1e-9
_MOST = 30.0  # of the logit, beyond which the probability is 0 or 1 in practice


class Regression(NamedTuple):
    """Coefficients for columns that are centred and scaled: `centre`, `scale` and `weights` (columns,), and `bias`."""

    centre: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: float

    def predict(self, columns: np.ndarray) -> np.ndarray:
        """Return the linear prediction (n,) for columns (n, columns)."""
        return (columns - self.centre) / self.scale @ self.weights + self.bias


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Return the probabilities of logits.

    >>> sigmoid(np.array([0.0, 1000.0])).round(3).tolist()
    [0.5, 1.0]
    """
    return 1 / (1 + np.exp(-np.clip(logits, -_MOST, _MOST)))


def fit_logistic(
    columns: np.ndarray, targets: np.ndarray, weights: np.ndarray, *, penalty: float
) -> Regression:
    """Fit a logistic regression to targets (n,) from 0 to 1, by Newton's method.

    `weights` (n,) are those of the rows. `penalty` is that of a squared weight of a column with deviation 1, relative to the
    mean loss of a row.
    """
    weights = weights / weights.sum()
    centre, scale = _moments(columns, weights)
    rows = np.column_stack([(columns - centre) / scale, np.ones(len(columns))])
    ridge = np.full(rows.shape[1], penalty)
    ridge[-1] = 0.0
    solution = np.zeros(rows.shape[1])
    for _ in range(_ITERATIONS):
        probabilities = sigmoid(rows @ solution)
        gradient = rows.T @ (weights * (probabilities - targets)) + ridge * solution
        curvature = weights * np.maximum(probabilities * (1 - probabilities), 1e-9)
        hessian = (rows * curvature[:, None]).T @ rows + np.diag(ridge + 1e-12)
        step = np.linalg.solve(hessian, gradient)
        solution = solution - step
        if np.abs(step).max() < _TOLERANCE:
            break
    return Regression(centre, scale, solution[:-1], float(solution[-1]))


def fit_linear(
    columns: np.ndarray, targets: np.ndarray, weights: np.ndarray, *, penalty: float
) -> Regression:
    """Fit a linear regression to targets (n,). The arguments are those of `fit_logistic`."""
    weights = weights / weights.sum()
    centre, scale = _moments(columns, weights)
    rows = (columns - centre) / scale
    bias = float(weights @ targets)
    gram = (rows * weights[:, None]).T @ rows + penalty * np.eye(rows.shape[1])
    solution = np.linalg.solve(gram, rows.T @ (weights * (targets - bias)))
    return Regression(centre, scale, solution, bias)


def _moments(columns: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weighted mean and deviation of each column; the deviation of a constant is 1."""
    centre = weights @ columns
    deviation = np.sqrt(weights @ (columns - centre) ** 2)
    return centre, np.where(deviation > 1e-4, deviation, 1.0)
