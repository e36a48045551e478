"""Settings of `turns`."""

from typing import Annotated, Literal

from pydantic import Field

from diarflow.settings.base import Block, Name, Network


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


class ActivationsTurns(Block):
    """Activity of local speakers, averaged with the similarity of embeddings to clusters."""

    backend: Literal["activations"] = "activations"
    network: Network = "segmentation"
    embedding: Name | None = Field(
        "campplus-short",
        description="variant of `embedding` that is compared with the clusters; null: that of the system",
    )
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


Turns = Annotated[JoinTurns | ActivationsTurns, Field(discriminator="backend")]
