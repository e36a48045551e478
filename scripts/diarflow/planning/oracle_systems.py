"""Systems with an oracle for one stage, which the setting `oracles` of a system adds.

The variants of `best` are `best-oracle-speech`, `best-oracle-changes` and so on, and `best-oracle-count` for the number
of speakers. The difference in DER to `best` is the error that this stage causes.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from diarflow.errors import InputError
from diarflow.planning.recording import Recording
from diarflow.planning.requirements import BACKENDS
from diarflow.settings import STAGES, Settings, System, is_oracle
from diarflow.settings.base import Oracle
from diarflow.settings.names import MAX_NAME


def with_oracles(settings: Settings, recordings: Iterable[Recording]) -> tuple[Settings, list[str]]:
    """Return the settings with the oracle variants added, and a warning for each corpus on which they do not run.

    They run on corpora whose recordings all have a reference. Raises InputError if a name is already that of something
    else.
    """
    if not any(system.oracles for system in settings.systems.values()):
        return settings, []
    blocks: dict[str, dict[str, Any]] = {stage: dict(getattr(settings, stage)) for stage in STAGES}
    systems = dict(settings.systems)
    variants = {
        name: _add_variants(name, blocks, systems)
        for name, system in settings.systems.items()
        if system.oracles
    }
    without = Counter(recording.corpus for recording in recordings if not recording.reference)
    corpora, warnings = [], []
    for corpus in settings.corpora:
        names = settings.systems_of(corpus)
        wanted = [variant for name in names for variant in variants.get(name, ())]
        if wanted and without[corpus.name]:
            warnings.append(
                f"corpus {corpus.name}: oracles: the {len(wanted)} variants with an oracle do not run, "
                f"because {without[corpus.name]} recordings have no reference"
            )
        elif wanted:
            corpus = corpus.model_copy(update={"systems": list(dict.fromkeys([*names, *wanted]))})
        corpora.append(corpus)
    return settings.model_copy(update={**blocks, "systems": systems, "corpora": corpora}), warnings


def _add_variants(
    name: str, blocks: dict[str, dict[str, Any]], systems: dict[str, System]
) -> list[str]:
    """Add the oracle variants of a system to the systems; return their names."""
    base = {stage: getattr(systems[name], stage) for stage in STAGES}
    names = []
    for stage in STAGES:
        if "oracle" in BACKENDS[stage] and not is_oracle(blocks[stage][base[stage]]):
            oracle = next(
                (key for key, variant in blocks[stage].items() if variant.backend == "oracle"), ""
            )
            if not oracle:
                oracle = "oracle"
                blocks[stage][oracle] = Oracle()
            names.append(_add(f"{name}-oracle-{stage}", base | {stage: oracle}, systems, name))
    clustering = blocks["clustering"][base["clustering"]]
    if hasattr(clustering, "speaker_count") and not is_oracle(clustering):
        variant = f"{base['clustering']}-oracle-count"
        counted = clustering.model_copy(update={"speaker_count": "oracle"})
        if blocks["clustering"].setdefault(variant, counted) != counted:
            raise _taken(f"clustering.{variant}", name)
        names.append(_add(f"{name}-oracle-count", base | {"clustering": variant}, systems, name))
    return names


def _add(name: str, stages: dict[str, str], systems: dict[str, System], base: str) -> str:
    """Add a system, unless it is configured with the same stages; return its name."""
    system = System.model_validate(stages)
    present = systems.setdefault(name, system)
    if any(getattr(present, stage) != getattr(system, stage) for stage in STAGES):
        raise _taken(f"systems.{name}", base)
    if len(name) > MAX_NAME:
        raise InputError(
            f"systems.{base} is too long for the name {name} of its variant, expected at most {MAX_NAME} characters"
        )
    return name


def _taken(place: str, base: str) -> InputError:
    return InputError(
        f"{place} differs from the variant of this name that oracles: true of {base} adds, expected another name"
    )
