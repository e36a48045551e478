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
_DEEPEST = 8  # mappings and lists within each other


class Simulation(Block):
    """Conversations made of recordings of single speakers, with exact references."""

    speakers: str = Field(description="folder that holds a folder of recordings for each speaker")
    part: Literal["all", "train", "valid", "test"] = Field(
        "all", description="all speakers, or 70, 10 or 20 percent of them, by the name of each"
    )
    leave_out: list[str] = Field(
        default_factory=list,
        description="speakers that are not used, by folder: people who are there under another name too",
    )
    conversations: int = Field(10, ge=1, le=100_000, description="how many are made")
    duration: float = Field(300.0, ge=5, le=36_000, description="seconds of each")
    min_speakers: SpeakerCount = Field(2, description="fewest speakers in one")
    max_speakers: SpeakerCount = Field(4, description="most speakers in one")
    overlap: bool = Field(True, description="people interrupt each other and say mhm")
    vary_speed: bool = Field(
        False, description="voices are played faster or slower, by up to 15 percent"
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
    """One variant of each stage; or RTTM made elsewhere."""

    speech: Name | None = None
    changes: Name | None = None
    overlap: Name | None = None
    embedding: Name | None = None
    clustering: Name | None = None
    turns: Name | None = None
    rttm: str | None = Field(
        None,
        description="instead of stages: an RTTM of all recordings, or a folder of one each; "
        "{corpus} stands for the corpus's name",
    )
    tuned_on: str | None = Field(
        None, description="what its settings were chosen on, for the report"
    )

    @model_validator(mode="after")
    def _stages_or_rttm(self):
        named = [stage for stage in STAGES if getattr(self, stage) is not None]
        if self.rttm is not None and named:
            raise ValueError(f"has rttm and {named[0]}, expected either rttm or stages")
        if self.rttm is None and len(named) < len(STAGES):
            lacking = next(stage for stage in STAGES if stage not in named)
            raise ValueError(f"names no {lacking}, expected one of each stage (or rttm instead)")
        return self


def is_oracle(variant: Block) -> bool:
    """Whether a variant of a stage reads the reference."""
    return variant.backend == "oracle" or getattr(variant, "speaker_count", None) == "oracle"


class Tuning(Block):
    """A search for the best settings of a system, on the corpora marked dev."""

    system: Name = Field(description="the system whose settings are searched")
    search: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        min_length=1,
        description="values to try, in every combination: of a setting of the system's own variant "
        "(changes.threshold: [0.4, 0.5]), or variants of a stage (clustering: [kmeans, meanshift])",
    )
    corpora: list[str] | None = Field(None, description="null: all that are marked split: dev")
    protocol: Literal["full", "fair", "forgiving"] = Field("full", description="whose DER counts")
    average: Literal["seconds", "corpora"] = Field(
        "seconds",
        description="what counts alike: each second of speech, or each corpus, however long",
    )
    folds: int = Field(
        0, ge=0, le=1000, description="of the cross-validation over recordings; 0: leave one out"
    )

    @model_validator(mode="after")
    def _known_stages(self):
        for key in self.search:
            if key.partition(".")[0] not in STAGES:
                raise ValueError(f"search holds {key}, expected <stage> or <stage>.<setting>")
        return self


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
    batch_size: int = Field(
        1, ge=1, le=10_000, description="recordings that a job works on, on average at most"
    )
    time_limit: float | None = Field(
        None,
        gt=0,
        description="seconds that a job may work on one recording, which is then set aside; null: none",
    )
    networks: dict[Name, stages.Networks]
    speech: dict[Name, stages.Speech]
    changes: dict[Name, stages.Changes]
    overlap: dict[Name, stages.Overlap]
    segments: stages.Segments = stages.Segments()
    embedding: dict[Name, stages.Embedding]
    clustering: dict[Name, stages.Clustering]
    turns: dict[Name, stages.Turns]
    systems: dict[Name, System]
    scores: stages.Scores = stages.Scores()
    report: stages.Report = stages.Report()
    training: dict[Name, stages.Training]
    tuning: dict[Name, Tuning] = Field(default_factory=dict)
    plda: dict[Name, stages.Plda] = Field(default_factory=dict)

    def systems_of(self, corpus: Corpus) -> list[str]:
        """Names of the systems that a corpus runs."""
        return self.default_systems if corpus.systems is None else corpus.systems

    def rttm_of(self, corpus: Corpus) -> dict[str, str]:
        """Of a corpus's systems those made elsewhere, and where their RTTM lies."""
        systems = {name: self.systems[name] for name in self.systems_of(corpus)}
        return {
            name: system.rttm.replace("{corpus}", corpus.name)
            for name, system in systems.items()
            if system.rttm is not None
        }

    def needs_audio(self, corpus: Corpus) -> bool:
        """Whether any of a corpus's systems hears the recordings; one without systems is there to train on."""
        return not self.systems_of(corpus) or len(self.rttm_of(corpus)) < len(
            self.systems_of(corpus)
        )


def _unknown_names(settings: Settings) -> Iterator[tuple[tuple, str]]:
    """Keys whose value names a variant, a system or a corpus wrongly, and what is wrong."""
    named = []
    for name, system in settings.systems.items():
        for stage in STAGES if system.rttm is None else ():
            known = getattr(settings, stage)
            named.append((("systems", name, stage), getattr(system, stage), known))
    for stage in STAGES:
        for name, variant in getattr(settings, stage).items():
            if getattr(variant, "network", None):
                named.append(((stage, name, "network"), variant.network, settings.networks))
    corpora = {corpus.name: corpus for corpus in settings.corpora}
    for name, training in settings.training.items():
        for corpus in training.validation or ():
            named.append((("training", name, "validation"), corpus, corpora))
    for name, tuning in settings.tuning.items():
        named.append((("tuning", name, "system"), tuning.system, settings.systems))
        for corpus in tuning.corpora or ():
            named.append((("tuning", name, "corpora"), corpus, corpora))
    for name, variant in settings.turns.items():
        if getattr(variant, "embedding", None):
            named.append((("turns", name, "embedding"), variant.embedding, settings.embedding))
    for name, plda in settings.plda.items():
        named.append((("plda", name, "embedding"), plda.embedding, settings.embedding))
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
    if odd := list(_odd_keys(config)):
        raise InputError.of(
            f"{place(path, files)}{dotted(path)} is no name, expected text as a key" for path in odd
        )
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


def _odd_keys(value: Any, path: tuple = ()) -> Iterator[tuple]:
    """Keys that YAML reads as numbers, dates or truth values, as deep as settings go."""
    if len(path) > _DEEPEST:
        return
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, one in inner:
        if isinstance(value, dict) and not isinstance(key, str):
            yield *path, str(key)
        else:
            yield from _odd_keys(one, (*path, key))


def _mapping(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def schema_yaml() -> str:
    """JSON schema of config.yaml, for editors and the workflow catalog."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return yaml.safe_dump(head | Settings.model_json_schema(), sort_keys=False, width=100)
