"""Settings of `embedding`."""

from typing import Annotated, Literal

from pydantic import Field

from diarflow.settings.base import Block, Device, Frames, Name, OnnxDevice, TokenVariable

Window = Annotated[
    float, Field(ge=0.2, le=30, description="seconds of audio that give one embedding vector")
]
Hop = Annotated[
    Annotated[float, Field(gt=0, le=30)] | None,
    Field(
        description="seconds from the start of a window to the next; null: one window per segment"
    ),
]


class DvectorEmbedding(Block):
    """GE2E d-vector, 256 dimensions."""

    backend: Literal["dvector"] = "dvector"
    window: Window = 1.6
    hop: Hop = 0.8


class CampplusEmbedding(Block):
    """CAM++, 192 dimensions."""

    backend: Literal["campplus"] = "campplus"
    model: str = Field(
        "campplus-int8.onnx",
        description="campplus-int8.onnx (quantized), campplus.onnx, or path of a similar .onnx file",
    )
    network: Name | None = Field(
        "segmentation",
        description="variant of `networks`; each local speaker in it gets a vector too; null: windows only",
    )
    window: Window = 1.5
    hop: Annotated[float, Field(gt=0, le=30)] | None = Field(
        0.5,
        description="seconds from start to start of windows; null: `window` if grid, else one per segment",
    )
    grid: bool = Field(
        True,
        description="true: windows at multiples of hop; false: windows inside each segment",
    )
    min_speech_ratio: float = Field(
        0.5,
        ge=0,
        le=1,
        description="if grid is true: minimum share of a window that is speech of a single speaker",
    )


class OnnxEmbedding(CampplusEmbedding):
    """Any embedding in ONNX, described by a card (docs/systems.md)."""

    backend: Literal["onnx"] = "onnx"  # type: ignore[assignment]
    model: str = Field(
        "campplus.yaml",
        pattern=r"\.ya?ml$",
        description="path of the card, a .yaml file, or name of a shipped one",
    )
    device: OnnxDevice = "auto"


class PooledEmbedding(CampplusEmbedding):
    """CAM++, 192 dimensions, pooled from the frames of a network that runs once for all windows."""

    backend: Literal["pooled"] = "pooled"  # type: ignore[assignment]
    model: str = Field("campplus-int8.onnx", description="model of the network that `frames` names")
    frames: Frames = "campplus"


class PyannoteEmbedding(Block):
    """Embedding model of pyannote.audio (run `make pyannote` first)."""

    backend: Literal["pyannote"] = "pyannote"
    model: str = Field(
        "pyannote/embedding", description="path of a checkpoint, or a name on Hugging Face"
    )
    token_variable: TokenVariable = "HF_TOKEN"  # noqa: S105 - name of a variable
    device: Device = "auto"
    window: Window = 2.0
    hop: Hop = 1.0


Embedding = Annotated[
    DvectorEmbedding | CampplusEmbedding | OnnxEmbedding | PooledEmbedding | PyannoteEmbedding,
    Field(discriminator="backend"),
]
