"""Settings of `speech`."""

from typing import Annotated, Literal

from pydantic import Field

from diarflow.settings.base import Block, Network, Oracle, SegmentationScore

MinSpeech = Annotated[
    float, Field(ge=0, le=10, description="seconds; shorter speech intervals are dropped")
]
MinSilence = Annotated[
    float, Field(ge=0, le=10, description="seconds; shorter silences become speech")
]
Padding = Annotated[
    float, Field(ge=0, le=2, description="seconds added to both ends of each speech interval")
]


class WebrtcSpeech(Block):
    """WebRTC voice activity detector."""

    backend: Literal["webrtc"] = "webrtc"
    aggressiveness: int = Field(
        3, ge=0, le=3, description="0 keeps the most speech, 3 removes the most noise"
    )
    frame_ms: Literal[10, 20, 30] = Field(10, description="milliseconds per frame")
    min_speech: MinSpeech = 0.2
    min_silence: MinSilence = 1.0
    padding: Padding = 0.0


class SegmentationSpeech(Block):
    """Thresholds on the activity of speakers, the mean over the chunks of a network."""

    backend: Literal["segmentation"] = "segmentation"
    network: Network = "segmentation"
    score: SegmentationScore = "probabilities"
    onset: float = Field(
        0.5, ge=0, le=3, description="speech begins when the score rises above this value"
    )
    offset: float = Field(
        0.5, ge=0, le=3, description="speech ends when the score falls to this value"
    )
    min_speech: MinSpeech = 0.1
    min_silence: MinSilence = 0.3
    padding: Padding = 0.03
    pause_level: float = Field(
        0.4,
        ge=0,
        le=1,
        description="level of quiet pauses, which are removed: below this, from background (0) to speech (1)",
    )
    pause_score: float = Field(
        0.9,
        ge=0,
        le=3,
        description="frames with a score above this value are not part of a quiet pause",
    )
    min_pause: float = Field(
        0.7, ge=0, le=10, description="seconds; shorter quiet pauses stay speech"
    )


class SileroSpeech(Block):
    """Silero voice activity detector."""

    backend: Literal["silero"] = "silero"
    onset: float = Field(
        0.5, ge=0, le=1, description="speech begins when the score rises above this value"
    )
    offset: float = Field(
        0.35, ge=0, le=1, description="speech ends when the score falls to this value"
    )
    min_speech: MinSpeech = 0.25
    min_silence: MinSilence = 0.1
    padding: Padding = 0.03


Speech = Annotated[
    WebrtcSpeech | SegmentationSpeech | SileroSpeech | Oracle, Field(discriminator="backend")
]
