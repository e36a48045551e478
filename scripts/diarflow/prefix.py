"""Prefix of the paths of a module: the folder below which `results/`, `logs/` and `models/` lie.

A Snakefile that uses the workflow as a module may give it `prefix: "diarization"`. Snakemake then adds the prefix to the
paths of its rules. Planning works with paths without the prefix, which are those in the records of results, and adds it
where it opens a file. It never changes the current folder, because threads of Snakemake start jobs at the same time.
Paths of the user stay relative to the folder in which Snakemake runs. Jobs work in the folder of the prefix
(runs/job_folder.py).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from diarflow.errors import InputError

OWN_FOLDERS = ("results/", "models/")  # of files that rules make
_prefix: ContextVar[str] = ContextVar("prefix of the paths of rules", default="")


def prefixed(path: Any) -> str:
    """Return the path of a file of the workflow, with the prefix in use; an absolute path stays as it is.

    >>> with prefix_in_use("diarization/"):
    ...     prefixed("results/ami/der.csv")
    'diarization/results/ami/der.csv'
    >>> prefixed("results/ami/der.csv")
    'results/ami/der.csv'
    """
    prefix = _prefix.get()
    path = os.fspath(path)
    return f"{prefix}{path}" if prefix and not os.path.isabs(path) else path


def current_prefix() -> str:
    """Return the prefix in use, which ends with a slash; "" without one."""
    return _prefix.get()


def without_prefix(path: str, prefix: str) -> str | None:
    """Return the part of a path behind a prefix; None for a path that does not begin with it.

    >>> without_prefix("diarization/results/der.csv", "diarization/"), without_prefix("a.tsv", "diarization/")
    ('results/der.csv', None)
    """
    return path[len(prefix) :] if path.startswith(prefix) else None


def set_prefix(prefix: str) -> None:
    """Use a prefix from now on. Snakemake reads the Snakefiles of modules one after another."""
    _prefix.set(prefix)


@contextmanager
def prefix_in_use(prefix: str) -> Iterator[None]:
    """Use a prefix within the block, in this thread."""
    token = _prefix.set(prefix)
    try:
        yield
    finally:
        _prefix.reset(token)


def bind(value: Any, prefix: str) -> Any:
    """Return a function that uses a prefix whenever it is called, and so do the functions that it returns.

    Lists and dictionaries are bound item by item. Other values, and all values without a prefix, stay as they are.
    """
    if not prefix:
        return value
    if isinstance(value, dict):
        return {key: bind(item, prefix) for key, item in value.items()}
    if type(value) is list:
        return [bind(item, prefix) for item in value]
    if not callable(value) or isinstance(value, type):
        return value

    @wraps(value)
    def bound(*arguments: Any, **keywords: Any) -> Any:
        with prefix_in_use(prefix):
            return bind(value(*arguments, **keywords), prefix)

    return bound


class Bound:
    """Object whose methods, and the functions that they return, use a prefix."""

    def __init__(self, target: Any, prefix: str):
        self._target, self._bound_prefix = target, prefix

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        return bind(value, self._bound_prefix) if callable(value) else value


def bound_object(target: Any, prefix: str) -> Any:
    """Return an object whose methods use a prefix; the object itself without a prefix."""
    return Bound(target, prefix) if prefix else target


def module_prefix(path_modifier: Any) -> str:
    """Return the prefix that Snakemake adds to the paths of the rules; "" without one.

    `path_modifier` is Snakemake's. Raises InputError if it changes paths in another way.
    """
    modifier = path_modifier
    while modifier is not None:
        if modifier.modifies_prefixes:
            raise InputError(
                "the module diarflow has `replace_prefix`, which it does not support: use `prefix`, "
                'such as prefix: "diarization"'
            )
        modifier = modifier.inner_modifier
    prefix = path_modifier.replace_prefix("results/").removesuffix("results/")
    if "{" in prefix or "}" in prefix:
        raise InputError(
            f"prefix of the module diarflow is {prefix}, expected a path without braces"
        )
    return prefix


def user_input(path: str) -> Any:
    """Return a file of the user as an input of a rule, to which Snakemake does not add the prefix."""
    if not _prefix.get():
        return path
    from snakemake.io import flag
    from snakemake.path_modifier import PATH_MODIFIER_FLAG

    return flag(path, PATH_MODIFIER_FLAG)
