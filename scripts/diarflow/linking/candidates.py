"""Pairs of voices that may be one person, with a cache: only pairs with a new recording are computed.

The cache changes no result. It is used for pairs of voices whose vectors and variances are the same as in the cache, if
it was made with the same calibration and has all pairs down to the wanted log odds.
"""

import hashlib
import zipfile
from pathlib import Path

import numpy as np

from diarflow.atomic import atomic_write
from diarflow.linking.link import Comparison
from diarflow.linking.pairs import CALIBRATION, Pairs, find_pairs


def find_candidates(comparison: Comparison, cache, *, prior: float, floor: float) -> Pairs:
    """Return all pairs of voices with log odds of at least `floor`, and write them to `cache` for the next run."""
    digests = voice_digests(comparison)
    made_with = repr((prior, CALIBRATION))
    kept = _read(Path(cache), made_with, floor)
    if kept is None:
        pairs = find_pairs(comparison.scorer, prior=prior, floor=floor)
    else:
        pairs = _updated(comparison, digests, *kept, prior=prior, floor=floor)
    with atomic_write(cache) as temporary, open(temporary, "wb") as file:
        np.savez(file, made_with=np.array(made_with), floor=np.array(floor), digests=digests, first=pairs.first.astype(np.int32),
                 second=pairs.second.astype(np.int32), log_odds=pairs.log_odds)  # fmt: skip
    return pairs


def voice_digests(comparison: Comparison) -> np.ndarray:
    """Return a digest of each voice: its key, vector and terms. Shape (voices,), bytes."""
    scorer = comparison.scorer
    variances = scorer.constants[np.arange(len(scorer.constants)), np.arange(len(scorer.constants))]
    rows = [
        hashlib.blake2b(
            repr(key).encode() + vector.tobytes() + variances[level].tobytes(), digest_size=16
        ).digest()
        for key, vector, level in zip(comparison.keys, scorer.vectors, scorer.levels, strict=True)
    ]
    return np.frombuffer(b"".join(rows), "V16")


def _read(cache: Path, made_with: str, floor: float) -> tuple[np.ndarray, Pairs] | None:
    """Return the digests and pairs of a cache; None if it cannot be used."""
    try:
        with np.load(cache, allow_pickle=False) as arrays:
            if str(arrays["made_with"]) != made_with or arrays["floor"] > floor:
                return None
            pairs = Pairs(
                arrays["first"].astype(int), arrays["second"].astype(int), arrays["log_odds"]
            )
            return arrays["digests"], pairs.selected(pairs.log_odds >= floor)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _updated(
    comparison: Comparison, digests: np.ndarray, earlier: np.ndarray, pairs: Pairs, *, prior: float, floor: float
) -> Pairs:  # fmt: skip
    """Return the pairs of the cache that still exist, and those of new voices, sorted."""
    position = {digest.tobytes(): number for number, digest in enumerate(digests)}
    moved = np.array([position.get(digest.tobytes(), -1) for digest in earlier], int)
    first, second = moved[pairs.first], moved[pairs.second]
    kept = (first >= 0) & (second >= 0)
    first, second = np.minimum(first, second)[kept], np.maximum(first, second)[kept]
    new = np.setdiff1d(np.arange(len(digests)), moved)
    added = find_pairs(comparison.scorer, prior=prior, floor=floor, rows=new)
    first, second = np.append(first, added.first), np.append(second, added.second)
    order = np.lexsort([second, first])
    log_odds = np.append(pairs.log_odds[kept], added.log_odds)[order]
    return Pairs(first[order], second[order], log_odds)
