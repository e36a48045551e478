"""Inputs of a batch of a rule whose output is named after a system: files of this system, and of other systems."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from diarflow.exports import CONFIDENT_FORMATS
from diarflow.planning.confidence_request import (
    other_systems,
    segmentation_network,
    source_system,
    systems_with_confidence,
)
from diarflow.planning.rule_inputs import RuleInputs, keep_wildcards
from diarflow.planning.rule_variants import EXPORT_RULES, EXTERNAL_RULES


class SystemInputs(RuleInputs):
    """Batch of a rule in a session, with the inputs of systems that the rule declares."""

    def inputs_of_system(self, pattern: str) -> str | Callable:
        """Return files of the variants that the system {system} selects."""

        def bound(wildcards: Any) -> str:
            return keep_wildcards(pattern, **self._stages(wildcards))

        return self.inputs(bound)

    def inputs_of_channels_of_system(self, pattern: str) -> Callable:
        """Return the files of each channel of the variants that the system {system} selects."""

        def inputs(wildcards: Any) -> list[str]:
            system = self.values.get("system") or wildcards.system
            stages = self._settings.systems[system].model_dump()
            return self.inputs_of_channels(keep_wildcards(pattern, **stages))(wildcards)

        return inputs

    def inputs_of_hypotheses(self, pattern: str, *, linked: str) -> str | Callable:
        """Return the RTTM of the system, or the RTTM with people (`linked`) if its speakers are linked."""
        plan = self._session.plan

        def is_linked(wildcards: Any) -> bool:
            return wildcards.system in plan.linked_systems(wildcards.corpus)

        self._options["people"] = is_linked
        return self.inputs(lambda wildcards: linked if is_linked(wildcards) else pattern)

    def inputs_if_external(self, pattern: str) -> Callable:
        """Return the files of each channel, only for external systems."""
        systems, files = self._settings.systems, self.inputs_of_channels(pattern)

        def inputs(wildcards: Any) -> list[str]:
            system = self.values.get("system") or wildcards.system
            return files(wildcards) if systems[system].kind in EXTERNAL_RULES.values() else []

        return inputs

    def inputs_of_members(self, pattern: str, prefix: str = "member") -> dict[str, str | Callable]:
        """Return the files of each member of the system {system}. {member} in the pattern is the name of the member."""
        systems = self._settings.systems
        count = max((len(system.members) for system in systems.values()), default=0)

        def bound(number: int) -> Callable[[Any], str | None]:
            def member(wildcards: Any) -> str | None:
                members = systems[wildcards.system].members
                if number >= len(members):
                    return None
                return keep_wildcards(pattern, member=members[number])

            return member

        return {f"{prefix}_{number:02d}": self.inputs(bound(number)) for number in range(count)}

    def inputs_of_others(self, pattern: str) -> dict[str, str | Callable]:
        """Return the files of the systems with which {system} is compared. {other} in the pattern is the name of each."""
        settings, systems = self._settings, self._session.plan.systems
        count = max(map(len, systems.values()), default=1) - 1

        def bound(number: int) -> Callable[[Any], str | None]:
            def other(wildcards: Any) -> str | None:
                others = other_systems(settings, systems[wildcards.corpus], wildcards.system)
                if number >= len(others):
                    return None
                return keep_wildcards(pattern, other=others[number])

            return other

        return {f"other_{number:02d}": self.inputs(bound(number)) for number in range(count)}

    def inputs_of_source(self, pattern: str) -> Callable:
        """Return the files of each channel that are evidence about the turns of {system}.

        They belong to `source_system`; without a system of stages there are none. {network} in the pattern is the
        segmentation network of this system, if it has one.
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
            return self.inputs_of_channels(keep_wildcards(pattern, **stages))(wildcards)

        return inputs

    def inputs_if_confident(self, pattern: str, *, only_if_linked: bool = False) -> str | Callable:
        """Return files for exports that contain confidences, of systems whose confidence is estimated.

        With `only_if_linked`, return only those of systems whose speakers are linked.
        """
        if EXPORT_RULES.get(self.rule) not in CONFIDENT_FORMATS:
            return self.inputs(lambda wildcards: None)
        settings, plan = self._settings, self._session.plan

        def is_confident(wildcards: Any) -> bool:
            names = systems_with_confidence(settings, plan.systems[wildcards.corpus])
            return wildcards.system in names

        def bound(wildcards: Any) -> str | None:
            if only_if_linked and wildcards.system not in plan.linked_systems(wildcards.corpus):
                return None
            return pattern if is_confident(wildcards) else None

        self._options["confidence"] = is_confident
        return self.inputs(bound)

    def inputs_of_turns(self, setting: str, pattern: str) -> str | Callable:
        """Return files that the variant of `turns` reads if its `setting` is not null.

        The setting is "network", "frames" or "embedding". In the pattern, {network}, {frames} and {dense} are the values of
        these three settings.
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
            return keep_wildcards(pattern, **self._stages(wildcards), **names)

        return self.inputs(bound)
