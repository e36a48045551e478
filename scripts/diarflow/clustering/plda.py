"""Probabilistic linear discriminant analysis (PLDA) of speaker vectors.

Vectors are centred, scaled to length one, reduced by linear discriminant analysis, and scaled to one length again. A
rotation then makes their covariance within speakers the identity, and their covariance between speakers diagonal.
This is the two-covariance model of VBx (Landini et al. 2022, section 2.2).
"""

import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh

from diarflow.artifacts.archives import array_shapes
from diarflow.atomic import atomic_write
from diarflow.embedding.vectors import unit_vectors
from diarflow.errors import InputError

_RIDGE = 1e-3  # added to the covariance within speakers before it is inverted; relative to the mean variance


class Plda(NamedTuple):
    """Parameters of the model. The file of a PLDA has an array for each."""

    centre: np.ndarray  # (dimensions,), mean of the vectors
    direction: np.ndarray  # (dimensions,), mean of the centred vectors at length one
    reduction: np.ndarray  # (dimensions, reduced)
    mean: np.ndarray  # (reduced,), mean of the reduced vectors
    rotation: np.ndarray  # (reduced, reduced)
    between: np.ndarray  # (reduced,), variance between speakers; within speakers it is 1

    def project(self, vectors: np.ndarray) -> np.ndarray:
        """Transform vectors (n, dimensions) to the space of the model, (n, reduced)."""
        return (self.reduce(vectors) - self.mean) @ self.rotation

    def reduce(self, vectors: np.ndarray) -> np.ndarray:
        """Reduce vectors (n, dimensions) to (n, reduced), all of the same length."""
        reduced = (unit_vectors(vectors - self.centre) - self.direction) @ self.reduction
        return unit_vectors(reduced) * np.sqrt(self.reduction.shape[1])


def train_plda(vectors: np.ndarray, speakers: np.ndarray, *, dimensions: int) -> Plda:
    """Train a model on vectors (n, d) of speakers (n,), reduced to `dimensions`."""
    vectors = np.asarray(vectors, np.float64)
    centre = vectors.mean(axis=0)
    directions = unit_vectors(vectors - centre)
    direction = directions.mean(axis=0)
    within, means, counts = _within_covariance(directions - direction, speakers)
    within += _RIDGE * np.trace(within) / len(within) * np.eye(len(within))
    reduction = _leading_directions(np.cov(means.T, fweights=counts), within, dimensions)[1]
    zero = np.zeros(dimensions)
    model = Plda(centre, direction, reduction, zero, np.eye(dimensions), zero)
    reduced = model.reduce(vectors)
    model = model._replace(mean=reduced.mean(axis=0))
    within, means, counts = _within_covariance(reduced - model.mean, speakers)
    within *= len(reduced) / (len(reduced) - len(counts))
    # a mean of few windows varies more than the speakers do
    between = np.cov(means.T) - within * np.mean(1 / counts)
    between, rotation = _leading_directions(between, within, dimensions)
    return model._replace(rotation=rotation, between=np.maximum(between, 1e-4))


def _within_covariance(
    vectors: np.ndarray, speakers: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the covariance within speakers (d, d), and the mean (speakers, d) and count (speakers,) of each."""
    _, owners, counts = np.unique(speakers, return_inverse=True, return_counts=True)
    means = np.zeros((len(counts), vectors.shape[1]))
    np.add.at(means, owners, vectors)
    means /= counts[:, None]
    deviations = vectors - means[owners]
    return deviations.T @ deviations / len(vectors), means, counts


def _leading_directions(
    between: np.ndarray, within: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the `count` largest variances `between`, relative to `within`, and their directions (d, count)."""
    values, directions = eigh((between + between.T) / 2, within)
    order = np.argsort(-values)[:count]
    return values[order], directions[:, order]


def write_plda(path, model: Plda) -> None:
    """Write a model as an .npz file of float32 arrays."""
    with atomic_write(path) as beside:
        np.savez(beside, **{k: v.astype(np.float32) for k, v in model._asdict().items()})


def read_plda(path) -> Plda:
    """Read a model that `write_plda` wrote. Raises InputError if the file contains anything else."""
    try:
        array_shapes(Path(path))
        with np.load(path, allow_pickle=False) as arrays:
            return Plda(*(arrays[name].astype(np.float64) for name in Plda._fields))
    except (AttributeError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(
            f"{path}: not a PLDA, expected an .npz file written by `snakemake plda`"
        ) from error
