"""Trials of a search for the best settings of a system.

Each combination of values is a system of its own, and its variants are named by their content.
So each stage runs once for all trials that share it, and a value that is added later runs alone.
`scoring/selection` chooses the best trial.
"""

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from diarflow.digests import canonical
from diarflow.errors import InputError
from diarflow.settings import STAGES, Settings, System


class Trial(NamedTuple):
    """A system to try: its name, its values by setting, and its variants (name, settings) by stage."""

    name: str
    values: dict[str, Any]
    variants: dict[str, tuple[str, Any]]


def trials(settings: Settings, tuning: str) -> list[Trial]:
    """Return a trial for every combination of the values of a search, and one for the present settings.

    Raises InputError for a variant, a key or a value that does not exist.
    """
    search = settings.tuning[tuning]
    result: dict[str, Trial] = {}
    for values in [*_combinations(search.search), _present_values(settings, tuning)]:
        variants = {}
        for stage in STAGES:
            name = values.get(stage, getattr(settings.systems[search.system], stage))
            place = f"tuning.{tuning}.search.{stage}"
            if name not in getattr(settings, stage):
                expected = ", ".join(getattr(settings, stage))
                raise InputError(f"{place} is {name}, expected variants of {stage}: {expected}")
            prefix = f"{stage}."
            changes = {
                key.removeprefix(prefix): value
                for key, value in values.items()
                if key.startswith(prefix)
            }
            variants[stage] = _variant(place, name, getattr(settings, stage)[name], changes)
        names = {stage: name for stage, (name, _) in variants.items()}
        trial = Trial(f"{search.system}-{_digest(names)}", values, variants)
        result.setdefault(canonical(**names), trial)
    return list(result.values())


def _present_values(settings: Settings, tuning: str) -> dict[str, Any]:
    """Return the values that the system of a search has for the searched keys; without keys that its variants lack."""
    search = settings.tuning[tuning]
    values: dict[str, Any] = {}
    for key in search.search:
        stage, _, setting = key.partition(".")
        name = getattr(settings.systems[search.system], stage, None)
        if not setting:
            values[key] = name
        elif name in getattr(settings, stage, {}):
            variant = getattr(settings, stage)[name]
            if setting in type(variant).model_fields:
                values[key] = getattr(variant, setting)
    return values


def present_trial(settings: Settings, tuning: str) -> str:
    """Return the name of the trial with the present settings of the system."""
    system = settings.systems[settings.tuning[tuning].system]
    names = {stage: getattr(system, stage) for stage in STAGES}
    return next(
        trial.name
        for trial in trials(settings, tuning)
        if {stage: name for stage, (name, _) in trial.variants.items()} == names
    )


def _combinations(search: Mapping[str, list]) -> Iterator[dict[str, Any]]:
    for values in itertools.product(*search.values()):
        yield dict(zip(search, values, strict=True))


def _variant(place: str, name: str, variant: Any, changes: dict[str, Any]) -> tuple[str, Any]:
    """Return the variant with changed settings and a name for them; itself if no setting differs."""
    fields = [key for key in type(variant).model_fields if key != "backend"]
    if unknown := set(changes) - set(fields):
        expected = ", ".join(fields)
        raise InputError(
            f"{place}.{min(unknown)} is not a setting of {name}, expected one of {expected}"
        )
    try:
        changed = type(variant)(**variant.model_dump() | changes)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "values"
        raise InputError(f"{place}.{key} is {first['input']}: {first['msg']}") from error
    if changed == variant:
        return name, variant
    return f"{name}-{_digest(changed.model_dump())}", changed


def _digest(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(**values).encode()).hexdigest()[:8]


def with_trials(settings: Settings) -> Settings:
    """Return the settings with the systems and variants of all trials added."""
    if not settings.tuning:
        return settings
    blocks = {stage: dict(getattr(settings, stage)) for stage in STAGES}
    systems = dict(settings.systems)
    for tuning in settings.tuning:
        for trial in trials(settings, tuning):
            for stage, (name, variant) in trial.variants.items():
                blocks[stage][name] = variant
            names = {stage: name for stage, (name, _) in trial.variants.items()}
            systems[trial.name] = System.model_validate(names)
    return settings.model_copy(update={**blocks, "systems": systems})


def search_content(settings: Settings, tuning: str, has_reference: Mapping[str, bool]) -> dict:
    """Return the content of a search: its system, trials, corpora and criterion.

    `has_reference` maps the name of a corpus to whether any of its recordings has a reference.
    Raises InputError if a corpus is not marked `split: dev`, or if there is nothing to score.
    """
    search = settings.tuning[tuning]
    splits = {corpus.name: corpus.split for corpus in settings.corpora}
    marked = [corpus for corpus, split in splits.items() if split == "dev"]
    corpora = marked if search.corpora is None else search.corpora
    if wrong := [corpus for corpus in corpora if splits[corpus] != "dev"]:
        raise InputError(
            f"tuning.{tuning}.corpora contains {wrong[0]}, whose split is {splits[wrong[0]]}; "
            "expected split: dev, since a corpus used for tuning cannot be used for testing"
        )
    if not any(has_reference[corpus] for corpus in corpora):
        raise InputError(
            f"tuning.{tuning}: no corpus is marked split: dev and has references; "
            "expected at least one"
        )
    return {
        "system": search.system,
        "protocol": search.protocol,
        "average": search.average,
        "folds": search.folds,
        "group": search.group,
        "corpora": corpora,
        "present": present_trial(settings, tuning),
        "trials": [
            {
                "name": trial.name,
                "values": trial.values,
                "variants": {
                    stage: (name, variant.model_dump())
                    for stage, (name, variant) in trial.variants.items()
                },
            }
            for trial in trials(settings, tuning)
        ],
    }
