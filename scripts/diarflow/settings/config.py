"""The whole configuration: corpora, stages, systems; and an overlay laid over the defaults."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, ValidationError, model_validator

from diarflow.errors import InputError
from diarflow.settings import stages
from diarflow.settings.base import Block, Name, SpeakerCount
from diarflow.settings.messages import dotted, explain, place

# blocks of named variants: those a system picks one of, and the networks that these read
STAGES = ("speech", "changes", "overlap", "embedding", "clustering", "turns")
BLOCKS = ("networks", *STAGES)


class Simulation(Block):
    """Conversations made of recordings of single speakers, with exact references."""

    speakers: str = Field(description="folder that holds a folder of recordings for each speaker")
    part: Literal["all", "train", "valid", "test"] = Field(
        "all", description="all speakers, or 70, 10 or 20 percent of them, by the name of each"
    )
    conversations: int = Field(10, ge=1, le=100_000, description="how many are made")
    duration: float = Field(300.0, ge=5, le=36_000, description="seconds of each")
    min_speakers: SpeakerCount = Field(2, description="fewest speakers in one")
    max_speakers: SpeakerCount = Field(4, description="most speakers in one")
    overlap: bool = Field(True, description="people interrupt each other and say mhm")
    vary_speed: bool = Field(
        False, description="some voices are played faster or slower by a tenth"
    )
    seed: int = Field(0, ge=0, description="of everything that is drawn")

    @model_validator(mode="after")
    def _ordered(self):
        if self.min_speakers > self.max_speakers:
            raise ValueError(
                f"min_speakers is {self.min_speakers}, more than max_speakers {self.max_speakers}"
            )
        return self


class Corpus(Block):
    """Recordings that are diarized and reported together."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")] = Field(
        description="folder of its results"
    )
    recordings: str | None = Field(None, description="table of recordings (TSV)")
    audio: str | None = Field(
        None, description="instead of a table: a folder or glob of audio files"
    )
    simulate: Simulation | None = Field(None, description="instead of either: make conversations")
    channel: Literal["mix", "each"] | Annotated[int, Field(ge=1)] = Field(
        "mix", description="mix all channels, take the one of this number, or each for itself"
    )
    reference: str | None = Field(None, description="one RTTM or CSV for all, or a folder of them")
    uem: str | None = Field(None, description="one UEM for all, or a folder of them")
    split: Literal["dev", "test"] | None = Field(None, description="what it may be used for")
    systems: list[Name] | None = Field(None, description="default_systems where it lists none")

    @model_validator(mode="after")
    def _table_or_files(self):
        given = [
            field for field in (self.recordings, self.audio, self.simulate) if field is not None
        ]
        if len(given) != 1:
            raise ValueError(
                "expected one of recordings (a table), audio (a folder or glob), simulate"
            )
        if self.name in ("report", "ALL"):
            raise ValueError(
                f"name is {self.name}, which the report needs itself; expected another"
            )
        return self


class System(Block):
    """One variant of each stage."""

    speech: Name
    changes: Name
    overlap: Name
    embedding: Name
    clustering: Name
    turns: Name


class Settings(Block):
    """config.yaml."""

    corpora: list[Corpus] = Field(
        min_length=1, description="corpora to diarize; an overlay's list replaces it"
    )
    default_systems: list[Name] = Field(
        min_length=1, description="systems of a corpus that lists none"
    )
    on_error: Literal["fail", "accept"] = Field(
        "fail", description="exit status where recordings were set aside: 3, or with accept 0"
    )
    networks: dict[Name, stages.BilstmNetwork]
    speech: dict[Name, stages.Speech]
    changes: dict[Name, stages.Changes]
    overlap: dict[Name, stages.Overlap]
    segments: stages.Segments = stages.Segments()
    embedding: dict[Name, stages.Embedding]
    clustering: dict[Name, stages.Clustering]
    turns: dict[Name, stages.Turns]
    systems: dict[Name, System]
    scores: stages.Scores = stages.Scores()
    training: dict[Name, stages.Training]

    def systems_of(self, corpus: Corpus) -> list[str]:
        """Names of the systems that a corpus runs."""
        return self.default_systems if corpus.systems is None else corpus.systems


def _unknown_names(settings: Settings) -> Iterator[tuple[tuple, str]]:
    """Keys whose value names a variant, a system or a corpus wrongly, and what is wrong."""
    named = []
    for name, system in settings.systems.items():
        for stage in STAGES:
            known = getattr(settings, stage)
            named.append((("systems", name, stage), getattr(system, stage), known))
    for stage in STAGES:
        for name, variant in getattr(settings, stage).items():
            if hasattr(variant, "network"):
                named.append(((stage, name, "network"), variant.network, settings.networks))
    corpora = {corpus.name: corpus for corpus in settings.corpora}
    for name, training in settings.training.items():
        for corpus in training.validation or ():
            named.append((("training", name, "validation"), corpus, corpora))
    for number, corpus in enumerate(settings.corpora):
        for name in corpus.systems or ():
            named.append((("corpora", number, "systems"), name, settings.systems))
    for name in settings.default_systems:
        named.append((("default_systems",), name, settings.systems))
    for path, name, known in named:
        if name not in known:
            yield path, f"is {name}, expected one of {', '.join(known) or '(none are configured)'}"
    names = [corpus.name for corpus in settings.corpora]
    for number, name in enumerate(names):
        if names.index(name) != number:
            yield ("corpora", number, "name"), f"is {name}, which is there already"


def read_settings(
    config: dict[str, Any], *, defaults: dict[str, Any], overlay: dict[str, Any], files: list[str]
) -> Settings:
    """Validate a merged configuration.

    `config` is what Snakemake merged of `defaults` (config.yaml) and `overlay` (what --configfile and
    --config say). Where the overlay gives a variant another backend, the settings that config.yaml has
    for the old one are left out. Raises InputError with a line for each mistake: key, value, what is
    allowed, and the place in `files` (the last that holds the key) where it stands.
    """
    config = dict(config)
    for stage in BLOCKS:
        block = config.get(stage)
        if not isinstance(block, dict):
            continue
        config[stage] = dict(block)
        for name, variant in _mapping(_mapping(overlay).get(stage)).items():
            old = _mapping(_mapping(_mapping(defaults).get(stage)).get(name))
            new = _mapping(variant).get("backend")
            if new is not None and old and new != old.get("backend"):
                config[stage][name] = variant
    try:
        settings = Settings.model_validate(config)
    except ValidationError as error:
        raise InputError.of(explain(error, Settings, config, files)) from error
    if problems := list(_unknown_names(settings)):
        raise InputError.of(f"{place(path, files)}{dotted(path)} {said}" for path, said in problems)
    return settings


def _mapping(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def schema_yaml() -> str:
    """JSON schema of config.yaml, for editors and the workflow catalog."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return yaml.safe_dump(head | Settings.model_json_schema(), sort_keys=False, width=100)
