"""Results that a configuration requests: the recordings, systems and variants of each corpus."""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any

from diarflow.artifacts.failures import REFERENCE_RULES, Failure, of_calls, read_failures
from diarflow.batch_labels import batch_count, batch_index, batch_label
from diarflow.exports import EXPORTS
from diarflow.planning.batches import Batch, inputs_to_declare
from diarflow.planning.calls import CHANNELS, RECORDINGS, UNITS_OF_RULES, Calls
from diarflow.planning.file_states import modification_time
from diarflow.planning.recording import Recording
from diarflow.planning.rule_variants import EXPORT_RULES, VARIANTS
from diarflow.planning.search import trials
from diarflow.settings import BLOCKS, STAGES, Settings


class Plan:
    """Recordings by corpus and id, systems by corpus, and the paths of their results.

    With batches (`batch_size` above 1) the methods that return inputs leave out files whose jobs are planned in
    any case; see `inputs_to_declare`.
    """

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

    def is_imported(self, system: str) -> bool:
        """Return whether the RTTM of a system is made elsewhere."""
        return self.settings.systems[system].rttm is not None

    def trial_systems(self, corpus: str) -> list[str]:
        """Return the systems that searches try on a corpus."""
        split = {corpus.name: corpus.split for corpus in self.settings.corpora}[corpus]
        return [
            trial.name
            for name, search in self.settings.tuning.items()
            if split == "dev" and corpus in (search.corpora or [corpus])
            for trial in trials(self.settings, name)
        ]

    # --- variants -------------------------------------------------------------------------------

    def variants(self, rule: str, corpus: str) -> list[str]:
        """Return the variants of a rule that the systems of a corpus use, each once."""
        systems = self._systems_of(rule, corpus)
        if rule == "join_channels" and not self.calls.has_audio(corpus):
            return []
        return self.variants_of(rule, systems) if systems else []

    def variants_of(self, rule: str, systems: Iterable[str]) -> list[str]:
        """Return the variants of a rule that these systems use, each once."""
        return [VARIANTS[rule].format(**choice) for choice in self._choices(rule, systems)]

    def _systems_of(self, rule: str, corpus: str) -> list[str]:
        """Return the systems of a corpus; of an export only if the corpus requests its format."""
        if rule in EXPORT_RULES and EXPORT_RULES[rule] not in self.exports[corpus]:
            return []
        if rule == "assign_words" and corpus not in self.corpora_with_transcripts:
            return []
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
            networks = (getattr(variant, "network", None) for variant in variants)
            return list(dict.fromkeys(network for network in networks if network))
        systems = dict.fromkeys(name for systems in self.systems.values() for name in systems)
        names = [
            getattr(self.settings.systems[name], block)
            for name in systems
            if not self.is_imported(name)
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

    def _choices(self, rule: str, systems: Iterable[str]) -> list[dict[str, str]]:
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
        """Return whether a rule has jobs for a system: imported systems have none before `import_rttm`."""
        if rule in ("score_recording", "assign_words") or rule in EXPORT_RULES:
            return True
        return self.is_imported(system) == (rule == "import_rttm")

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
                if network := getattr(variant, "network", None):
                    yield chosen | {"network": network}

    # --- jobs -----------------------------------------------------------------------------------

    def batches(self, rule: str, names: Collection[str] = ()) -> Iterator[dict[str, Any]]:
        """Yield the arguments of `Batch` for each job of a rule; with `names`, only of rules of these names.

        With a batch size of 1 there is one batch, which stands for any recording.
        """
        if self.settings.batch_size == 1:
            yield {"rule": rule}
            return
        for corpus in self.settings.corpora:
            if rule == "simulate_conversations" and not corpus.simulate:
                continue
            systems = self._systems_of(rule, corpus.name)
            if rule not in EXPORT_RULES and rule != "assign_words":
                systems = [*systems, *self.trial_systems(corpus.name)]
            choices = self._choices(rule, systems)
            scored = rule in REFERENCE_RULES
            for label, ids in self._batched(
                corpus.name, UNITS_OF_RULES.get(rule, CHANNELS), scored=scored
            ):
                for choice in choices:
                    values = {"corpus": corpus.name, **choice}
                    if not names or Batch(rule, label, **values).name in names:
                        yield {"rule": rule, "label": label, "recordings": ids, **values}

    @cache  # noqa: B019 - one plan in a process
    def _batched(self, corpus: str, units: str, *, scored: bool) -> list[tuple[str, list[str]]]:
        """Return the batches of a corpus by label; with `scored`, only recordings that have a reference."""
        ids = self.calls.ids_of(corpus, units)
        # the channels of a call are in one batch, so that no rule reads files of several batches
        recordings = self.calls.ids_of(corpus, RECORDINGS)
        count = batch_count(len(recordings), self.settings.batch_size)
        batches: dict[int, list[str]] = {}
        for id in ids:
            if not scored or self.calls.has_reference(corpus, id):
                batches.setdefault(batch_index(id, count), []).append(id)
        return [(batch_label(index, count), batches[index]) for index in sorted(batches)]

    # --- paths ----------------------------------------------------------------------------------

    def paths(
        self,
        product: str,
        rule: str,
        extension: str,
        *,
        scored: bool = False,
        corpus: str | None = None,
    ) -> list[str]:
        """Return `results/{corpus}/{product}/{variant}/{recording}{extension}` for all variants of a rule.

        With `scored`, only for recordings that have a reference; with `corpus`, only for that corpus.
        """
        return [
            _path(name, product, variant, id + extension)
            for name in (self.systems if corpus is None else [corpus])
            if (variants := self.variants(rule, name))
            for id in self.ids(name, rule)
            if not scored or self.calls.has_reference(name, id)
            for variant in variants
        ]

    def inputs(
        self,
        product: str,
        rule: str,
        extension: str,
        *,
        output: str = "",
        scored: bool = False,
        corpus: str | None = None,
    ) -> list[str]:
        """Return those of `paths` that a rule which makes `output` of all recordings must declare."""
        if self.settings.batch_size == 1:
            return self.paths(product, rule, extension, scored=scored, corpus=corpus)
        declared = []
        output_time = modification_time(output)
        for name in self.systems if corpus is None else [corpus]:
            for variant in self.variants(rule, name):
                units = UNITS_OF_RULES.get(rule, CHANNELS)
                for _, ids in self._batched(name, units, scored=scored):
                    paths = [_path(name, product, variant, id + extension) for id in ids]
                    declared += inputs_to_declare(paths, [output_time] * len(paths))
        return declared

    def audio(self, output: str = "") -> list[str]:
        """Return the prepared audio of all recordings that have any.

        With `output`, return what the report must declare also with a batch size of 1: Snakemake reads each input
        of a job once for each of its outputs, and the report depends on all audio through the RTTM.
        """
        declared = []
        corpora = [recording.corpus for recording in self.recordings.values() if recording.audio]
        for corpus in dict.fromkeys(corpora):
            if not self.systems[corpus]:
                continue
            paths = self.inputs("audio", "prepare_audio", ".wav", output=output, corpus=corpus)
            if output:
                paths = inputs_to_declare(paths, [modification_time(output)] * len(paths))
            declared += paths
        return declared

    def rttm(self, output: str = "") -> list[str]:
        """Return the RTTM of all systems, imported ones included, that a rule which makes `output` must declare."""
        return [
            path
            for rule in ("write_rttm", "import_rttm")
            for path in self.inputs("rttm", rule, ".rttm", output=output)
        ]

    def references(self, extension: str = ".rttm", output: str = "") -> list[str]:
        """Return the prepared references, or with ".uem" the scored extents, with ".json" the sidecars."""
        return self.inputs("reference", "prepare_reference", extension, scored=True, output=output)

    def exported(self) -> list[str]:
        """Return the words with speakers, and the exports that the corpora request."""
        paths = self.inputs("words", "assign_words", ".parquet")
        paths += [
            path
            for rule, name in EXPORT_RULES.items()
            for path in self.inputs("exports", rule, EXPORTS[name].ending)
        ]
        for corpus, names in self.exports.items():
            paths += [
                f"results/{corpus}/exports/{system}/{name}/{file}"
                for name in names
                for system in self.systems[corpus]
                for file in EXPORTS[name].corpus_files
            ]
        return paths

    def failures(self) -> Iterator[Failure]:
        """Yield the failures of results that are still requested. Those of a channel count for its call."""
        for corpus in self.systems:
            ids = dict.fromkeys([*self.ids(corpus), *self.ids(corpus, "score_recording")])
            has_reference = {id: self.calls.has_reference(corpus, id) for id in ids}
            failures = read_failures(corpus, self.variants_by_rule(corpus), has_reference)
            yield from of_calls(failures, self.calls.call_of_channel(corpus))


def _path(corpus: str, product: str, variant: str, name: str) -> str:
    return "/".join(part for part in ("results", corpus, product, variant, name) if part)
