"""Content of the report: the recordings, systems and settings that it covers, from the plan of a run."""

from pathlib import Path
from typing import Any

from diarflow.backends import PACKAGE
from diarflow.planning.link_groups import people_pages
from diarflow.planning.link_scores import score_tables
from diarflow.planning.plan import Plan
from diarflow.planning.provenance import file_digests
from diarflow.planning.rule_variants import (
    CONFIDENCE_RULES,
    EXPORT_RULES,
    EXTERNAL_RULES,
    RULE_BLOCKS,
)
from diarflow.report.data_names import data_names
from diarflow.settings import STAGES

# products that the pages of recordings show, except those that are never removed
_SHOWN = ("audio", "calls", "embeddings", "speech", "candidates", "changes")


def report_content(plan: Plan) -> dict[str, Any]:
    """Return the content of the report across corpora, as values that JSON can hold."""
    settings = plan.settings
    used = {name for names in plan.systems.values() for name in names}
    return {
        "recordings": [
            {
                "corpus": corpus,
                "recording": id,
                "title": channels[0].title,
                "systems": plan.systems[corpus],
                "reference": plan.calls.has_reference(corpus, id),
                "channels": [channel.id for channel in channels],
                **({} if any(channel.audio for channel in channels) else {"has_audio": False}),
            }
            for corpus, id, channels in plan.calls.recordings()
        ],
        "systems": {
            name: system.model_dump(exclude_none=True, exclude={"oracles"})
            for name, system in settings.systems.items()
            if name in used
        },
        "stages": list(STAGES),
        "splits": {corpus.name: corpus.split for corpus in settings.corpora},
        "cards": network_cards(plan),
        "collar_each_side": settings.scores.collar_each_side,
        "audio": settings.report.audio,
        **_storage(plan),
        "people": people_pages(plan.link_groups),
        "linked": {corpus: plan.linked_systems(corpus) for corpus in plan.systems},
        "linking": score_tables(plan),
        "baseline": settings.report.baseline,
        **_baseline_digest(settings.report.baseline),
        **_confidence(plan),
        "rules": {name: _rules_of_system(plan, name) for name in sorted(used)},
        # without exports: a new format does not change the report
        "variants": {
            corpus: {
                rule: variants
                for rule, variants in plan.variants_by_rule(corpus).items()
                if rule not in EXPORT_RULES and (variants or rule not in CONFIDENCE_RULES)
            }
            for corpus in plan.systems
        },
        "settings": plan.used_settings() | {"segments": {"": settings.segments.model_dump()}},
    }


def _baseline_digest(path: str | None) -> dict[str, Any]:
    return {"baseline_files": file_digests([path])} if path else {}


def _storage(plan: Plan) -> dict[str, Any]:
    """Return the products that pages cannot show because they are removed, and the format of the audio, unless it is WAV."""
    format, removed = plan.settings.audio_format, [name for name in _SHOWN if name in plan.removed]
    return ({"removed": removed} if removed else {}) | (
        {"audio_format": format} if format != "wav" else {}
    )


def _confidence(plan: Plan) -> dict[str, Any]:
    """Return the systems of each corpus that have confidences; without any nothing, so that the report stays the same."""
    systems = {corpus: plan.variants("estimate_confidence", corpus) for corpus in plan.systems}
    return {"confidence": systems} if any(systems.values()) else {}


# rules whose time and memory count as the cost of a system
_COSTLY_RULES = ("prepare_audio", *RULE_BLOCKS, "resegment", "write_rttm")


def _rules_of_system(plan: Plan, system: str) -> dict[str, list[str]]:
    """Return the rules that make the RTTM of a system, each with its variants; none for an imported system."""
    kind = plan.settings.systems[system].kind
    external = [rule for rule, of_kind in EXTERNAL_RULES.items() if of_kind == kind]
    if external:
        return {rule: plan.variants_of(rule, [system]) for rule in ("prepare_audio", *external)}
    if not plan.has_stages(system):
        return {}
    return {rule: plan.variants_of(rule, [system]) for rule in _COSTLY_RULES}


def asset_files() -> list[str]:
    """Return the files that all pages of the report share."""
    pages = PACKAGE / "report" / "pages"
    names = [path.name for path in sorted(pages.iterdir()) if path.suffix in (".css", ".js")]
    return [f"results/report/assets/{name}" for name in [*names, "plotly.min.js"]]


def data_files(plan: Plan) -> list[str]:
    """Return the files with the rows of the recordings that the front page loads."""
    corpora = dict.fromkeys(recording.corpus for recording in plan.recordings.values())
    systems = dict.fromkeys(name for corpus in corpora for name in plan.systems[corpus])
    return [f"results/report/data/{name}.js" for name in data_names(len(systems))]


def network_cards(plan: Plan) -> dict[str, str]:
    """Return the model card of each network in use that was trained in this folder, by the name of the network."""
    models = {name: plan.settings.networks[name].model for name in plan.used("networks")}
    return {
        name: str(Path(model).with_suffix(".json"))
        for name, model in models.items()
        if model.startswith("models/") and model.split("/")[1] in plan.settings.training
    }


def evaluated_detectors(plan: Plan) -> dict[str, dict[str, list[str]]]:
    """Return the recordings that have references and the change detectors to evaluate on them, by corpus.

    The backend `none` detects nothing and is only a baseline: a corpus whose systems use no other is left out.
    Nothing is evaluated if the candidates are removed.
    """
    evaluated: dict[str, dict[str, list[str]]] = {}
    if "candidates" in plan.removed:
        return evaluated
    for corpus in plan.systems:
        ids = [id for id in plan.ids(corpus) if plan.recordings[corpus, id].reference]
        detectors = plan.variants("detect_changes", corpus)
        backends = {plan.settings.changes[name].backend for name in detectors}
        if ids and backends - {"none"}:
            evaluated[corpus] = {"recordings": ids, "changes": detectors}
    return evaluated
