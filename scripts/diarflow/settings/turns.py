"""Settings of `turns`."""

from typing import Annotated, Literal

from pydantic import Field

from diarflow.settings.base import Block, Frames, Name, Network


class JoinTurns(Block):
    """Consecutive windows of a speaker, joined."""

    backend: Literal["join"] = "join"
    max_gap: float = Field(
        0.3,
        ge=0,
        le=60,
        description="seconds; turns of a speaker with a longer pause between them stay separate",
    )
    second_speaker: Literal["nearest", "none"] = Field(
        "nearest",
        description="second speaker in overlap: nearest (the other speaker with the nearest turn) or none",
    )


class LocalSpeakerTurns(Block):
    """Settings of backends that average the activity of local speakers with similarities to clusters."""

    network: Network = "segmentation"
    mix: float = Field(
        0.8,
        ge=0,
        le=1,
        description="weight of the similarity to clusters; the activity of the network has the weight 1 - mix",
    )
    sharpness: float = Field(
        8.0,
        gt=0,
        le=1000,
        description="factor of the cosine similarities in the softmax over clusters",
    )
    min_turn: float = Field(0.1, ge=0, le=10, description="seconds; shorter turns are dropped")


class ActivationsTurns(LocalSpeakerTurns):
    """Activity of local speakers, averaged with the similarity of embeddings to clusters."""

    backend: Literal["activations"] = "activations"
    embedding: Name | None = Field(
        "campplus-short",
        description="variant of `embedding` that is compared with the clusters; null: that of the system",
    )


class PooledTurns(LocalSpeakerTurns):
    """Activity of local speakers, averaged with the similarity of pooled windows to clusters."""

    backend: Literal["pooled"] = "pooled"
    frames: Frames = "campplus"
    model: str = Field("campplus-int8.onnx", description="model of the network that `frames` names")
    window: float = Field(0.8, ge=0.2, le=30, description="seconds of audio that give one vector")
    hop: float = Field(
        0.2, ge=0.1, le=30, description="seconds from the start of a window to the next"
    )


Turns = Annotated[JoinTurns | ActivationsTurns | PooledTurns, Field(discriminator="backend")]
