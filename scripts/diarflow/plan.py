"""Which results a configuration asks for: the recordings, systems and variants of each corpus."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from diarflow.corpora import Recording
from diarflow.ledger import Failure, read_failures
from diarflow.settings.config import STAGES, Settings

# what names a rule's variants, by the stages of a system that it depends on
VARIANTS = {
    "prepare_audio": "",
    "prepare_reference": "",
    "simulate_conversations": "",
    "detect_speech": "{speech}",
    "detect_changes": "{changes}",
    "detect_overlap": "{overlap}",
    "resegment": "{speech}.{changes}",
    "embed_segments": "{speech}.{changes}.{overlap}.{embedding}",
    "cluster_segments": "{speech}.{changes}.{overlap}.{embedding}.{clustering}",
    "build_turns": "{system}",
    "write_rttm": "{system}",
    "score_recording": "{system}",
}


def held_out(recording: str) -> bool:
    """A tenth of the recordings, by name: for validation where no corpus is given for it."""
    return int(hashlib.sha256(recording.encode()).hexdigest(), 16) % 10 == 0


class Plan:
    """The recordings by corpus and id, and the paths of what is wanted of them."""

    def __init__(self, settings: Settings, recordings: Iterable[Recording]):
        self.settings = settings
        self.recordings = {(one.corpus, one.recording): one for one in recordings}
        self.systems = {corpus.name: settings.systems_of(corpus) for corpus in settings.corpora}

    def paths(
        self,
        product: str,
        rule: str,
        ending: str,
        *,
        scored: bool = False,
        corpus: str | None = None,
    ) -> list[str]:
        """`results/{corpus}/{product}/{variant}/{recording}{ending}` for all variants of a rule.

        With `scored`, only of recordings that have a reference; with `corpus`, only of that one.
        """
        return [
            "/".join(
                p for p in ("results", one.corpus, product, variant, one.recording + ending) if p
            )
            for one in self.recordings.values()
            if (one.reference or not scored) and corpus in (None, one.corpus)
            for variant in self.variants(rule, one.corpus)
        ]

    def variants(self, rule: str, corpus: str) -> list[str]:
        """The variants of a rule that a corpus's systems use, each once."""
        return list(
            dict.fromkeys(
                VARIANTS[rule].format(system=name, **self.settings.systems[name].model_dump())
                for name in self.systems[corpus]
            )
        )

    def failures(self) -> Iterator[Failure]:
        """What the ledger says of results that are still asked for."""
        for corpus in self.systems:
            names = {
                name: one.reference is not None
                for (owner, name), one in self.recordings.items()
                if owner == corpus
            }
            yield from read_failures(corpus, self._all_variants(corpus), names)

    def _all_variants(self, corpus: str) -> dict[str, list[str]]:
        return {rule: self.variants(rule, corpus) for rule in VARIANTS}

    def used(self, stage: str) -> list[str]:
        """The variants of a stage that any corpus's systems use."""
        if stage == "networks":
            used = (getattr(self.settings, one)[name] for one in STAGES for name in self.used(one))
            return list(dict.fromkeys(v.network for v in used if hasattr(v, "network")))
        names = (name for systems in self.systems.values() for name in systems)
        return list(dict.fromkeys(getattr(self.settings.systems[name], stage) for name in names))

    def examples(self, training: str) -> list[dict[str, Any]]:
        """The recordings that a training learns from, and those that it holds out."""
        chosen = self.settings.training[training]
        splits = {corpus.name: corpus.split for corpus in self.settings.corpora}
        return [
            {
                "corpus": one.corpus,
                "recording": one.recording,
                "audio": f"results/{one.corpus}/audio/{one.recording}.wav",
                "reference": f"results/{one.corpus}/reference/{one.recording}.rttm",
                "validation": held_out(one.recording)
                if chosen.validation is None
                else one.corpus in chosen.validation,
            }
            for one in self.recordings.values()
            if one.reference and splits[one.corpus] != "test"
        ]

    def report(self) -> dict[str, Any]:
        """What the report is about."""
        used = {name for names in self.systems.values() for name in names}
        return {
            "recordings": [
                {
                    "corpus": one.corpus,
                    "recording": one.recording,
                    "systems": self.systems[one.corpus],
                    "reference": one.reference is not None,
                }
                for one in self.recordings.values()
            ],
            "systems": {
                name: system.model_dump()
                for name, system in self.settings.systems.items()
                if name in used
            },
            "stages": list(STAGES),
            "collar_each_side": self.settings.scores.collar_each_side,
            "variants": {corpus: self._all_variants(corpus) for corpus in self.systems},
        }
