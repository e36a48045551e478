"""Validate a configuration: merged mappings in, typed settings out."""

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from pydantic import ValidationError

from diarflow.errors import InputError
from diarflow.settings.base import BLOCKS, NETWORK_FIELDS, STAGES
from diarflow.settings.config import Settings
from diarflow.settings.introspection import shortened
from diarflow.settings.location import locate
from diarflow.settings.messages import dotted, explain
from diarflow.settings.names import name_problems
from diarflow.settings.renamed import present_name

_MAX_DEPTH = 8  # of nested mappings and lists


def read_settings(
    config: dict[str, Any], *, defaults: dict[str, Any], overlay: dict[str, Any], files: list[str]
) -> Settings:
    """Validate a merged configuration.

    Parameters
    ----------
    config : `defaults` and `overlay`, merged by Snakemake, or the config of a `module`
    defaults : content of config.yaml
    overlay : content of --configfile and --config
    files : paths of the YAML files, in the order in which they were merged

    The config of a module replaces config.yaml. It is an overlay if it lacks any key of the defaults.
    If the overlay gives a variant another backend, the settings of the former backend are dropped.

    Raises InputError with a line for each mistake. It gives the location in `files`, the key, its value and
    the allowed values.
    """
    if bad_keys := list(_keys_that_are_not_text(config)):
        raise InputError.of(
            f"{locate(path, files)}the key {dotted(path)} is not text, expected quotes around it"
            for path in bad_keys
        )
    if (complete := merged(defaults, config)) != config:
        overlay, config = config, complete
    config = _without_former_backends(config, defaults, overlay)
    try:
        settings = Settings.model_validate(config)
    except ValidationError as error:
        raise InputError.of(explain(error, Settings, config, files)) from error
    problems = [
        *_unknown_names(settings), *name_problems(settings), *_renamed_keys(settings),
        *_nested_members(settings),
    ]  # fmt: skip
    if problems:
        raise InputError.of(
            f"{locate(path, files)}{dotted(path)} {message}" for path, message in problems
        )
    return settings


def merged(defaults: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
    """Return the defaults, with the values of an overlay; mappings in both are merged key by key."""
    result = defaults | overlay
    for key in defaults.keys() & overlay.keys():
        if isinstance(defaults[key], dict) and isinstance(overlay[key], dict):
            result[key] = merged(defaults[key], overlay[key])
    return result


def _keys_that_are_not_text(
    value: Any, path: tuple = (), visited: set[int] | None = None
) -> Iterator[tuple]:
    """Return the paths of keys that YAML reads as numbers, dates or truth values.

    A value that aliases repeat is read once.
    """
    visited = set() if visited is None else visited
    if not isinstance(value, dict | list) or len(path) > _MAX_DEPTH or id(value) in visited:
        return
    visited.add(id(value))
    items: Any = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        if isinstance(value, dict) and not isinstance(key, str):
            yield *path, str(key)
        else:
            yield from _keys_that_are_not_text(inner, (*path, key), visited)


def _without_former_backends(
    config: dict[str, Any], defaults: dict[str, Any], overlay: dict[str, Any]
) -> dict[str, Any]:
    """Replace each variant whose backend the overlay changes by the overlay's variant."""
    config = dict(config)
    for stage in (*BLOCKS, "links"):
        block = config.get(stage)
        if not isinstance(block, dict):
            continue
        config[stage] = dict(block)
        for name, variant in _mapping(_mapping(overlay).get(stage)).items():
            default = _mapping(_mapping(_mapping(defaults).get(stage)).get(name))
            backend = _mapping(variant).get("backend")
            if backend is not None and default and backend != default.get("backend"):
                config[stage][name] = variant
    return config


def _mapping(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


class _Reference(NamedTuple):
    """A setting whose value is the name of a variant, a network, a system or a corpus."""

    path: tuple
    name: str
    names: Collection[str]


def _references(settings: Settings) -> Iterator[_Reference]:
    corpora = [corpus.name for corpus in settings.corpora]
    for name, system in settings.systems.items():
        for stage in STAGES if system.kind == "stages" else ():
            variants = getattr(settings, stage)
            yield _Reference(("systems", name, stage), getattr(system, stage), variants)
        for member in system.members:
            yield _Reference(("systems", name, system.kind), member, settings.systems)
    for stage in STAGES:
        for name, variant in getattr(settings, stage).items():
            for field in NETWORK_FIELDS:
                if network := getattr(variant, field, None):
                    yield _Reference((stage, name, field), network, settings.networks)
    for name, training in settings.training.items():
        for corpus_name in training.validation or ():
            yield _Reference(("training", name, "validation"), corpus_name, corpora)
    for name, tuning in settings.tuning.items():
        yield _Reference(("tuning", name, "system"), tuning.system, settings.systems)
        for corpus_name in tuning.corpora or ():
            yield _Reference(("tuning", name, "corpora"), corpus_name, corpora)
    for name, link in settings.links.items():
        for system_name in link.systems or ():
            yield _Reference(("links", name, "systems"), system_name, settings.systems)
        for corpus_name in link.corpora or ():
            yield _Reference(("links", name, "corpora"), corpus_name, corpora)
    for name, turns in settings.turns.items():
        if embedding := getattr(turns, "embedding", None):
            yield _Reference(("turns", name, "embedding"), embedding, settings.embedding)
    for name, plda in settings.plda.items():
        yield _Reference(("plda", name, "embedding"), plda.embedding, settings.embedding)
    for number, corpus in enumerate(settings.corpora):
        for name in corpus.systems or ():
            yield _Reference(("corpora", number, "systems"), name, settings.systems)
    for name in settings.default_systems:
        yield _Reference(("default_systems",), name, settings.systems)


def _unknown_names(settings: Settings) -> Iterator[tuple[tuple, str]]:
    """Return the path and the message of each reference to a name that is not configured."""
    for path, name, names in _references(settings):
        if name not in names:
            expected = shortened(names) or "(none are configured)"
            yield path, f"is {name}, expected one of {expected}"


def _nested_members(settings: Settings) -> Iterator[tuple[tuple, str]]:
    """Return the path and the message of each system that fuses or chooses from systems that it must not contain."""
    for name, system in settings.systems.items():
        for member in system.members:
            kind = settings.systems[member].kind if member in settings.systems else "stages"
            path = ("systems", name, system.kind)
            if kind == "choose":
                yield path, f"contains {member}, which chooses a system itself"
            elif kind == system.kind == "fuse":
                yield path, f"contains {member}, which fuses systems itself"


def _renamed_keys(settings: Settings) -> Iterator[tuple[tuple, str]]:
    """Return the path and the message of each search key with a former name of a setting."""
    for name, tuning in settings.tuning.items():
        for key in tuning.search:
            stage, _, setting = key.partition(".")
            if present := present_name((stage, "", setting)):
                yield ("tuning", name, "search", key), f"is now {stage}.{present}"
