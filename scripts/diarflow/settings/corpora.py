"""Settings of `corpora`."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from diarflow.exports import EXPORTS
from diarflow.formats.tiers import TierSelection
from diarflow.settings.base import (
    Block,
    Name,
    Seed,
    SpeakerCount,
    SpeakerRange,
    SpeakersFolder,
    SpeakersPart,
)


class Simulation(SpeakerRange):
    """Conversations with exact references, simulated from recordings of single speakers."""

    speakers: SpeakersFolder
    part: SpeakersPart = "all"
    leave_out: list[str] = Field(
        default_factory=list,
        description="speaker folders to skip, such as a second folder of the same person",
    )
    conversations: int = Field(10, ge=1, le=100_000, description="number of conversations")
    duration: float = Field(300.0, ge=5, le=36_000, description="seconds per conversation")
    min_speakers: SpeakerCount = Field(2, description="minimum speakers per conversation")
    max_speakers: SpeakerCount = Field(4, description="maximum speakers per conversation")
    overlap: bool = Field(True, description="simulate interruptions and back-channels")
    vary_speed: bool = Field(
        False, description="change the speed of each voice by up to 15 percent"
    )
    hard: bool = Field(
        False, description="simulate interjections, distant microphones, music, and more noise"
    )
    seed: Seed = 0


class Annotations(Block):
    """Selection of tiers in Praat TextGrid and ELAN files, of references and imported systems."""

    tiers: list[Annotated[str, Field(min_length=1)]] = Field(
        default_factory=list,
        description="names or patterns of tiers (`* - words`; * is the speaker); []: all",
    )
    speaker: Literal["auto", "tier", "label"] = Field(
        "auto",
        description="tier, label, or auto: the label in a tier named speaker, else the name of the tier",
    )

    @property
    def selection(self) -> TierSelection:
        """Selection as the value that the readers of files take."""
        return TierSelection(tuple(self.tiers), self.speaker)


class Corpus(Block):
    """Recordings that are diarized and reported together."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")] = Field(
        description="name of the corpus, and of its folder below results/"
    )
    recordings: str | None = Field(
        None,
        description="table (TSV, CSV, xlsx), Kaldi directory, lhotse manifest, or database.yml of pyannote",
    )
    protocol: str | None = Field(
        None,
        description="protocol of a database.yml of pyannote.database, such as AMI.SpeakerDiarization.only_words",
    )
    subset: Literal["train", "development", "test"] | None = Field(
        None, description="subset of this protocol: train, development or test; null: all"
    )
    audio: str | None = Field(
        None, description="folder, glob pattern of audio files, or URL of one, instead of a table"
    )
    simulate: Simulation | None = Field(
        None, description="simulated conversations, instead of a table"
    )
    channel: Literal["mix", "each"] | Annotated[int, Field(ge=1, le=1024)] = Field(
        "mix",
        description="mix (mean of all channels), each (a call, channel by channel), or a channel number",
    )
    channel_speakers: list[Annotated[str, Field(min_length=1)]] | None = Field(
        None,
        min_length=1,
        description="[agent, customer]: one speaker for each channel, with this name; null: any number",
    )
    num_speakers: SpeakerCount | None = Field(
        None, description="number of speakers of recordings for which the table gives none"
    )
    min_speakers: SpeakerCount | None = Field(
        None,
        description="minimum of the estimated number, for recordings for which the table gives none",
    )
    max_speakers: SpeakerCount | None = Field(
        None,
        description="maximum of the estimated number, for recordings for which the table gives none",
    )
    track: (
        Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}$")]
        | Annotated[int, Field(ge=1, le=1000)]
        | None
    ) = Field(
        None,
        description="audio track of a file, by number from 1 or language (eng); null: the choice of FFmpeg",
    )
    reference: str | None = Field(
        None,
        description="turns (RTTM, CSV, TextGrid ...): file of all recordings, or folder with a file for each",
    )
    uem: str | None = Field(
        None, description="UEM file for all recordings, or a folder with a file for each"
    )
    transcript: str | None = Field(
        None, description="folder with a transcript for each recording, whose words get speakers"
    )
    annotations: Annotations | None = Field(
        None,
        description="tiers of TextGrid and ELAN files (docs/formats.md); null: `speaker` or similar, else all",
    )
    split: Literal["dev", "test"] | None = Field(
        None, description="dev: for tuning and training; null: for training; test: for neither"
    )
    systems: list[Name] | None = Field(
        None, description="systems to run; null: default_systems; []: none"
    )

    link: bool = Field(
        False, description="recognize the speakers of different recordings as the same people"
    )
    exports: list[Literal[*EXPORTS]] = Field(  # type: ignore[valid-type]
        default_factory=list,
        description="formats for other tools, in results/{corpus}/exports/{system}/",
    )

    @field_validator("channel_speakers")
    @classmethod
    def _check_names(cls, names: list[str] | None) -> list[str] | None:
        fields = ["_".join(name.split()) for name in names or ()]
        if "" in fields or len(set(fields)) < len(fields):
            raise ValueError("expected a different name for each channel")
        return names

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        sources = (self.recordings, self.audio, self.simulate)
        if sum(source is not None for source in sources) != 1:
            raise ValueError(
                "expected one of recordings (a table), audio (a folder or glob), simulate"
            )
        if (self.protocol or self.subset) and not (self.recordings or "").endswith(
            (".yml", ".yaml")
        ):
            raise ValueError("has a protocol or a subset, expected recordings: database.yml")
        counts = (self.min_speakers, self.num_speakers, self.max_speakers)
        given = [count for count in counts if count is not None]
        if given != sorted(given):
            raise ValueError("expected min_speakers <= num_speakers <= max_speakers")
        return self
