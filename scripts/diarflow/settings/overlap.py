"""Settings of `overlap`."""

from typing import Annotated, Literal

from pydantic import Field

from diarflow.settings.base import Block, Network, Oracle


class NoOverlap(Block):
    """No overlap detection; one speaker at a time."""

    backend: Literal["none"] = "none"


class SegmentationOverlap(Block):
    """Thresholds on the number of active speakers, the mean over the chunks of a network."""

    backend: Literal["segmentation"] = "segmentation"
    network: Network = "segmentation"
    onset: float = Field(
        1.3,
        ge=1,
        le=3,
        description="overlap begins when the mean number of speakers rises above this value",
    )
    offset: float = Field(
        1.3,
        ge=1,
        le=3,
        description="overlap ends when the mean number of speakers falls to this value",
    )
    min_overlap: float = Field(0.0, ge=0, le=10, description="seconds; shorter overlap is dropped")


Overlap = Annotated[NoOverlap | SegmentationOverlap | Oracle, Field(discriminator="backend")]
