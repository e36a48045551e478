"""Calibrator: regressions that map evidence to the probability that a label is right, and to the expected error.

There is a model for each combination of sources of evidence that the training had.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from diarflow.confidence.evidence import SOURCES
from diarflow.confidence.regression import Regression, sigmoid
from diarflow.errors import InputError

VERSION = 1
# Facts of a recording from which its error is predicted, by source
FACTS = {
    "turns": ("label_error", "log_speech", "log_speakers", "least_share"),
    "voices": ("most_similar",),
    "network": ("missed_share",),
    "systems": ("difference_share", "undetected_share", "more_speakers", "fewer_speakers"),
}
# differences between the number of speakers in reference and hypothesis
COUNT_STEPS = (-2, -1, 0, 1, 2)
_SMALL_DER = 0.02  # added before the logarithm
_LARGEST_DER = 1.0


class Model(NamedTuple):
    """Regressions of one combination of sources.

    `pieces` predicts the logit that the label of a piece is right, `der` the logarithm of the DER, and `counts` the
    logit of each of `COUNT_STEPS`. `residuals` are the 5, 50 and 95 % quantiles of the logarithm of the DER minus its
    prediction, on recordings that were left out.
    """

    pieces: Regression
    der: Regression
    counts: tuple[Regression, ...]
    residuals: tuple[float, float, float]

    def probabilities(self, evidence: np.ndarray) -> np.ndarray:
        """Return the probability (pieces,) that the label of each piece is right, for evidence (pieces, columns)."""
        return sigmoid(self.pieces.predict(evidence))

    def expected_der(self, facts: np.ndarray) -> tuple[float, float, float]:
        """Return the expected DER of a recording, and the bounds of its 90 % interval."""
        prediction = float(self.der.predict(facts[None])[0])
        low, middle, high = (from_log_der(prediction + residual) for residual in self.residuals)
        return middle, low, high

    def count_probabilities(self, facts: np.ndarray, speakers: int) -> dict[int, float]:
        """Return the probability of each number of speakers, given that of the hypothesis."""
        weights = {
            speakers + step: float(sigmoid(model.predict(facts[None]))[0])
            for step, model in zip(COUNT_STEPS, self.counts, strict=True)
            if speakers + step >= 1
        }
        total = sum(weights.values())
        return {count: weight / total for count, weight in weights.items()}


def evidence_columns(sources: tuple[str, ...]) -> list[str]:
    """Return the names of the columns of these sources."""
    return [column for source in sources for column in SOURCES[source]]


def fact_columns(sources: tuple[str, ...]) -> list[str]:
    """Return the names of the facts of these sources."""
    return [column for source in sources for column in FACTS[source]]


def describe_recording(
    probabilities: np.ndarray,
    columns: Mapping[str, np.ndarray],
    durations: np.ndarray,
    facts: Mapping[str, float],
) -> dict[str, float]:
    """Return all facts of `FACTS` that the evidence gives.

    `probabilities` (pieces,) are those of right labels, `columns` the evidence, `facts` those of the evidence.
    """
    speech, speakers = facts["speech"], max(facts["speakers"], 1.0)
    described = {
        "label_error": _log_rate(float(durations @ (1 - probabilities)) / speech),
        "log_speech": float(np.log(speech)),
        "log_speakers": float(np.log(speakers)),
        "least_share": float(columns["talk_share"].min()),
    }
    if "similar_speaker" in columns:
        described["most_similar"] = float(columns["similar_speaker"].max())
    if "missed" in facts:
        described["missed_share"] = _log_rate(facts["missed"] / speech)
    if "difference" in facts:
        described["difference_share"] = _log_rate(facts["difference"] / speech)
        described["undetected_share"] = _log_rate(facts["undetected"] / speech)
        change = facts["other_speakers"] - facts["speakers"]
        described["more_speakers"] = float(np.clip(change, 0, 3))
        described["fewer_speakers"] = float(np.clip(-change, 0, 3))
    return described


def to_log_der(der: float) -> float:
    """Return the logarithm of a DER, which may be 0; larger ones than 1 count as 1."""
    return float(np.log(min(der, _LARGEST_DER) + _SMALL_DER))


def from_log_der(value: float) -> float:
    """Return the DER of a logarithm, from 0 to 1.

    >>> round(from_log_der(to_log_der(0.25)), 6)
    0.25
    """
    return float(min(max(np.exp(value) - _SMALL_DER, 0.0), _LARGEST_DER))


def _log_rate(rate: float) -> float:
    return float(np.log(min(max(rate, 0.0), _LARGEST_DER) + _SMALL_DER))


class Calibrator(NamedTuple):
    """Models by their sources, joined by "+"."""

    models: dict[str, Model]

    def model(self, sources: tuple[str, ...]) -> tuple[Model, tuple[str, ...]]:
        """Return the model for the most of these sources, and its sources.

        Of models with equally many sources, the one that the training names first counts.
        """
        usable = [
            parts for key in self.models if set(parts := tuple(key.split("+"))) <= set(sources)
        ]
        if not usable:
            raise InputError(
                f"the calibrator has models for {', '.join(self.models)}, expected one for some of {', '.join(sources)}"
            )
        best = max(usable, key=len)
        return self.models["+".join(best)], best


def write_calibrator(path, calibrator: Calibrator) -> None:
    """Write a calibrator as JSON to the path."""
    models = {
        key: {
            "columns": evidence_columns(tuple(key.split("+"))),
            "facts": fact_columns(tuple(key.split("+"))),
            "pieces": _to_json(model.pieces),
            "der": _to_json(model.der),
            "counts": {
                str(step): _to_json(part)
                for step, part in zip(COUNT_STEPS, model.counts, strict=True)
            },
            "residuals": [round(value, 6) for value in model.residuals],
        }
        for key, model in calibrator.models.items()
    }
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps({"version": VERSION, "models": models}, indent=1) + "\n")


def read_calibrator(path) -> Calibrator:
    """Read a calibrator. Raises InputError if the file is none, or has other columns."""
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        if content["version"] != VERSION:
            raise ValueError(f"version is {content['version']}, expected {VERSION}")
        models = {key: _from_json(key, model) for key, model in content["models"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise InputError(
            f"{path}: {reason}; expected a calibrator made by `snakemake train_confidence`"
        ) from error
    return Calibrator(models)


def _to_json(regression: Regression) -> dict[str, Any]:
    return {
        "centre": regression.centre.round(6).tolist(),
        "scale": regression.scale.round(6).tolist(),
        "weights": regression.weights.round(6).tolist(),
        "bias": round(regression.bias, 6),
    }


def _from_json(key: str, content: Mapping[str, Any]) -> Model:
    sources = tuple(key.split("+"))
    columns, facts = evidence_columns(sources), fact_columns(sources)
    if content["columns"] != columns or content["facts"] != facts:
        raise ValueError(f"the columns of {key} are not {', '.join([*columns, *facts])}")
    low, middle, high = map(float, content["residuals"])
    return Model(
        _regression(content["pieces"], len(columns)),
        _regression(content["der"], len(facts)),
        tuple(_regression(content["counts"][str(step)], len(facts)) for step in COUNT_STEPS),
        (low, middle, high),
    )


def _regression(content: Mapping[str, Any], count: int) -> Regression:
    centre, scale, weights = (
        np.array(content[name], dtype=float) for name in ("centre", "scale", "weights")
    )
    if any(array.shape != (count,) for array in (centre, scale, weights)) or (scale <= 0).any():
        raise ValueError(f"a regression has other numbers than {count} columns need")
    return Regression(centre, scale, weights, float(content["bias"]))
