"""
What a job asks of a cluster, and whether it goes there at all. No rules.

in   the plan, results/{corpus}/audio/{recording}.wav once it is there, and the sources' headers
"""

from functools import cache

from diarflow.planning.resources import (
    UNKNOWN,
    is_light,
    length,
    length_by_header,
    memory,
    minutes,
)
from diarflow.planning.plan import VARIANTS
from diarflow.settings.config import STAGES


def memory_of(batch):
    """MB that a job asks of a cluster, by its recordings and the attempts at it."""
    return lambda wildcards, attempt: memory(
        batch.rule, lengths_of(batch, wildcards), attempt
    )


def minutes_of(batch):
    """Minutes that it asks for."""
    return lambda wildcards, attempt: minutes(
        batch.rule, lengths_of(batch, wildcards), attempt
    )


def lengths_of(batch, wildcards):
    corpus = batch.values.get("corpus") or wildcards.corpus
    names = batch.recordings or [wildcards.recording]
    return [length_of(corpus, name) for name in names]


def length_of(corpus, recording):
    """Seconds of a recording: of what was prepared, once it is there."""
    prepared = f"results/{corpus}/audio/{recording}.wav"
    return length(prepared) or expected_length(corpus, recording)


@cache
def expected_length(corpus, recording):
    """The same as far as it is known before it is decoded."""
    row = plan.recordings.get((corpus, recording))
    made = {one.name: one.simulate.duration for one in settings.corpora if one.simulate}
    source = next(iter(row.files("audio")), None) if row else None
    return made.get(corpus) or length_by_header(source) or UNKNOWN


def over_all(need, rule):
    """What a job over all recordings asks for."""
    return lambda wildcards, attempt: need(rule, [60.0] * len(plan.recordings), attempt)


def light(batch):
    """Whether its jobs are done where Snakemake runs, cluster or not."""
    stage = VARIANTS[batch.rule].strip("{}")
    if stage not in STAGES:
        return is_light(batch.rule, [])
    names = [batch.values[stage]] if batch.values else plan.used(stage)
    variants = getattr(settings, stage)
    return is_light(batch.rule, [variants[name].backend for name in names])
