"""Settings of `changes` and of `segments`, the speech cut at the changes."""

from typing import Annotated, Literal

from pydantic import Field

from diarflow.settings.base import Block, Network, Oracle

Threshold = Annotated[
    float, Field(description="local maxima with a score above this value are speaker changes")
]
MinDistance = Annotated[float, Field(ge=0, le=60, description="minimum seconds between changes")]
Prominence = Annotated[
    float, Field(ge=0, description="minimum prominence of a local maximum, in units of the score")
]
WindowPerSide = Annotated[float, Field(description="seconds compared before and after each moment")]


class NoChanges(Block):
    """No change detection; only pauses separate segments."""

    backend: Literal["none"] = "none"


class DivergenceChanges(Block):
    """Divergence of two Gaussians, fitted to the cepstra before and after each moment."""

    backend: Literal["divergence"] = "divergence"
    measure: Literal["gaussian", "likelihood-ratio"] = Field(
        "likelihood-ratio",
        description="gaussian (Gaussian divergence, Barras et al. 2006) or likelihood-ratio (GLR)",
    )
    window: WindowPerSide = Field(3.0, ge=0.2, le=30)
    step: float = Field(0.1, ge=0.01, le=1, description="seconds between two comparisons")
    threshold: Threshold = Field(0.5, ge=0, le=1000)
    min_distance: MinDistance = 0.8


class BilstmChanges(Block):
    """Local maxima of the scores of a Bi-LSTM."""

    backend: Literal["bilstm"] = "bilstm"
    network: Network = "bilstm"
    threshold: Threshold = Field(0.68, ge=0, le=1)
    min_distance: MinDistance = 0.3
    prominence: Prominence = Field(0.0, le=1)


class BilstmDivergenceChanges(Block):
    """Log-odds of the Bi-LSTM's score, plus weight times the logarithm of the divergence."""

    backend: Literal["bilstm-divergence"] = "bilstm-divergence"
    network: Network = "bilstm"
    weight: float = Field(
        0.5, ge=0, le=100, description="factor of the logarithm of the divergence"
    )
    window: WindowPerSide = Field(2.0, ge=0.2, le=30)
    threshold: Threshold = Field(0.46, ge=-100, le=100)
    min_distance: MinDistance = 0.3
    prominence: Prominence = Field(0.0, le=100)


class SegmentationChanges(Block):
    """Difference of the local speakers' activity before and after each moment."""

    backend: Literal["segmentation"] = "segmentation"
    network: Network = "segmentation"
    window: WindowPerSide = Field(0.2, ge=0.02, le=5)
    threshold: Threshold = Field(0.5, ge=0, le=1)
    min_distance: MinDistance = 0.3


Changes = Annotated[
    NoChanges
    | DivergenceChanges
    | BilstmChanges
    | BilstmDivergenceChanges
    | SegmentationChanges
    | Oracle,
    Field(discriminator="backend"),
]


class Segments(Block):
    """Speech cut at the changes."""

    min_duration: float = Field(
        0.2,
        ge=0,
        le=10,
        description="seconds; a cut that would leave a shorter segment is not made",
    )
