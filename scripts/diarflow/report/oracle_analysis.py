"""Which stage loses the DER: systems with one stage made perfect, beside the system as it is."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from diarflow.scoring.names import ALL


def perfect_stages(content: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """By system with one stage made perfect: that stage, and the system that it is compared with.

    A system is compared with one that differs from it in nothing but that stage.

    >>> systems = {"ours": {"speech": "webrtc", "turns": "join"},
    ...            "knows-speech": {"speech": "truth", "turns": "join"}}
    >>> settings = {"speech": {"webrtc": {"backend": "webrtc"}, "truth": {"backend": "oracle"}}}
    >>> perfect_stages({"systems": systems, "settings": settings})
    {'knows-speech': {'base': 'ours', 'stage': 'speech'}}
    """
    found = {}
    systems = {name: one for name, one in content["systems"].items() if isinstance(one, dict)}
    for name, system in systems.items():
        for base, other in systems.items():
            stages = [stage for stage in system if system[stage] != other.get(stage)]
            if len(stages) != 1 or _is_perfect(content, stages[0], other.get(stages[0])):
                continue
            if _is_perfect(content, stages[0], system[stages[0]]):
                chosen = content["settings"][stages[0]][system[stages[0]]]
                stage = stages[0] if chosen["backend"] == "oracle" else "number of speakers"
                found.setdefault(name, {"base": base, "stage": stage})
    return found


def _is_perfect(content: Mapping[str, Any], stage: str, variant: str | None) -> bool:
    chosen = content.get("settings", {}).get(stage, {}).get(variant, {})
    return "oracle" in (chosen.get("backend"), chosen.get("speaker_count"))


def stage_costs(totals: pd.DataFrame, stages: Mapping[str, Mapping[str, str]]) -> Iterator[dict]:
    """A row for each corpus, protocol and perfect stage: the DER as it is, with it, and the difference."""
    rows = totals[totals["recording"] == ALL]
    der = {(row.corpus, row.protocol, row.system): row.der for row in rows.itertuples()}
    for (corpus, protocol, system), perfect in der.items():
        if system in stages and (corpus, protocol, stages[system]["base"]) in der:
            base = der[corpus, protocol, stages[system]["base"]]
            yield {
                "corpus": corpus, "protocol": protocol, "system": system, **stages[system],
                "der": base, "perfect": perfect, "difference": perfect - base,
            }  # fmt: skip
