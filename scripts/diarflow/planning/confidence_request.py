"""Systems whose confidence is estimated, and the sources of its evidence."""

from collections.abc import Sequence

from diarflow.networks import SEGMENTATION
from diarflow.settings import STAGES, Settings, is_oracle

# stages whose network may be a segmentation network, by preference
_OF_NETWORK = ("turns", "overlap", "speech", "embedding")


def reads_reference(settings: Settings, system: str) -> bool:
    """Return whether a system takes any stage from the reference."""
    variants = settings.systems[system]
    return variants.kind == "stages" and any(
        is_oracle(getattr(settings, stage)[getattr(variants, stage)]) for stage in STAGES
    )


def systems_with_confidence(settings: Settings, systems: Sequence[str]) -> list[str]:
    """Return the systems of a corpus whose confidence is estimated: all, or only the members of choosing systems.

    Systems with an oracle and choosing systems are left out. The confidence of the latter is that of the chosen system.
    """
    names = _with_own_turns(settings, systems)
    if settings.confidence.estimate:
        return names
    members = {member for name in systems for member in settings.systems[name].choose or ()}
    return [name for name in names if name in members]


def systems_with_evidence(settings: Settings, systems: Sequence[str]) -> list[str]:
    """Return the systems of a corpus for which evidence is collected, to estimate confidences or to train a calibrator."""
    if settings.confidence_training:
        return _with_own_turns(settings, systems)
    return systems_with_confidence(settings, systems)


def _with_own_turns(settings: Settings, systems: Sequence[str]) -> list[str]:
    names = _without_oracles(settings, systems)
    return [name for name in names if settings.systems[name].kind != "choose"]


def _without_oracles(settings: Settings, systems: Sequence[str]) -> list[str]:
    return [name for name in systems if not reads_reference(settings, name)]


def other_systems(settings: Settings, systems: Sequence[str], system: str) -> list[str]:
    """Return the systems of a corpus with which a system is compared, sorted; no fused or choosing one, none with an oracle."""
    names = _with_own_turns(settings, systems)
    return sorted(
        name for name in names if name != system and settings.systems[name].kind != "fuse"
    )


def source_system(settings: Settings, systems: Sequence[str], system: str) -> str | None:
    """Return the system whose embeddings and activations are evidence about the turns of a system.

    It is the system itself if it consists of stages, else the first one of the corpus that does, if any.
    """
    names = [system, *_without_oracles(settings, systems)]
    return next((name for name in names if settings.systems[name].kind == "stages"), None)


def segmentation_network(settings: Settings, system: str) -> str | None:
    """Return the segmentation network that a system of stages reads, if any."""
    for stage in _OF_NETWORK:
        variant = getattr(settings, stage)[getattr(settings.systems[system], stage)]
        network = getattr(variant, "network", None)
        if network and settings.networks[network].backend in SEGMENTATION:
            return network
    return None
