"""Which results a configuration asks for: the recordings, systems and variants of each corpus."""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from diarflow.artifacts.failures import OF_REFERENCES, Failure, read_failures
from diarflow.errors import InputError
from diarflow.networks.onnx import model_path
from diarflow.planning.batches import Batch, batch_count, batch_label, batch_of, time_of, told
from diarflow.planning.corpora import Recording
from diarflow.planning.search import candidates
from diarflow.settings.config import BLOCKS, STAGES, Corpus, Settings, is_oracle

# what names a rule's variants, by the stages of a system that it depends on
VARIANTS = {
    "prepare_audio": "",
    "prepare_reference": "",
    "simulate_conversations": "",
    "compute_activations": "{network}",
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


def _path(corpus: str, product: str, variant: str, name: str) -> str:
    return "/".join(part for part in ("results", corpus, product, variant, name) if part)


class Plan:
    """The recordings by corpus and id, and the paths of what is wanted of them."""

    def __init__(self, settings: Settings, recordings: Iterable[Recording]):
        self.settings = settings
        self.recordings = {(one.corpus, one.recording): one for one in recordings}
        self.systems = {corpus.name: settings.systems_of(corpus) for corpus in settings.corpora}
        self._names: dict[str, list[str]] = {}
        for corpus, name in self.recordings:
            self._names.setdefault(corpus, []).append(name)

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
        variants = {one: self.variants(rule, one) for one in self.systems}
        return [
            _path(one.corpus, product, variant, one.recording + ending)
            for one in self.recordings.values()
            if (one.reference or not scored) and corpus in (None, one.corpus)
            for variant in variants[one.corpus]
        ]

    def names(self, corpus: str) -> list[str]:
        """The recordings of a corpus."""
        return self._names.get(corpus, [])

    def batches(self, rule: str, wanted: Collection[str] = ()) -> Iterator[Batch]:
        """What each job of a rule works on; at size 1 one batch that stands for any recording.

        Where some rules are `wanted`, by name, only theirs.
        """
        if self.settings.batch_size == 1:
            yield Batch(rule)
            return
        for corpus in self.settings.corpora:
            if rule == "simulate_conversations" and not corpus.simulate:
                continue
            systems = [*self.systems[corpus.name], *self._tried_on(corpus)]
            for label, names in self._batched(corpus.name, scored=rule in OF_REFERENCES):
                for choice in self._choices(rule, systems):
                    batch = Batch(rule, label, names, corpus=corpus.name, **choice)
                    if not wanted or batch.name in wanted:
                        yield batch

    @cache  # noqa: B019 - one plan a run
    def _batched(self, corpus: str, *, scored: bool) -> list[tuple[str, list[str]]]:
        """The batches of a corpus by label; with `scored` only their recordings that have a reference."""
        names = self.names(corpus)
        count = batch_count(len(names), self.settings.batch_size)
        found: dict[int, list[str]] = {}
        for name in names:
            if self.recordings[corpus, name].reference or not scored:
                found.setdefault(batch_of(name, count), []).append(name)
        return [(batch_label(number, count), found[number]) for number in sorted(found)]

    def inputs(
        self,
        product: str,
        rule: str,
        ending: str,
        *,
        made: str = "",
        scored: bool = False,
        corpus: str | None = None,
    ) -> list[str]:
        """Of `paths` those that Snakemake must know of to make the file `made`: in batches not all."""
        if self.settings.batch_size == 1:
            return self.paths(product, rule, ending, scored=scored, corpus=corpus)
        found = []
        for one in self.systems if corpus is None else [corpus]:
            for variant in self.variants(rule, one):
                for _, names in self._batched(one, scored=scored):
                    paths = [_path(one, product, variant, name + ending) for name in names]
                    found += told(paths, [time_of(made)] * len(paths))
        return found

    def variants(self, rule: str, corpus: str) -> list[str]:
        """The variants of a rule that a corpus's systems use, each once."""
        systems = self.systems[corpus]
        choices = self._choices(rule, systems) if systems else []
        return [VARIANTS[rule].format(**one) for one in choices]

    def _choices(self, rule: str, systems: Iterable[str]) -> list[dict[str, str]]:
        """What systems choose of the stages that a rule depends on, each once: [{"speech": "webrtc"}].

        RTTM made elsewhere goes through `import_rttm` and is scored; the rules before are for the others.
        """
        kinds = {"import_rttm": (True,), "write_rttm": (False,), "score_recording": (True, False)}
        keys = re.findall(r"{(\w+)}", VARIANTS[rule])
        found = [] if keys else [{}]
        for name in systems if keys else ():
            if self.imported(name) not in kinds.get(rule, (False,)):
                continue
            system = self.settings.systems[name].model_dump() | {"system": name}
            embeddings = [system["embedding"]]
            if rule in ("embed_segments", "compute_activations"):
                embeddings += [further for further in [self._further(system["turns"])] if further]
            for embedding in embeddings:
                chosen = system | {"embedding": embedding}
                networks = self._networks(chosen) if keys == ["network"] else [None]
                for network in networks:
                    found.append({key: (chosen | {"network": network})[key] for key in keys})
        return [dict(one) for one in dict.fromkeys(tuple(one.items()) for one in found)]

    def _networks(self, system: dict[str, str]) -> list[str]:
        """The networks that a system's variants read."""
        if system["rttm"] is not None:
            return []
        chosen = [getattr(self.settings, stage)[system[stage]] for stage in STAGES]
        return [network for one in chosen if (network := getattr(one, "network", None))]

    def _tried_on(self, corpus: Corpus) -> list[str]:
        """The systems that searches try on a corpus."""
        return [
            one.name
            for name, chosen in self.settings.tuning.items()
            if corpus.name in (chosen.corpora or [corpus.name]) and corpus.split == "dev"
            for one in candidates(self.settings, name)
        ]

    def _further(self, turns: str) -> str | None:
        """A further embedding that turns read beside the system's own."""
        return getattr(self.settings.turns[turns], "embedding", None)

    def imported(self, system: str) -> bool:
        """Whether a system's RTTM was made elsewhere."""
        return self.settings.systems[system].rttm is not None

    def heard(self, made: str = "") -> list[str]:
        """The prepared audio of the recordings that have any; where `made` is given what that must know of.

        Snakemake would read each of an input for each output of the rule; what is made of all audio is made of
        the RTTM as well, which needs all of it.
        """
        found = []
        for corpus in {one.corpus: None for one in self.recordings.values() if one.audio}:
            if not self.systems[corpus]:
                continue
            paths = self.inputs("audio", "prepare_audio", ".wav", made=made, corpus=corpus)
            found += told(paths, [time_of(made)] * len(paths)) if made else paths
        return found

    def hypotheses(self, made: str = "") -> list[str]:
        """The RTTM of all systems, whoever made them; in batches what `made` must know of."""
        return [
            path
            for rule in ("write_rttm", "import_rttm")
            for path in self.inputs("rttm", rule, ".rttm", made=made)
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
        """The recordings that a training learns from, and whether it holds them out; None: not said yet."""
        chosen = self.settings.training[training]
        splits = {corpus.name: corpus.split for corpus in self.settings.corpora}
        return [
            {
                "corpus": one.corpus,
                "recording": one.recording,
                "audio": f"results/{one.corpus}/audio/{one.recording}.wav",
                "reference": f"results/{one.corpus}/reference/{one.recording}.rttm",
                "validation": None
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
            "average": chosen.average,
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
        """The recordings that have references, and the change detectors that are judged on them.

        To find no changes (`none`) is no detector: it is what others are compared with.
        """
        named = {corpus: [] for corpus in self.systems}
        for one in self.recordings.values():
            if one.reference:
                named[one.corpus].append(one.recording)
        found = {}
        for corpus, names in named.items():
            detectors = self.variants("detect_changes", corpus)
            if names and any(self.settings.changes[one].backend != "none" for one in detectors):
                found[corpus] = {"recordings": names, "changes": detectors}
        return found

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
