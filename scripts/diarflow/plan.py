"""Which results a configuration asks for: the recordings, systems and variants of each corpus."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from diarflow.corpora import Recording
from diarflow.errors import InputError
from diarflow.inference import model_path
from diarflow.ledger import Failure, read_failures
from diarflow.settings.config import BLOCKS, STAGES, Settings, is_oracle

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
    "import_rttm": "{system}",
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
        """The variants of a rule that a corpus's systems use, each once.

        RTTM made elsewhere goes through `import_rttm` and is scored; the rules before are for the others.
        """
        kinds = {"import_rttm": (True,), "write_rttm": (False,), "score_recording": (True, False)}
        found = []
        for name in self.systems[corpus]:
            if VARIANTS[rule] and self.imported(name) not in kinds.get(rule, (False,)):
                continue
            system = self.settings.systems[name].model_dump()
            found.append(VARIANTS[rule].format(system=name, **system))
            if rule == "embed_segments" and (further := self._further(system["turns"])):
                found.append(VARIANTS[rule].format(**system | {"embedding": further}))
        return list(dict.fromkeys(found))

    def _further(self, turns: str) -> str | None:
        """A further embedding that turns read beside the system's own."""
        return getattr(self.settings.turns[turns], "embedding", None)

    def imported(self, system: str) -> bool:
        """Whether a system's RTTM was made elsewhere."""
        return self.settings.systems[system].rttm is not None

    def heard(self) -> list[str]:
        """The prepared audio of the recordings that have any."""
        return [
            f"results/{one.corpus}/audio/{one.recording}.wav"
            for one in self.recordings.values()
            if one.audio and self.systems[one.corpus]
        ]

    def hypotheses(self) -> list[str]:
        """The RTTM of all systems, whoever made them."""
        return [
            path
            for rule in ("write_rttm", "import_rttm")
            for path in self.paths("rttm", rule, ".rttm")
        ]

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
            names = (getattr(variant, "network", None) for variant in used)
            return list(dict.fromkeys(name for name in names if name))
        systems = dict.fromkeys(name for systems in self.systems.values() for name in systems)
        own = [self.settings.systems[name] for name in systems if not self.imported(name)]
        names = [getattr(system, stage) for system in own]
        if stage == "embedding":
            names += [further for name in self.used("turns") if (further := self._further(name))]
        return list(dict.fromkeys(names))

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

    def check_oracles(self) -> None:
        """Raise InputError where an oracle is asked for recordings that have no reference."""
        problems = []
        for corpus, systems in self.systems.items():
            lacking = [
                n for (c, n), one in self.recordings.items() if c == corpus and not one.reference
            ]
            for name in systems:
                if lacking and self._oracles(name):
                    shown = ", ".join(lacking[:3]) + (", ..." if len(lacking) > 3 else "")
                    problems.append(
                        f"corpus {corpus}: system {name} takes a stage from the references, and "
                        f"{len(lacking)} recordings have none ({shown}); expected a reference for each"
                    )
        if problems:
            raise InputError.of(problems)

    def _oracles(self, system: str) -> list[str]:
        """The stages that a system takes from the reference."""
        if self.imported(system):
            return []
        chosen = self.settings.systems[system].model_dump()
        return [one for one in STAGES if is_oracle(getattr(self.settings, one)[chosen[one]])]

    def tuning(self, name: str) -> dict[str, Any]:
        """What a search is about: its system, its candidates, and the corpora that it looks at.

        InputError where one of them is not marked dev, or none is.
        """
        from diarflow.tuning import candidates

        chosen = self.settings.tuning[name]
        splits = {corpus.name: corpus.split for corpus in self.settings.corpora}
        marked = [corpus for corpus, split in splits.items() if split == "dev"]
        corpora = marked if chosen.corpora is None else chosen.corpora
        if wrong := [corpus for corpus in corpora if splits[corpus] != "dev"]:
            raise InputError(
                f"tuning.{name}.corpora holds {wrong[0]}, whose split is {splits[wrong[0]]}; expected dev: "
                "what was tuned on a corpus cannot be tested on it"
            )
        if not any(
            one.reference for (corpus, _), one in self.recordings.items() if corpus in corpora
        ):
            raise InputError(
                f"tuning.{name}: no corpus with references is marked split: dev, so there is nothing to tune on"
            )
        return {
            "system": chosen.system,
            "protocol": chosen.protocol,
            "folds": chosen.folds,
            "corpora": corpora,
            "candidates": [
                {
                    "name": one.name,
                    "values": one.values,
                    "variants": {s: (n, v.model_dump()) for s, (n, v) in one.variants.items()},
                }
                for one in candidates(self.settings, name)
            ],
        }

    def tried(self, name: str) -> list[str]:
        """The scores that a search compares."""
        asked = self.tuning(name)
        return [
            f"results/{corpus}/scores/{candidate['name']}/{recording}.parquet"
            for (corpus, recording), one in self.recordings.items()
            if corpus in asked["corpora"] and one.reference
            for candidate in asked["candidates"]
        ]

    def cards(self) -> dict[str, str]:
        """The cards of the trained networks in use: what each was trained on, beside its model."""
        found = {}
        for name in self.used("networks"):
            model = self.settings.networks[name].model
            card = (Path(model) if model.startswith("models/") else model_path(model)).with_suffix(
                ".json"
            )
            if model.startswith("models/") or card.is_file():
                found[name] = str(card)
        return found

    def judged(self) -> dict[str, dict[str, list[str]]]:
        """The recordings that have references, and the change detectors that are judged on them."""
        named = {corpus: [] for corpus in self.systems}
        for one in self.recordings.values():
            if one.reference:
                named[one.corpus].append(one.recording)
        return {
            corpus: {"recordings": names, "changes": self.variants("detect_changes", corpus)}
            for corpus, names in named.items()
            if names and self.variants("detect_changes", corpus)
        }

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
                name: system.model_dump(exclude_none=True)
                for name, system in self.settings.systems.items()
                if name in used
            },
            "stages": list(STAGES),
            "splits": {corpus.name: corpus.split for corpus in self.settings.corpora},
            "cards": self.cards(),
            "collar_each_side": self.settings.scores.collar_each_side,
            "audio": self.settings.report.audio,
            "variants": {corpus: self._all_variants(corpus) for corpus in self.systems},
            "settings": {
                stage: {name: getattr(self.settings, stage)[name].model_dump() for name in names}
                for stage in BLOCKS
                if (names := self.used(stage))
            }
            | {"segments": {"": self.settings.segments.model_dump()}},
        }
