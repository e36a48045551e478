"""Systems and recordings that a configuration requests, and the variants of rules that they need."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from diarflow.planning.calls import Calls
from diarflow.planning.confidence_request import systems_with_confidence, systems_with_evidence
from diarflow.planning.link_groups import link_groups
from diarflow.planning.recording import Recording
from diarflow.planning.retention import removed_products
from diarflow.planning.rule_variants import (
    CONFIDENCE_RULES,
    EXPORT_RULES,
    EXTERNAL_RULES,
    LINK_RULES,
    MEMBER_RULES,
    VARIANTS,
)
from diarflow.planning.search import trials
from diarflow.settings import BLOCKS, NETWORK_FIELDS, STAGES, Settings


class Request:
    """Recordings by corpus and id, systems by corpus, and the variants of the rules that they need."""

    def __init__(self, settings: Settings, recordings: Iterable[Recording]):
        self.settings = settings
        self.recordings = {(recording.corpus, recording.id): recording for recording in recordings}
        self.systems = {corpus.name: settings.systems_of(corpus) for corpus in settings.corpora}
        self.exports = {corpus.name: corpus.exports for corpus in settings.corpora}
        self.corpora_with_transcripts = {
            recording.corpus
            for recording in self.recordings.values()
            if recording.transcript is not None
        }
        self.link_groups = link_groups(settings)
        self.removed = removed_products(settings)
        speakers = {
            corpus.name: corpus.channel_speakers
            for corpus in settings.corpora
            if corpus.channel_speakers
        }
        self.calls = Calls(self.recordings.values(), speakers)

    def ids(self, corpus: str, rule: str = "") -> list[str]:
        """Return the ids that a rule works on; without a rule, of recordings and of the channels of calls."""
        return self.calls.ids(corpus, rule)

    def scored_ids(self, corpus: str) -> list[str]:
        """Return the ids of the recordings of a corpus that have a reference."""
        ids = self.ids(corpus, "score_recording")
        return [id for id in ids if self.calls.has_reference(corpus, id)]

    def has_stages(self, system: str) -> bool:
        """Return whether a system consists of stages; not if it is imported, external or fused."""
        return self.settings.systems[system].kind == "stages"

    def linked_systems(self, corpus: str) -> list[str]:
        """Return the systems of a corpus whose speakers are linked across recordings."""
        return [
            system
            for group in self.link_groups
            if corpus in group.corpora
            for system in group.systems
        ]

    def trial_systems(self, corpus: str) -> list[str]:
        """Return the systems that searches try on a corpus."""
        split = {corpus.name: corpus.split for corpus in self.settings.corpora}[corpus]
        return [
            trial.name
            for name, search in self.settings.tuning.items()
            if split == "dev" and corpus in (search.corpora or [corpus])
            for trial in trials(self.settings, name)
        ]

    def variants(self, rule: str, corpus: str) -> list[str]:
        """Return the variants of a rule that the systems of a corpus use, each once."""
        systems = self.systems_of(rule, corpus)
        if rule == "join_channels" and not self.calls.has_audio(corpus):
            return []
        return self.variants_of(rule, systems) if systems else []

    def variants_of(self, rule: str, systems: Iterable[str]) -> list[str]:
        """Return the variants of a rule that these systems use, each once."""
        return [VARIANTS[rule].format(**choice) for choice in self.choices(rule, systems)]

    def systems_of(self, rule: str, corpus: str) -> list[str]:
        """Return the systems of a corpus that a rule runs for: of an export, all if the corpus requests its format."""
        if rule in EXPORT_RULES and EXPORT_RULES[rule] not in self.exports[corpus]:
            return []
        if rule == "assign_words" and corpus not in self.corpora_with_transcripts:
            return []
        if rule in LINK_RULES:
            return self.linked_systems(corpus)
        if rule == "collect_evidence":
            return systems_with_evidence(self.settings, self.systems[corpus])
        if rule == "estimate_confidence":
            return systems_with_confidence(self.settings, self.systems[corpus])
        return self.systems[corpus]

    def variants_by_rule(self, corpus: str) -> dict[str, list[str]]:
        """Return the variants of every rule that the systems of a corpus use."""
        return {rule: self.variants(rule, corpus) for rule in VARIANTS}

    def used(self, block: str) -> list[str]:
        """Return the variants of a stage, or the networks, that the systems of any corpus use."""
        if block == "networks":
            variants = (
                getattr(self.settings, stage)[name] for stage in STAGES for name in self.used(stage)
            )
            return list(dict.fromkeys(name for variant in variants for name in _networks(variant)))
        systems = dict.fromkeys(name for systems in self.systems.values() for name in systems)
        names = [
            getattr(self.settings.systems[name], block) for name in systems if self.has_stages(name)
        ]
        if block == "embedding":
            dense = map(self.dense_embedding, self.used("turns"))
            names += [name for name in dense if name]
        return list(dict.fromkeys(names))

    def dense_embedding(self, turns: str) -> str | None:
        """Return the embedding that a variant of turns reads besides that of its system."""
        return getattr(self.settings.turns[turns], "embedding", None)

    def used_settings(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the settings of the variants in use, by block and name."""
        return {
            block: {name: getattr(self.settings, block)[name].model_dump() for name in names}
            for block in BLOCKS
            if (names := self.used(block))
        }

    def choices(self, rule: str, systems: Iterable[str]) -> list[dict[str, str]]:
        """Return the parts of systems that a rule depends on, each combination once: [{"speech": "webrtc"}]."""
        keys = re.findall(r"{(\w+)}", VARIANTS[rule])
        if not keys:
            return [{}]
        choices = [
            {key: parts[key] for key in keys}
            for name in systems
            if self._runs_for(rule, name)
            for parts in self._parts(rule, name)
        ]
        return [
            dict(choice) for choice in dict.fromkeys(tuple(choice.items()) for choice in choices)
        ]

    def _runs_for(self, rule: str, system: str) -> bool:
        """Return whether a rule has jobs for a system: systems without stages have none before their RTTM."""
        if rule in ("score_recording", "assign_words", *CONFIDENCE_RULES) or rule in EXPORT_RULES:
            return True
        if rule in EXTERNAL_RULES:
            return self.settings.systems[system].kind == EXTERNAL_RULES[rule]
        kind = self.settings.systems[system].kind
        if rule in MEMBER_RULES:
            return kind == MEMBER_RULES[rule]
        if rule == "import_rttm":
            return kind in ("rttm", *EXTERNAL_RULES.values())
        return kind == "stages"

    def _parts(self, rule: str, name: str) -> Iterator[dict[str, str]]:
        """Yield the parts of a system, once for each of its embeddings and networks that a rule runs for."""
        system = self.settings.systems[name]
        parts = system.model_dump() | {"system": name}
        embeddings = [system.embedding]
        if rule in ("embed_segments", "compute_activations") and system.turns:
            embeddings += filter(None, [self.dense_embedding(system.turns)])
        for embedding in embeddings:
            chosen = parts | {"embedding": embedding}
            if rule != "compute_activations":
                yield chosen
                continue
            for stage in STAGES:
                variant = getattr(self.settings, stage)[chosen[stage]]
                for network in _networks(variant):
                    yield chosen | {"network": network}


def _networks(variant: Any) -> list[str]:
    """Return the networks whose activations a variant reads."""
    return [name for field in NETWORK_FIELDS if (name := getattr(variant, field, None))]
