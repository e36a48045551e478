"""Cost of each system: real-time factor and peak memory, from the usage of its jobs."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, partial
from typing import Any

from diarflow.planning.calls import CHANNELS, UNITS_OF_RULES
from diarflow.runs.usage import costs
from diarflow.timeline.intervals import Seconds


def usage_rows(
    content: Mapping[str, Any], durations: Mapping[str, list[Seconds]]
) -> Iterator[dict[str, Any]]:
    """Yield the usage of each rule and variant, with the seconds per hour of audio and the longest recording.

    The longest recording of the corpus, in minutes, is given because memory grows with the duration of a recording.
    """
    for corpus, variants in content["variants"].items():
        entries = [entry for entry in content["recordings"] if entry["corpus"] == corpus]
        recordings = cache(partial(_ids_of_rule, entries))
        hours = sum(durations.get(corpus, ())) / 3600
        longest = round(max(durations.get(corpus, ()), default=0.0) / 60, 2)
        for row in costs(corpus, recordings, variants):
            per_hour = round(row["seconds"] / hours, 2) if hours else None
            numbers = {name: round(row[name], 2) for name in ("seconds", "cpu", "memory")}
            yield row | numbers | {"per_hour": per_hour, "longest": longest}


def _ids_of_rule(entries: Iterable[Mapping[str, Any]], rule: str) -> set[str]:
    """Return the ids that a rule works on: those of the channels of a call, or that of the call."""
    if UNITS_OF_RULES.get(rule, CHANNELS) == CHANNELS:
        return {id for entry in entries for id in entry.get("channels") or [entry["recording"]]}
    return {entry["recording"] for entry in entries}


def system_costs(
    rows: Iterable[Mapping[str, Any]],
    rules: Mapping[str, Mapping[str, list[str]]],
    systems: Mapping[str, Iterable[str]],
    durations: Mapping[str, list[Seconds]],
) -> list[dict[str, Any]]:
    """Return the cost of each system on each corpus.

    Columns: corpus, system, `seconds` (elapsed time of all jobs of the system, one after the other), `audio` (seconds),
    `real_time_factor` (their quotient) and `memory` (MB). A job that several systems share counts for each of them. All
    are null if the usage of one of the rules of the system is missing, as for an imported system.

    Parameters
    ----------
    rows : usage of each rule and variant (`usage_rows`)
    rules : variants of each rule, by system
    systems : systems of each corpus
    durations : seconds of the recordings of each corpus
    """
    usage = {(row["corpus"], row["rule"], row["variant"]): row for row in rows}
    result = []
    for corpus, names in systems.items():
        audio = sum(durations.get(corpus, ()))
        for name in names:
            variants = rules.get(name, {}).items()
            keys = [(corpus, rule, variant) for rule, own in variants for variant in own]
            cost: dict[str, Any] = dict.fromkeys(("seconds", "audio", "real_time_factor", "memory"))
            if keys and audio and all(key in usage for key in keys):
                seconds = sum(usage[key]["seconds"] for key in keys)
                memory = max(usage[key]["memory"] for key in keys)
                cost = {
                    "seconds": round(seconds, 2),
                    "audio": round(audio, 2),
                    "real_time_factor": round(seconds / audio, 3),
                    "memory": memory,
                }
            result.append({"corpus": corpus, "system": name, **cost})
    return result
