"""Share of each stage in the DER: each system compared with the same system with an oracle for one stage."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from diarflow.report.headline import find_comparison
from diarflow.report.metrics import json_value
from diarflow.scoring.names import ALL


def find_oracle_systems(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the systems that equal another system, their base, except for an oracle in one stage.

    An oracle is a backend that reads the reference, or a clustering with the number of speakers of the reference
    (`speaker_count: oracle`).

    >>> systems = {"ours": {"speech": "webrtc", "turns": "join"},
    ...            "oracle-speech": {"speech": "truth", "turns": "join"}}
    >>> settings = {"speech": {"webrtc": {"backend": "webrtc"}, "truth": {"backend": "oracle"}}}
    >>> find_oracle_systems({"systems": systems, "settings": settings, "stages": ["speech", "turns"]})
    {'oracle-speech': {'base': 'ours', 'stage': 'speech'}}
    """
    oracle_systems: dict[str, dict[str, str]] = {}
    systems = {name: value for name, value in content["systems"].items() if isinstance(value, dict)}
    for name, system in systems.items():
        for base, other in systems.items():
            stages = [stage for stage in content["stages"] if system.get(stage) != other.get(stage)]
            if len(stages) != 1 or _has_oracle(content, stages[0], other.get(stages[0])):
                continue
            if _has_oracle(content, stages[0], system.get(stages[0])):
                variant = content["settings"][stages[0]][system[stages[0]]]
                stage = stages[0] if variant["backend"] == "oracle" else "number of speakers"
                oracle_systems.setdefault(name, {"base": base, "stage": stage})
    return oracle_systems


def systems_with_oracles(content: Mapping[str, Any]) -> set[str]:
    """Return the systems that take any stage, or the number of speakers, from the reference.

    >>> systems = {"ours": {"speech": "webrtc"}, "cheats": {"speech": "oracle"}, "theirs": {"rttm": "a.rttm"}}
    >>> settings = {"speech": {"oracle": {"backend": "oracle"}}}
    >>> systems_with_oracles({"systems": systems, "settings": settings, "stages": ["speech"]})
    {'cheats'}
    """
    return {
        name
        for name, system in content["systems"].items()
        if isinstance(system, dict)
        and any(_has_oracle(content, stage, system.get(stage)) for stage in content["stages"])
    }


def _has_oracle(content: Mapping[str, Any], stage: str, name: str | None) -> bool:
    variant = content.get("settings", {}).get(stage, {}).get(name, {})
    return "oracle" in (variant.get("backend"), variant.get("speaker_count"))


def oracle_differences(
    totals: pd.DataFrame,
    oracle_systems: Mapping[str, Mapping[str, str]],
    comparisons: Sequence[Mapping[str, Any]] = (),
) -> Iterator[dict[str, Any]]:
    """Yield the DER of each base, the DER with the oracle, and the difference, by corpus and protocol.

    The difference and its interval are those of comparisons.csv. Without a row there, the difference is that of the
    two DERs, and the interval is empty.
    """
    rows = totals[totals["recording"] == ALL]
    der = {(row.corpus, row.protocol, row.system): row.der for row in rows.itertuples()}
    for (corpus, protocol, system), oracle_der in der.items():
        if system not in oracle_systems:
            continue
        base = oracle_systems[system]["base"]
        if (corpus, protocol, base) not in der:
            continue
        base_der = der[corpus, protocol, base]
        compared = find_comparison(comparisons, corpus, protocol, system, base) or {
            "difference": round(oracle_der - base_der, 2),
            "difference_low": None,
            "difference_high": None,
        }
        yield {
            "corpus": corpus,
            "protocol": protocol,
            "system": system,
            "base": base,
            "stage": oracle_systems[system]["stage"],
            "der": json_value(base_der),
            "oracle_der": json_value(oracle_der),
            **{name: json_value(value) for name, value in compared.items()},
        }
