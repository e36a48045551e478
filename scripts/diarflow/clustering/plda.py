"""Probabilistic linear discriminant analysis of speaker vectors.

Vectors are centred, brought to length one, reduced by linear discriminant analysis and brought to one length
again; then turned and scaled so that what varies within a speaker has unit covariance and what varies between
speakers is diagonal (the two-covariance model in the form that VBx takes, Landini et al. 2022, section 2.2).
"""

import zipfile
from typing import NamedTuple

import numpy as np
from scipy.linalg import eigh

from diarflow.atomic import written_whole
from diarflow.errors import InputError

_RIDGE = 1e-3  # of the mean variance within speakers, added before it is inverted


class Plda(NamedTuple):
    centre: np.ndarray  # (dimensions,), of the vectors
    direction: np.ndarray  # (dimensions,), the mean of the vectors of length one
    reduction: np.ndarray  # (dimensions, reduced)
    mean: np.ndarray  # (reduced,)
    rotation: np.ndarray  # (reduced, reduced)
    between: np.ndarray  # (reduced,), variance between speakers where that within is 1

    def project(self, vectors: np.ndarray) -> np.ndarray:
        """Vectors (n, dimensions) in the space of the model, (n, reduced)."""
        return (self._reduced(vectors) - self.mean) @ self.rotation

    def _reduced(self, vectors: np.ndarray) -> np.ndarray:
        reduced = (unit(vectors - self.centre) - self.direction) @ self.reduction
        return unit(reduced) * np.sqrt(self.reduction.shape[1])


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors (n, d) of length one; a zero vector stays zero."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def train(vectors: np.ndarray, speakers: np.ndarray, *, dimensions: int) -> Plda:
    """A model of vectors (n, d) of speakers (n,), reduced to `dimensions`."""
    vectors = np.asarray(vectors, np.float64)
    centre = vectors.mean(axis=0)
    directions = unit(vectors - centre)
    direction = directions.mean(axis=0)
    within, means, counts = _within(directions - direction, speakers)
    within += _RIDGE * np.trace(within) / len(within) * np.eye(len(within))
    reduction = _leading(np.cov(means.T, fweights=counts), within, dimensions)[1]
    zero = np.zeros(dimensions)
    model = Plda(centre, direction, reduction, zero, np.eye(dimensions), zero)
    reduced = model._reduced(vectors)
    model = model._replace(mean=reduced.mean(axis=0))
    within, means, counts = _within(reduced - model.mean, speakers)
    within *= len(reduced) / (len(reduced) - len(counts))
    # the means of few windows vary more than the speakers do
    between = np.cov(means.T) - within * np.mean(1 / counts)
    between, rotation = _leading(between, within, dimensions)
    return model._replace(rotation=rotation, between=np.maximum(between, 1e-4))


def _within(vectors: np.ndarray, speakers: np.ndarray):
    """Covariance within speakers (d, d), the speakers' means (speakers, d), how many vectors each has."""
    _, owner, counts = np.unique(speakers, return_inverse=True, return_counts=True)
    means = np.zeros((len(counts), vectors.shape[1]))
    np.add.at(means, owner, vectors)
    means /= counts[:, None]
    apart = vectors - means[owner]
    return apart.T @ apart / len(vectors), means, counts


def _leading(between: np.ndarray, within: np.ndarray, count: int):
    """The directions (d, count) in which `between` is greatest where `within` is 1, and how great."""
    values, directions = eigh((between + between.T) / 2, within)
    order = np.argsort(-values)[:count]
    return values[order], directions[:, order]


def write_plda(path, model: Plda) -> None:
    with written_whole(path) as beside:
        np.savez(beside, **{k: v.astype(np.float32) for k, v in model._asdict().items()})


def read_plda(path) -> Plda:
    """A model that `write_plda` wrote; InputError where the file holds something else."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return Plda(*(arrays[name].astype(np.float64) for name in Plda._fields))
    except (AttributeError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: not a PLDA, expected an .npz of snakemake plda") from error
