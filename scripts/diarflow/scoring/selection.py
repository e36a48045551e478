"""Selection of the best trial of a search, and its cross-validated error rate."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd


class Selection(NamedTuple):
    """The best trial. Error rates are in percent, to two decimals.

    `cross_validated_der` scores each recording with the best trial of the other folds. `best_of_other_folds` holds
    the names of these trials, one for each recording.
    """

    best: str
    der: float
    cross_validated_der: float
    best_of_other_folds: list[str]


class SearchResult(NamedTuple):
    """Result of a search.

    `trials` has a row for each trial, the best first. `recordings` has the errors of each recording with the best
    trial of the other folds. `overlay` is a configuration with the best trial as a system. `summary` is one sentence
    with both error rates.
    """

    trials: pd.DataFrame
    recordings: pd.DataFrame
    overlay: dict[str, Any]
    summary: str


def select_best(
    errors: pd.DataFrame, speech: pd.Series, *, folds: int, groups: Sequence[str] | None = None
) -> Selection:
    """Select the trial with the lowest DER over all recordings, and cross-validate this selection.

    `errors` are seconds, a row for each recording and a column for each trial. `speech` are the seconds of reference
    speech of each recording. The recordings of a group (`groups`, one for each recording; without it, each recording is
    one) are in one fold. Group i belongs to fold i modulo `folds`; 0 makes each group a fold of its own.

    >>> errors = pd.DataFrame({"a": [1.0, 4.0], "b": [2.0, 2.0]})
    >>> select_best(errors, pd.Series([10.0, 10.0]), folds=0)
    Selection(best='b', der=20.0, cross_validated_der=30.0, best_of_other_folds=['b', 'a'])
    """
    numbers = np.arange(len(errors)) if groups is None else pd.factorize(np.array(groups))[0]
    fold_of_recording = numbers % (folds or len(errors))
    best_of_others = np.empty(len(errors), object)
    for fold in dict.fromkeys(fold_of_recording):
        inside = fold_of_recording == fold
        others = errors if inside.all() else errors[~inside]
        best_of_others[inside] = str(others.sum().idxmin())
    cross_validated = sum(
        row[trial] for (_, row), trial in zip(errors.iterrows(), best_of_others, strict=True)
    )
    total = errors.sum()
    best = str(total.idxmin())
    der, cross_validated_der = (
        round(float(100 * seconds / speech.sum()), 2) for seconds in (total[best], cross_validated)
    )
    return Selection(best, der, cross_validated_der, list(best_of_others))


def summarize_search(scores: pd.DataFrame, search: Mapping[str, Any]) -> SearchResult:
    """Rank the trials of a search, and return the best one as a configuration.

    `scores` are rows of recordings under one protocol. `search` has the keys `system` (the searched system),
    `protocol`, `corpora`, `folds`, `group` (a regular expression, or None), `average` ("seconds", or "corpora" to give all corpora the same weight),
    `present` (the trial with the present settings) and `trials`. A trial has a `name`, the searched `values`, and the `variants` of its stages with their settings.
    """
    errors, speech = _seconds_by_trial(scores, average=search["average"])
    groups = [group_of(id, search["group"]) for _, id in errors.index]
    selection = select_best(errors, speech, folds=search["folds"], groups=groups)
    rates = (100 * errors.sum() / speech.sum()).round(2)
    trials = pd.DataFrame(
        [
            trial["values"]
            | {
                "system": trial["name"],
                "der": rates[trial["name"]],
                "best_of_others": selection.best_of_other_folds.count(trial["name"]),
            }
            for trial in search["trials"]
        ]
    ).sort_values("der", kind="stable")
    summary = (
        f"{len(trials)} trials on {len(errors)} recordings of {', '.join(search['corpora'])}: "
        f"{search['protocol']} DER {rates[search['present']]:.2f} % before, {selection.der:.2f} % after, "
        f"cross-validated {selection.cross_validated_der:.2f} %"
    )
    best = next(trial for trial in search["trials"] if trial["name"] == selection.best)
    return SearchResult(
        trials,
        _cross_validated_errors(scores, errors.index, selection.best_of_other_folds),
        _overlay(f"{search['system']}-tuned", best["variants"], summary),
        summary,
    )


def group_of(recording: str, pattern: str | None) -> str:
    """Return the part of the id of a recording that matches the pattern, or the id if nothing does.

    >>> group_of("EN2001a_0000-0030", "^[A-Z]+[0-9]+"), group_of("interview", "^[A-Z]+[0-9]+")
    ('EN2001', 'interview')
    """
    match = re.search(pattern, recording) if pattern else None
    return match.group() if match else recording


def _seconds_by_trial(scores: pd.DataFrame, *, average: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return the errors (recordings, trials) and the reference speech (recordings,), weighted by `average`."""
    keys = ["corpus", "recording"]
    seconds = scores[["missed", "false_alarm", "confusion"]].sum(axis=1)
    errors = scores.assign(errors=seconds).pivot(index=keys, columns="system", values="errors")
    speech = scores.drop_duplicates(keys).set_index(keys)["reference_seconds"].reindex(errors.index)
    if average == "corpora":
        speech_of_corpus = speech.groupby(level="corpus").transform("sum")
        errors, speech = errors.div(speech_of_corpus, axis=0), speech / speech_of_corpus
    return errors, speech


def _cross_validated_errors(
    scores: pd.DataFrame, recordings: pd.MultiIndex, trials: list[str]
) -> pd.DataFrame:
    """Return the errors of each recording with its trial; `recordings` are pairs of corpus and recording."""
    keys = ["corpus", "recording", "system"]
    seconds = ["missed", "false_alarm", "confusion", "reference_seconds"]
    selected = recordings.to_frame(index=False).assign(system=trials)
    return selected.merge(scores[[*keys, *seconds]], on=keys)


def _overlay(
    name: str, variants_by_stage: Mapping[str, tuple[str, Mapping]], summary: str
) -> dict[str, Any]:
    """Return a configuration that defines the variants and the system `name` that consists of them."""
    variants = {stage: {name: values} for stage, (name, values) in variants_by_stage.items()}
    system = {stage: variant for stage, (variant, _) in variants_by_stage.items()}
    return variants | {"systems": {name: system | {"tuned_on": summary}}}
