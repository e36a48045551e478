"""Base classes and field types shared by the blocks of config.yaml."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

# A system names one variant of each stage.
STAGES = ("speech", "changes", "overlap", "embedding", "clustering", "turns")
# Blocks of named variants. Stages read the activations of networks.
BLOCKS = ("networks", *STAGES)

NAME_PATTERN = r"^[a-z0-9][a-z0-9-]*$"
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
SpeakerCount = Annotated[int, Field(ge=1, le=100)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1, description="random seed")]
Network = Annotated[Name, Field(description="variant of `networks` whose activations are read")]
SegmentationScore = Annotated[
    Literal["counts", "probabilities"],
    Field(
        description="counts: mean number of active speakers; probabilities: mean probability over chunks"
    ),
]
Frames = Annotated[Name, Field(description="variant of `networks` whose frames are pooled")]
NETWORK_FIELDS = ("network", "frames")  # settings of a variant that name a network
SpeakersFolder = Annotated[
    str, Field(description="folder that contains a folder of recordings per speaker")
]
SpeakersPart = Annotated[
    Literal["all", "train", "valid", "test"],
    Field(description="all speakers, or a fixed part: train (70 %), valid (10 %) or test (20 %)"),
]


TokenVariable = Annotated[
    str,
    Field(
        # a pasted token does not match: tokens have lower-case letters
        pattern="^[A-Z][A-Z0-9_]*$",
        description="environment variable with the access token of the model, if it needs one",
    ),
]
Device = Annotated[
    Literal["auto", "cpu", "cuda", "mps"],
    Field(description="auto (a GPU if available), cpu, cuda or mps"),
]
OnnxDevice = Annotated[
    Literal["auto", "cpu", "cuda"],
    Field(description="auto (a GPU if ONNX Runtime can use one), cpu or cuda"),
]


class Block(BaseModel):
    """Immutable. Unknown keys are rejected."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class SpeakerRange(Block):
    """Settings with a minimum and a maximum number of speakers."""

    min_speakers: SpeakerCount
    max_speakers: SpeakerCount

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.min_speakers > self.max_speakers:
            raise ValueError(
                f"min_speakers is {self.min_speakers}, expected at most max_speakers ({self.max_speakers})"
            )
        return self


class Oracle(Block):
    """Reference annotation, to measure the effect of a perfect stage."""

    backend: Literal["oracle"] = "oracle"
