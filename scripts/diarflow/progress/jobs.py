"""Stages and recordings of jobs, from the names in Snakemake's messages."""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from diarflow.backends import PACKAGE
from diarflow.exports import EXPORTS
from diarflow.planning.rule_variants import VARIANTS
from diarflow.progress.context import RunContext
from diarflow.rule_names import plain_name, plain_rule
from diarflow.timeline.intervals import Seconds

_RETRY = "retry"  # the one rule with a script that is a command of its own, not a part of a run


@lru_cache(100)
def is_stage(name: str) -> bool:
    """Return whether a rule makes files. It then has a script with its name, or is an export."""
    is_export = any(export.rule == name for export in EXPORTS.values())
    return name != _RETRY and (is_export or (PACKAGE.parent / f"{name}.py").is_file())


def stage_totals(jobs: Mapping[str, int], context: RunContext) -> dict[str, int]:
    """Return the number of recordings of each stage, from the numbers of planned jobs by rule.

    A job without a batch counts as one recording. Target rules, which have no script, do not count. Stages are in the
    order of the workflow, before the rules over all recordings.
    """
    totals: dict[str, int] = {}
    for rule, count in jobs.items():
        if is_stage(stage := plain_rule(rule)):
            totals[stage] = totals.get(stage, 0) + count * batch_size(rule, context)
    order = [*VARIANTS, *totals]
    return dict(sorted(totals.items(), key=lambda item: order.index(item[0])))


def batch_size(rule: str, context: RunContext) -> int:
    """Return the number of recordings of a job; 1 for a job without a batch."""
    _, ids = context.batches.get(plain_name(rule), ("", [""]))
    return len(ids)


def recordings_of(
    rule: str, wildcards: Mapping[str, Any] | None, context: RunContext
) -> list[tuple[str, str]]:
    """Return corpus and id of the recordings of a job; none for a rule over all recordings."""
    if (name := plain_name(rule)) in context.batches:
        corpus, ids = context.batches[name]
        return [(corpus, id) for id in ids]
    values = wildcards or {}
    if "recording" in values and "corpus" in values:
        return [(values["corpus"], values["recording"])]
    return []


def audio_seconds(
    recordings: Iterable[tuple[str, str]], prefixes: Collection[str] = ("",)
) -> Seconds:
    """Return the duration of the prepared audio of recordings. One that was set aside has none.

    `prefixes` are those of the modules of this run.
    """
    return sum(
        max(
            (_duration(f"{prefix}results/{corpus}/audio/{id}.wav") for prefix in prefixes),
            default=0.0,
        )
        for corpus, id in recordings
    )


_known: dict[str, Seconds] = {}  # of prepared audio, which is read once in a run


def _duration(path: str) -> Seconds:
    from diarflow.planning.resources import prepared_duration

    if path not in _known and (seconds := prepared_duration(path)):
        _known[path] = seconds
    return _known.get(path, 0.0)
