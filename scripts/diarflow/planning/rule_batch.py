"""Batch of a rule, with the inputs and directives that the rule declares."""

import json
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from diarflow.digests import canonical
from diarflow.planning.durations import expected_duration
from diarflow.planning.provenance import export_provenance, rule_provenance
from diarflow.planning.requirements import BACKENDS
from diarflow.planning.resources import memory_mb, runtime_minutes
from diarflow.planning.retention import is_removed
from diarflow.planning.rule_variants import EXPORT_RULES, VARIANTS
from diarflow.planning.system_inputs import SystemInputs
from diarflow.runs.attempts import attempt_resource
from diarflow.runs.result_records import made_from
from diarflow.runs.rows import row_part
from diarflow.settings import STAGES
from diarflow.timeline.intervals import Seconds

if TYPE_CHECKING:
    from diarflow.planning.session import Session


class RuleBatch(SystemInputs):
    """Batch of a rule in a session."""

    def __init__(self, session: "Session", rule: str, *arguments: Any, **values: Any):
        super().__init__(session, rule, *arguments, **values)
        self._provenance: Callable[[Any], str] | None = None
        self._first_output = ""
        self._durations_by_attempt: dict[int, list[Seconds]] = {}

    def outputs(self, pattern: str) -> list[str]:
        """Return the files of one kind that the rule declares: of each recording, or one in a compact plan.

        They have Snakemake's flag `temp` if they are removed after their last use.
        """
        files = super().outputs(pattern)
        if self.is_compact:
            declared = self._session.plan.declared
            declared.add_rule(self.name, self.recordings)
            files = declared.add(files, map(self.time_of, files))
        self._first_output = self._first_output or files[0]
        if not (self._session.removes_early and is_removed(pattern, self._session.plan.removed)):
            return files
        from snakemake.io import temp

        return [temp(file) for file in files]

    @property
    def is_compact(self) -> bool:
        """Return whether the rule declares one output of each kind. Any rule may read single simulated recordings."""
        is_compact = self._session.plan.declared.is_compact
        return is_compact and not self.is_wildcard and self.rule != "simulate_conversations"

    def members(self) -> Callable[..., list[str]]:
        """Return the ids of the recordings in a compact plan, where the paths of the outputs do not name them all.

        The function reads `output`, so that Snakemake does not compare its value with that of the last run.
        """
        ids = self.recordings if self.is_compact else []

        def recordings(wildcards: Any, output: Any) -> list[str]:
            return ids

        return recordings

    def declared_inputs(self, files: list[str], output_times: list[float | None]) -> list[str]:
        """Return those input files of one kind that the rule declares."""
        return self._session.plan.declared.inputs(files, output_times)

    def time_of(self, path: str) -> float | None:
        """Return the modification time of an output; of a removed file, the time in its record."""
        return self._session.folder.time_of(path)

    def changed(self) -> Callable:
        """Return an input function: a new file, which re-runs the job, if a result of the job differs from its record."""

        def files(wildcards: Any) -> list[str]:
            folder = self._session.folder
            if not folder.compares_results or self._provenance is None:
                return []
            values = self.values or dict(wildcards.items())
            provenance = self._provenance(SimpleNamespace(**values))

            def files_of(pattern: str) -> list[str]:
                return self.files(pattern) or [pattern.format(**values)]

            ids = self.recordings or [values.get("recording", "")]
            part = row_part(self.rule, values.get("system", ""))
            origins = [
                made_from(
                    provenance,
                    folder.row_digest(values["corpus"], part, id) if self._reads_rows else "",
                )
                for id in ids
            ]
            results: dict[str, str] = {}
            for pattern in self._output_patterns:
                results.update(zip(files_of(pattern), origins, strict=True))
            first = self._first_output
            return folder.changed(results, first.format(**values) if self.is_wildcard else first)

        return files

    # --- directives -----------------------------------------------------------------------------

    def log(self) -> str:
        """Return the log of the job: `logs/{corpus}/{rule}/{variant}/{recording or batch}.log`."""
        folder = "/".join(filter(None, ["logs/{corpus}", self.rule, VARIANTS[self.rule]]))
        pattern = folder + "/{recording}.log"
        return pattern if self.is_wildcard else pattern.format(recording=self.label, **self.values)

    def resources(self) -> dict[str, Callable]:
        """Return functions for memory (MB), runtime (minutes) and attempt of the job, which depend on the attempt."""

        def mem_mb(wildcards: Any, attempt: int) -> int:
            return memory_mb(self.rule, self._durations(wildcards, attempt), attempt)

        def runtime(wildcards: Any, attempt: int) -> int:
            return runtime_minutes(self.rule, self._durations(wildcards, attempt), attempt)

        return {"mem_mb": mem_mb, "runtime": runtime, **attempt_resource()}

    def priority(self) -> int:
        """Return a priority below that of all other jobs, if audio is removed after its last use.

        Otherwise, Snakemake would prepare the audio of many recordings before it finishes the first ones.
        """
        return -1 if "audio" in self._session.plan.removed else 0

    def is_light(self) -> bool:
        """Return whether no variant of the job reads audio. On a cluster, such a job runs on the node of Snakemake."""
        if self.is_wildcard:
            names = self._session.plan.used(self._block)
        else:
            names = [self.values[self._wildcard]]
        variants = getattr(self._settings, self._block)
        backends = [BACKENDS[self._block][variants[name].backend] for name in names]
        return not any(backend.reads_audio for backend in backends)

    def environment(self) -> Callable:
        """Return the conda environment of the variant's backend."""

        def path(wildcards: Any) -> str:
            backend = BACKENDS[self._block][self._variant(wildcards).backend]
            return f"../../envs/{backend.environment}.yaml"

        return self.bind(path)

    def provenance(self, *packages: str, **settings: Any) -> Callable:
        """Return the provenance of the job's variant; for a rule without backends, that of its packages and settings.

        If the output is named after a system, the provenance contains the variants of its stages. Otherwise a system
        that selects another variant would re-run nothing, because the path of the output stays the same.
        """

        def text(wildcards: Any) -> str:
            if not self._block:
                return rule_provenance(self.rule, *packages, **settings)
            name = self._name(wildcards)
            if self._wildcard != "system":
                return self._session.provenance.variant(self.rule, self._block, name)
            stages = self._stages(wildcards)
            return self._session.provenance.variant(
                self.rule, self._block, name, tuple((stage, stages[stage]) for stage in STAGES)
            )

        return self._declare(text)

    def _declare(self, text: Callable[[Any], str]) -> Callable:
        """Return the provenance `text`, with the options of the corpus that add inputs or take them away."""

        def with_options(wildcards: Any) -> str:
            provenance = text(wildcards)
            options = sorted(name for name, holds in self._options.items() if holds(wildcards))
            return canonical(**json.loads(provenance), options=options) if options else provenance

        self._provenance = with_options
        return self.bind(with_options)

    def external_provenance(self, *packages: str) -> Callable:
        """Return the provenance of the job's external or fused system."""

        def text(wildcards: Any) -> str:
            return self._session.provenance.external(self.rule, wildcards.system, packages)

        return self._declare(text)

    def evidence_provenance(self, *packages: str) -> Callable:
        """Return the provenance of the evidence about a system of a corpus."""

        def text(wildcards: Any) -> str:
            provenance = self._session.provenance
            return provenance.evidence(wildcards.corpus, wildcards.system, packages)

        return self._declare(text)

    def confidence_provenance(self, *packages: str) -> Callable:
        """Return the provenance of the job's confidences, with their calibrator."""

        def text(wildcards: Any) -> str:
            return self._session.provenance.confidence(packages)

        return self._declare(text)

    def export_provenance(self, script: str) -> Callable:
        """Return the provenance of the job's export."""

        def text(wildcards: Any) -> str:
            return export_provenance(EXPORT_RULES[self.rule], script)

        return self._declare(text)

    def simulation_provenance(self) -> Callable:
        """Return the provenance of the job's simulated corpus."""

        def text(wildcards: Any) -> str:
            return self._session.provenance.simulation(wildcards.corpus)

        return self._declare(text)

    def _durations(self, wildcards: Any, attempt: int) -> list[Seconds]:
        """Return the durations of the recordings, computed once for memory and runtime of an attempt."""
        if self.is_wildcard:
            return self._durations_of(wildcards.corpus, [wildcards.recording])
        if attempt not in self._durations_by_attempt:
            durations = self._durations_of(self.values["corpus"], self.recordings)
            self._durations_by_attempt[attempt] = durations
        return self._durations_by_attempt[attempt]

    def _durations_of(self, corpus: str, ids: Iterable[str]) -> list[Seconds]:
        calls = self._session.plan.calls
        channels = [channel for id in ids for channel in calls.channels(corpus, id)]
        return [expected_duration(self._session, corpus, id) for id in channels]
