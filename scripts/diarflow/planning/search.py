"""The candidates of a search for settings; `choice` is about which is best.

Every combination of the values is a system of its own, whose variants are named by what they hold. So the
workflow runs each stage once for all combinations that share it, and a value added later runs alone.
"""

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from diarflow.digests import canonical
from diarflow.errors import InputError
from diarflow.settings import Settings
from diarflow.settings.config import STAGES, System


class Candidate(NamedTuple):
    """A system to try: its name, the values that were chosen, and its variants by stage."""

    name: str
    values: dict[str, Any]
    variants: dict[str, tuple[str, Any]]


def candidates(settings: Settings, tuning: str) -> list[Candidate]:
    """Every combination of the values of a search. InputError names a key or a value that is wrong."""
    chosen = settings.tuning[tuning]
    found = {}
    for values in _combinations(chosen.search):
        variants = {}
        for stage in STAGES:
            name = values.get(stage, getattr(settings.systems[chosen.system], stage))
            where = f"tuning.{tuning}.search.{stage}"
            if name not in getattr(settings, stage):
                known = ", ".join(getattr(settings, stage))
                raise InputError(f"{where} holds {name}, expected variants of {stage}: {known}")
            own = {k.partition(".")[2]: v for k, v in values.items() if k.startswith(stage + ".")}
            variants[stage] = _variant(where, name, getattr(settings, stage)[name], own)
        named = {stage: name for stage, (name, _) in variants.items()}
        found[canonical(**named)] = Candidate(f"{chosen.system}-{_digest(named)}", values, variants)
    return list(found.values())


def _combinations(search: Mapping[str, list]) -> Iterator[dict[str, Any]]:
    for values in itertools.product(*search.values()):
        yield dict(zip(search, values, strict=True))


def _variant(where: str, name: str, variant: Any, values: dict[str, Any]) -> tuple[str, Any]:
    """The variant with other values, and a name that says what it holds; itself where nothing differs."""
    unknown = set(values) - (set(type(variant).model_fields) - {"backend"})
    if unknown:
        known = ", ".join(k for k in type(variant).model_fields if k != "backend")
        raise InputError(f"{where}.{min(unknown)} is no setting of {name}, expected one of {known}")
    try:
        changed = type(variant)(**variant.model_dump() | values)
    except ValidationError as error:
        said = error.errors()[0]
        key = ".".join(map(str, said["loc"])) or "values"
        raise InputError(f"{where}.{key} is {said['input']}: {said['msg']}") from error
    if changed == variant:
        return name, variant
    return f"{name}-{_digest(changed.model_dump())}", changed


def _digest(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical(**values).encode()).hexdigest()[:8]


def with_candidates(settings: Settings) -> Settings:
    """The settings with the systems and variants of every search beside the configured ones."""
    if not settings.tuning:
        return settings
    blocks = {stage: dict(getattr(settings, stage)) for stage in STAGES}
    systems = dict(settings.systems)
    for tuning in settings.tuning:
        for one in candidates(settings, tuning):
            for stage, (name, variant) in one.variants.items():
                blocks[stage][name] = variant
            systems[one.name] = System(**{s: name for s, (name, _) in one.variants.items()})
    return settings.model_copy(update={**blocks, "systems": systems})
