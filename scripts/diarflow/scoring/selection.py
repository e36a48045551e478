"""The best of the systems that a search tried, and what choosing in this way gives on unseen recordings."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd


class Choice(NamedTuple):
    """The best candidate, its DER (percent), and what choosing in this way gives on unseen recordings."""

    best: str
    der: float
    cross_validated_der: float
    of_others: list[str]  # for each recording the best candidate of the other folds


def choose(wrong: pd.DataFrame, spoken: pd.Series, *, folds: int) -> Choice:
    """Choose by the DER over all recordings; cross-validate the choice over `folds` (0: one a recording).

    `wrong` are seconds of error, a row a recording, a column a candidate; `spoken` the reference's speech.

    >>> wrong = pd.DataFrame({"a": [1.0, 4.0], "b": [2.0, 2.0]})
    >>> choose(wrong, pd.Series([10.0, 10.0]), folds=0)
    Choice(best='b', der=20.0, cross_validated_der=30.0, of_others=['b', 'a'])
    """
    fold = np.arange(len(wrong)) % (folds or len(wrong))
    chosen = np.empty(len(wrong), object)
    for number in dict.fromkeys(fold):
        own = fold == number
        chosen[own] = str((wrong if own.all() else wrong[~own]).sum().idxmin())
    lost = sum(row[name] for (_, row), name in zip(wrong.iterrows(), chosen, strict=True))
    total = wrong.sum()
    best = str(total.idxmin())
    rates = [round(float(100 * value / spoken.sum()), 2) for value in (total[best], lost)]
    return Choice(best, *rates, list(chosen))


class Outcome(NamedTuple):
    tried: pd.DataFrame  # settings, best first
    recordings: pd.DataFrame  # the errors of each with the settings that are the best of the others
    overlay: dict[str, Any]  # a configuration of the best
    said: str  # the evidence, in a sentence


def outcome(scores: pd.DataFrame, content: Mapping[str, Any]) -> Outcome:
    """What a search found: `scores` are rows of recordings under one protocol; `content` is what was asked."""
    keys = ["corpus", "recording"]
    wrong = scores[["missed", "false_alarm", "confusion"]].sum(axis=1)
    wrong = scores.assign(wrong=wrong).pivot(index=keys, columns="system", values="wrong")
    spoken = scores.drop_duplicates(keys).set_index(keys)["reference_seconds"].reindex(wrong.index)
    if content["average"] == "corpora":
        length = spoken.groupby(level="corpus").transform("sum")
        wrong, spoken = wrong.div(length, axis=0), spoken / length
    choice = choose(wrong, spoken, folds=content["folds"])
    rates = (100 * wrong.sum() / spoken.sum()).round(2)
    tried = pd.DataFrame(
        [
            one["values"]
            | {
                "system": one["name"],
                "der": rates[one["name"]],
                "best_of_others": choice.of_others.count(one["name"]),
            }
            for one in content["candidates"]
        ]
    ).sort_values("der", kind="stable")
    of_others = wrong.index.to_frame(index=False).assign(system=choice.of_others)
    kept = ["missed", "false_alarm", "confusion", "reference_seconds"]
    recordings = of_others.merge(scores[[*keys, "system", *kept]], on=[*keys, "system"])
    said = (
        f"{len(tried)} settings tried on {len(wrong)} recordings of {', '.join(content['corpora'])}: "
        f"{content['protocol']} DER {choice.der:.2f} %; {choice.cross_validated_der:.2f} % where each "
        "recording is scored with what was best on others"
    )
    best = next(one for one in content["candidates"] if one["name"] == choice.best)
    variants = {stage: {name: values} for stage, (name, values) in best["variants"].items()}
    system = {stage: name for stage, (name, _) in best["variants"].items()}
    tuned = {f"{content['system']}-tuned": system | {"tuned_on": said}}
    return Outcome(tried, recordings, variants | {"systems": tuned}, said)
