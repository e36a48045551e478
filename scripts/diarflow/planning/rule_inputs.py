"""Inputs of a batch of a rule.

The rules in `workflow/rules` write all paths in full. The methods here bind a path to the variant of a job, and
leave it out if the variant does not read it.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from diarflow.exports import CONFIDENT_FORMATS
from diarflow.planning.batches import Batch, inputs_to_declare
from diarflow.planning.confidence_request import (
    other_systems,
    segmentation_network,
    source_system,
    systems_with_confidence,
)
from diarflow.planning.fetched_models import made_models
from diarflow.planning.rule_variants import EXPORT_RULES, EXTERNAL_RULES, RULE_BLOCKS
from diarflow.runs.rows import PARTS_OF_CALLS, row_part
from diarflow.settings import is_oracle

if TYPE_CHECKING:
    from diarflow.planning.session import Session

# wildcards whose names differ from their block of settings
_WILDCARDS = {"networks": "network", "turns": "system"}


class RuleInputs(Batch):
    """Batch of a rule in a session, with the inputs that the rule declares."""

    def __init__(self, session: "Session", rule: str, *arguments: Any, **values: Any):
        super().__init__(rule, *arguments, **values)
        self._session = session
        self._settings = session.settings
        self._block = RULE_BLOCKS.get(rule, "")
        self._wildcard = _WILDCARDS.get(self._block, self._block)
        self._reads_rows = False

    def plan_file(self) -> Callable:
        """Return the plan file of the corpus, written by now or, in a dry run, a stand-in; no file without such rows.

        The job reads the part `runs.rows.ROW_PARTS` of its recordings' rows. A new plan file alone does not re-run it.
        """
        from snakemake.io import ancient

        calls, folder = self._session.plan.calls, self._session.folder
        only_of_calls = row_part(self.rule) in PARTS_OF_CALLS
        self._reads_rows = True

        def file(wildcards: Any) -> Any:
            corpus = self.values.get("corpus") or wildcards.corpus
            if only_of_calls and not calls.has_calls(corpus):
                return []
            return ancient(folder.plan_file(corpus))

        return file

    def of_all(self, pattern: str) -> str | Callable:
        """Return a file of all recordings of the corpus."""
        return (
            pattern
            if self.is_wildcard
            else self.bind(lambda wildcards: pattern.format(**vars(wildcards)))
        )

    def source_audio(self) -> Callable:
        """Return the audio files that a rule makes."""
        recordings = self._session.plan.recordings
        return self.sources(lambda corpus, id: recordings[corpus, id].source_audio())

    def source_annotations(self) -> Callable:
        """Return the references and UEMs that a rule makes."""
        recordings = self._session.plan.recordings
        return self.sources(lambda corpus, id: recordings[corpus, id].source_annotations())

    def inputs_if_audio(self, pattern: str) -> str | Callable:
        """Return files only for corpora whose audio is prepared."""
        needs = self._session.needs
        return self.inputs(lambda wildcards: pattern if needs[wildcards.corpus].audio else None)

    def inputs_if_transcripts(self, pattern: str) -> str | Callable:
        """Return files only for corpora with transcripts."""
        corpora = self._session.plan.corpora_with_transcripts
        return self.inputs(lambda wildcards: pattern if wildcards.corpus in corpora else None)

    def inputs_of_channels(self, pattern: str, *, only_if_audio: bool = False) -> Callable:
        """Return the files of each channel of calls; of other recordings their own files.

        With `only_if_audio`, only for corpora whose audio is prepared.
        """
        calls, needs = self._session.plan.calls, self._session.needs

        def files(corpus: str, id: str, **values: str) -> list[str]:
            if only_if_audio and not needs[corpus].audio:
                return []
            channels = calls.channels(corpus, id)
            return [pattern.format(corpus=corpus, recording=id, **values) for id in channels]

        def inputs(wildcards: Any) -> list[str]:
            values = dict(self.values or wildcards.items())
            if id := values.pop("recording", ""):
                return files(id=id, **values)
            # the channels of a call are in its batch
            pairs = [
                (path, time)
                for id, time in zip(self.recordings, self.output_times, strict=True)
                for path in files(id=id, **values)
            ]
            return inputs_to_declare([path for path, _ in pairs], [time for _, time in pairs])

        return inputs

    def inputs_of_network(self, pattern: str, setting: str = "network") -> str | Callable:
        """Return the output of the network that the variant's `setting` names, if any; {network} is its name."""

        def bound(wildcards: Any) -> str | None:
            network = getattr(self._variant(wildcards), setting, None)
            return _keep_wildcards(pattern, network=network) if network else None

        return self.inputs(bound)

    def inputs_if_oracle(self, pattern: str) -> str | Callable:
        """Return files only for variants that read the reference."""
        return self.inputs(
            lambda wildcards: pattern if is_oracle(self._variant(wildcards)) else None
        )

    def inputs_of_system(self, pattern: str) -> str | Callable:
        """Return files of the variants that the system {system} selects."""

        def bound(wildcards: Any) -> str:
            return _keep_wildcards(pattern, **self._stages(wildcards))

        return self.inputs(bound)

    def inputs_of_channels_of_system(self, pattern: str) -> Callable:
        """Return the files of each channel, of the variants that the system {system} selects."""

        def inputs(wildcards: Any) -> list[str]:
            system = self.values.get("system") or wildcards.system
            stages = self._settings.systems[system].model_dump()
            return self.inputs_of_channels(_keep_wildcards(pattern, **stages))(wildcards)

        return inputs

    def inputs_of_hypotheses(self, pattern: str, *, linked: str) -> str | Callable:
        """Return the RTTM of the system; if its speakers are linked, the RTTM with people."""
        plan = self._session.plan

        def bound(wildcards: Any) -> str:
            is_linked = wildcards.system in plan.linked_systems(wildcards.corpus)
            return linked if is_linked else pattern

        return self.inputs(bound)

    def inputs_if_external(self, pattern: str) -> Callable:
        """Return the files of each channel only for systems that other programs run."""
        systems, files = self._settings.systems, self.inputs_of_channels(pattern)

        def inputs(wildcards: Any) -> list[str]:
            system = self.values.get("system") or wildcards.system
            return files(wildcards) if systems[system].kind in EXTERNAL_RULES.values() else []

        return inputs

    def inputs_of_members(self, pattern: str, prefix: str = "member") -> dict[str, str | Callable]:
        """Return the files of each system that {system} fuses or chooses from, with {member} for its name."""
        systems = self._settings.systems
        count = max((len(system.members) for system in systems.values()), default=0)

        def bound(number: int) -> Callable[[Any], str | None]:
            def member(wildcards: Any) -> str | None:
                members = systems[wildcards.system].members
                if number >= len(members):
                    return None
                return _keep_wildcards(pattern, member=members[number])

            return member

        return {f"{prefix}_{number:02d}": self.inputs(bound(number)) for number in range(count)}

    def inputs_of_others(self, pattern: str) -> dict[str, str | Callable]:
        """Return the files of the other systems with which the system {system} is compared, with {other} for the name."""
        settings, systems = self._settings, self._session.plan.systems
        count = max(map(len, systems.values()), default=1) - 1

        def bound(number: int) -> Callable[[Any], str | None]:
            def other(wildcards: Any) -> str | None:
                others = other_systems(settings, systems[wildcards.corpus], wildcards.system)
                if number >= len(others):
                    return None
                return _keep_wildcards(pattern, other=others[number])

            return other

        return {f"other_{number:02d}": self.inputs(bound(number)) for number in range(count)}

    def inputs_of_source(self, pattern: str) -> Callable:
        """Return the files of each channel that tell about the turns of {system}; none without a system of stages.

        {network} in the pattern is its segmentation network, if it has one.
        """
        settings, systems = self._settings, self._session.plan.systems

        def inputs(wildcards: Any) -> list[str]:
            values = SimpleNamespace(**(self.values or dict(wildcards.items())))
            source = source_system(settings, systems[values.corpus], values.system)
            if source is None:
                return []
            network = segmentation_network(settings, source)
            if "{network}" in pattern and not network:
                return []
            stages = settings.systems[source].model_dump() | {"network": network}
            return self.inputs_of_channels(_keep_wildcards(pattern, **stages))(wildcards)

        return inputs

    def inputs_if_confident(self, pattern: str, *, only_if_linked: bool = False) -> str | Callable:
        """Return the confidences, for formats that contain them, of systems that have any.

        With `only_if_linked`, only of systems whose speakers are linked.
        """
        if EXPORT_RULES.get(self.rule) not in CONFIDENT_FORMATS:
            return self.inputs(lambda wildcards: None)
        settings, plan = self._settings, self._session.plan

        def bound(wildcards: Any) -> str | None:
            names = systems_with_confidence(settings, plan.systems[wildcards.corpus])
            if only_if_linked and wildcards.system not in plan.linked_systems(wildcards.corpus):
                return None
            return pattern if wildcards.system in names else None

        return self.inputs(bound)

    def inputs_of_turns(self, setting: str, pattern: str) -> str | Callable:
        """Return files that the system's turns read if their `setting` is not null.

        The setting is "network", "frames" or "embedding". In the pattern, {network} is the network of the turns, {frames}
        that of their frames, and {dense} is their own embedding.
        """

        def bound(wildcards: Any) -> str | None:
            turns = self._variant(wildcards)
            if not getattr(turns, setting, None):
                return None
            names = {
                "network": turns.network,
                "frames": getattr(turns, "frames", None),
                "dense": getattr(turns, "embedding", None),
            }
            return _keep_wildcards(pattern, **self._stages(wildcards), **names)

        return self.inputs(bound)

    def model(self) -> Callable:
        """Return the model of the variant, or the network of its card, if a rule makes it."""
        return self.bind(lambda wildcards: made_models(self._variant(wildcards)))

    # --- the variant of a job -------------------------------------------------------------------

    def _name(self, wildcards: Any) -> str:
        """Return the name of the variant that the job's wildcards select."""
        name: str = getattr(wildcards, self._wildcard)
        return (self._settings.systems[name].turns or "") if self._wildcard == "system" else name

    def _variant(self, wildcards: Any) -> Any:
        return getattr(self._settings, self._block)[self._name(wildcards)]

    def _stages(self, wildcards: Any) -> dict[str, Any]:
        return self._settings.systems[wildcards.system].model_dump()


def _keep_wildcards(pattern: str, **names: Any) -> str:
    """Return the pattern with names in place of all wildcards but {corpus} and {recording}."""
    return pattern.format(corpus="{corpus}", recording="{recording}", **names)
