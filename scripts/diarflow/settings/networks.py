"""Settings of `networks`."""

from typing import Annotated, Literal

from pydantic import Field

from diarflow.settings.base import Block, Device, OnnxDevice, TokenVariable


class BilstmNetwork(Block):
    """Bi-LSTM that scores speaker changes."""

    backend: Literal["bilstm"] = "bilstm"
    model: str = Field(
        "bilstm.onnx",
        description="file in resources/models, or path of an .onnx, .keras or Keras 2 .h5 file",
    )
    features: Literal["deltas", "spans"] | None = Field(
        None,
        description="deltas or spans, see `training`; null: value in the model file, else deltas",
    )
    normalisation: Literal["recording", "none"] | None = Field(
        None,
        description="normalisation of the features; null: value in the model file, else recording",
    )
    activation: Literal["tanh", "linear"] | None = Field(
        None,
        description="activation of the hidden dense layers; null: value in the model file, else tanh",
    )
    window: float = Field(
        3.2, ge=0.5, le=60, description="seconds of audio in one input of the network"
    )
    step: float = Field(
        0.8, ge=0.1, le=60, description="seconds from the start of a window to the next"
    )


class CampplusNetwork(Block):
    """Frames of CAM++ before its pooling layer, as statistics of blocks of 0.1 s."""

    backend: Literal["campplus"] = "campplus"
    model: str = Field(
        "campplus-int8.onnx",
        description="campplus-int8.onnx (quantized), campplus.onnx, or path of a similar .onnx file",
    )
    device: OnnxDevice = "auto"
    piece: float = Field(
        1.5, ge=1, le=60, description="seconds of audio in one input of the network"
    )
    margin: float = Field(
        0.0, ge=0, le=10, description="seconds added before and after each piece, as context"
    )


class PyannoteNetwork(Block):
    """Segmentation network of pyannote.audio, powerset or multilabel (run `make pyannote` first)."""

    backend: Literal["pyannote"] = "pyannote"
    model: str = Field(
        "pyannote/segmentation-3.0",
        description="path of a checkpoint, or a name on Hugging Face",
    )
    token_variable: TokenVariable = "HF_TOKEN"  # noqa: S105 - name of a variable
    device: Device = "auto"
    step: float = Field(
        2.0, ge=0.1, le=60, description="seconds from the start of a chunk to the next"
    )


class SegmentationNetwork(Block):
    """Activity of up to three local speakers in each chunk of 10 s."""

    backend: Literal["segmentation"] = "segmentation"
    model: str = Field(
        "segmentation-int8.onnx",
        description="segmentation-int8.onnx (quantized), segmentation.onnx, or path of a similar .onnx file",
    )
    device: OnnxDevice = "auto"
    step: float = Field(
        2.0, ge=0.1, le=10, description="seconds from the start of a chunk to the next"
    )


Networks = Annotated[
    BilstmNetwork | CampplusNetwork | PyannoteNetwork | SegmentationNetwork,
    Field(discriminator="backend"),
]
