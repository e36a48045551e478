"""Settings of `training`, for the change detector, and of `plda`."""

from typing import Literal

from pydantic import Field

from diarflow.settings.base import Block, Name, Seed, SpeakersFolder, SpeakersPart


class Training(Block):
    """Training of the change detector."""

    validation: list[str] | None = Field(
        None, description="corpora for validation; null: a tenth of the recordings; []: none"
    )
    kinds: list[Literal["speaker", "overlap", "speech"]] = Field(
        ["speaker"],
        description="changes to learn: speaker (one to another), overlap, speech (starts and ends)",
    )
    max_pause: float = Field(
        1.0,
        ge=0,
        le=60,
        description="seconds; after a longer pause, the change is the end of the pause, else the whole pause",
    )
    neighbourhood: float = Field(
        0.075, ge=0, le=1, description="frames within this many seconds of a change are positive"
    )
    features: Literal["deltas", "spans"] = Field(
        "spans",
        description="last 12 of 35: deltas (second derivatives) or spans (divergence of 3 s on either side)",
    )
    normalisation: Literal["recording", "none"] = Field(
        "recording", description="recording (mean 0 and variance 1 over each recording) or none"
    )
    window: float = Field(3.2, ge=0.5, le=60, description="seconds per training example")
    activation: Literal["tanh", "linear"] = Field(
        "tanh", description="activation of the hidden dense layers"
    )
    dropout: float = Field(0.3, ge=0, lt=1, description="dropout rate")
    optimizer: Literal["smorms3", "adam"] = Field("smorms3", description="update rule")
    learning_rate: float = Field(0.002, gt=0, le=1, description="initial learning rate")
    batch: int = Field(128, ge=1, le=10_000, description="examples per update")
    epochs: int = Field(3, ge=1, le=10_000, description="maximum number of epochs")
    check_every: int = Field(100, ge=1, le=100_000, description="updates between validations")
    patience: int = Field(
        5, ge=1, le=1000, description="validations without improvement before training stops"
    )
    positive_weight: float = Field(3.0, gt=0, le=1000, description="loss weight of positive frames")
    seed: Seed = 0


class Plda(Block):
    """Training of a PLDA for VBx."""

    speakers: SpeakersFolder
    part: SpeakersPart = "train"
    embedding: Name = Field(
        "campplus", description="variant of `embedding` whose vectors the PLDA models"
    )
    seconds: float = Field(30.0, ge=2, le=3600, description="maximum seconds used per speaker")
    dimensions: int = Field(48, ge=1, le=1000, description="dimensions after the reduction by LDA")
    seed: Seed = 0
