"""Results that a configuration requests: the jobs and the paths of each corpus."""

import sys
from collections.abc import Collection, Iterator
from functools import cache, cached_property
from typing import Any

from diarflow.artifacts.failures import REFERENCE_RULES, Failure, of_calls, read_failures
from diarflow.batch_labels import batch_count, batch_index, batch_label
from diarflow.exports import EXPORTS
from diarflow.planning.batches import Batch, inputs_to_declare, newer_inputs
from diarflow.planning.calls import CHANNELS, RECORDINGS, UNITS_OF_RULES
from diarflow.planning.declared_outputs import FEWEST_RECORDINGS, DeclaredOutputs
from diarflow.planning.file_states import modification_time
from diarflow.planning.request import Request
from diarflow.planning.rule_variants import (
    CONFIDENCE_RULES,
    EXPORT_RULES,
    LINK_RULES,
    RTTM_RULES,
)
from diarflow.prefix import current_prefix, prefixed, without_prefix

_OF_LINKS = ("voices",)  # link_speakers compares those of all recordings


class Plan(Request):
    """Jobs of the requested systems and variants, and the paths of their results.

    With batches (`batch_size` above 1) the methods that return inputs leave out files whose jobs are planned in
    any case; see `inputs_to_declare`.
    """

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
            systems = self.systems_of(rule, corpus.name)
            if rule not in {*EXPORT_RULES, *LINK_RULES, *CONFIDENCE_RULES, "assign_words"}:
                systems = [*systems, *self.trial_systems(corpus.name)]
            choices = self.choices(rule, systems)
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

    @cached_property
    def declared(self) -> DeclaredOutputs:
        """Outputs that batches declare."""
        is_compact = self.settings.compact_plan
        if is_compact is None:
            is_compact = len(self.recordings) >= FEWEST_RECORDINGS

        def count_of(corpus: str) -> int:
            return batch_count(len(self.calls.ids_of(corpus, RECORDINGS)), self.settings.batch_size)

        targets = [without_prefix(path, current_prefix()) or "" for path in sys.argv[1:]]
        requested = [path for path in targets if path.startswith("results/")]
        return DeclaredOutputs(is_compact and self.settings.batch_size > 1, count_of, requested)

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
        """Return those of `paths` that a rule which makes `output` of all recordings must declare.

        A removed product has none: for one more recording, the rule would need those of all recordings again.
        """
        if output and product in self.removed and product not in _OF_LINKS:
            return []
        if self.settings.batch_size == 1:
            return self.paths(product, rule, extension, scored=scored, corpus=corpus)
        declared = []
        output_time = modification_time(output)
        for name in self.systems if corpus is None else [corpus]:
            for variant in self.variants(rule, name):
                units = UNITS_OF_RULES.get(rule, CHANNELS)
                for _, ids in self._batched(name, units, scored=scored):
                    paths = [_path(name, product, variant, id + extension) for id in ids]
                    declared += self.declared.inputs(paths, [output_time] * len(paths))
        return declared

    def every(self, paths: list[str], output: str) -> list[str]:
        """Return those of the results `paths` that a rule which makes `output` must declare to read them all."""
        if not self.declared.is_compact:
            return paths
        output_times = [modification_time(output)] * len(paths)
        return list(dict.fromkeys([*self.declared.of(paths), *newer_inputs(paths, output_times)]))

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
            ending = f".{self.settings.audio_format}"
            paths = self.inputs("audio", "prepare_audio", ending, output=output, corpus=corpus)
            if output:
                paths = inputs_to_declare(paths, [modification_time(output)] * len(paths))
            declared += paths
        return declared

    def rttm(self, output: str = "") -> list[str]:
        """Return the RTTM of all systems, imported ones included, that a rule which makes `output` must declare."""
        return [
            path
            for rule in RTTM_RULES
            for path in self.inputs("rttm", rule, ".rttm", output=output)
        ]

    def references(self, extension: str = ".rttm", output: str = "") -> list[str]:
        """Return the prepared references, or with ".uem" the scored extents, with ".json" the sidecars."""
        return self.inputs("reference", "prepare_reference", extension, scored=True, output=output)

    def scores(self) -> list[str]:
        """Return the scores of all recordings that have a reference."""
        return self.inputs("scores", "score_recording", ".parquet", scored=True)

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

    def confidence_tables(self) -> list[str]:
        """Return the table of confidences of each corpus that has any."""
        rule = "estimate_confidence"
        return [
            f"results/{corpus}/confidence.csv"
            for corpus in self.systems
            if self.variants(rule, corpus)
        ]

    def confidences(self, output: str = "") -> list[str]:
        """Return the confidences of all systems that have any, which a rule that makes `output` must declare."""
        return self.inputs("confidence", "estimate_confidence", ".parquet", output=output)

    def failures(self) -> Iterator[Failure]:
        """Yield the failures of results that are still requested. Those of a channel count for its call."""
        for corpus in self.systems:
            ids = dict.fromkeys([*self.ids(corpus), *self.ids(corpus, "score_recording")])
            has_reference = {id: self.calls.has_reference(corpus, id) for id in ids}
            variants, root = self.variants_by_rule(corpus), prefixed("results")
            failures = read_failures(corpus, variants, has_reference, root)
            for failure in of_calls(failures, self.calls.call_of_channel(corpus)):
                yield failure._replace(log=prefixed(failure.log)) if failure.log else failure


def _path(corpus: str, product: str, variant: str, name: str) -> str:
    return "/".join(part for part in ("results", corpus, product, variant, name) if part)
