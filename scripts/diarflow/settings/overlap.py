"""Settings of `overlap`."""

from typing import Annotated, Literal

from pydantic import Field

from diarflow.settings.base import Block, Network, Oracle, SegmentationScore


class NoOverlap(Block):
    """No overlap detection; one speaker at a time."""

    backend: Literal["none"] = "none"


class SegmentationOverlap(Block):
    """Thresholds on the activity of two speakers, the mean over the chunks of a network."""

    backend: Literal["segmentation"] = "segmentation"
    network: Network = "segmentation"
    score: SegmentationScore = "probabilities"
    onset: float = Field(
        0.45, ge=0, le=3, description="overlap begins when the score rises above this value"
    )
    offset: float = Field(
        0.45, ge=0, le=3, description="overlap ends when the score falls to this value"
    )
    min_overlap: float = Field(0.0, ge=0, le=10, description="seconds; shorter overlap is dropped")


Overlap = Annotated[NoOverlap | SegmentationOverlap | Oracle, Field(discriminator="backend")]
