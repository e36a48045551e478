"""One model for each backend of each stage."""

from typing import Annotated, Literal

from pydantic import Field

from diarflow.settings.base import Block, SpeakerCount


class WebrtcSpeech(Block):
    """WebRTC voice activity detection."""

    backend: Literal["webrtc"] = "webrtc"
    aggressiveness: int = Field(
        3, ge=0, le=3, description="0 keeps most speech, 3 drops most noise"
    )
    frame_ms: Literal[10, 20, 30] = Field(10, description="milliseconds that are decided at once")
    min_speech: float = Field(0.2, ge=0, le=10, description="seconds; shorter speech is dropped")
    min_silence: float = Field(1.0, ge=0, le=10, description="seconds; shorter silence is bridged")
    padding: float = Field(0.0, ge=0, le=2, description="seconds added on each side of speech")


class NoChanges(Block):
    """No change detection: the pauses alone separate the speakers."""

    backend: Literal["none"] = "none"


class DivergenceChanges(Block):
    """Divergence of two Gaussians over the cepstra before and after each moment."""

    backend: Literal["divergence"] = "divergence"
    measure: Literal["gaussian", "likelihood-ratio"] = Field(
        "likelihood-ratio", description="gaussian as in Barras 2006, or the ratio of likelihoods"
    )
    window: float = Field(3.0, ge=0.2, le=30, description="seconds compared on each side")
    step: float = Field(0.1, ge=0.01, le=1, description="seconds from one comparison to the next")
    threshold: float = Field(
        0.5, ge=0, le=1000, description="score from which a maximum is a change"
    )
    min_distance: float = Field(0.8, ge=0, le=60, description="least seconds between two changes")


class NoOverlap(Block):
    """One speaker at a time."""

    backend: Literal["none"] = "none"


class DvectorEmbedding(Block):
    """The GE2E d-vector that is shipped: 256 dimensions, 1.6 s at a time."""

    backend: Literal["dvector"] = "dvector"
    window: float = Field(1.6, ge=0.2, le=30, description="seconds of speech that give one vector")
    hop: float | None = Field(
        0.8,
        gt=0,
        le=30,
        description="seconds between windows; null: only the first of each segment",
    )


class PyannoteEmbedding(Block):
    """Any embedding model of pyannote.audio (needs its environment: `make pyannote`)."""

    backend: Literal["pyannote"] = "pyannote"
    model: str = Field(
        "pyannote/embedding", description="path of a checkpoint, or its name on Hugging Face"
    )
    token_variable: str = Field(
        "HF_TOKEN", description="environment variable that holds a token, if the model needs one"
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        "auto", description="auto takes a GPU where there is one"
    )
    window: float = Field(2.0, ge=0.2, le=30, description="seconds of speech that give one vector")
    hop: float | None = Field(
        1.0,
        gt=0,
        le=30,
        description="seconds between windows; null: only the first of each segment",
    )


class CountedClustering(Block):
    """What clusterings that can be told the number of speakers have in common."""

    speaker_count: Literal["given", "estimated"] = Field(
        "given", description="given: take num_speakers of the table, where it is there"
    )
    min_speakers: SpeakerCount = Field(
        1, description="fewest speakers, where the table says nothing"
    )
    max_speakers: SpeakerCount = Field(
        10, description="most speakers, where the table says nothing"
    )
    seed: int = Field(0, ge=0, description="of the random start")


class KmeansClustering(CountedClustering):
    """k-means; an unknown number of speakers is chosen by silhouette."""

    backend: Literal["kmeans"] = "kmeans"
    restarts: int = Field(20, ge=1, le=1000, description="random starts, the best of which counts")
    single_below: float = Field(
        0.2, ge=-1, le=1, description="one speaker where no silhouette is above this"
    )


class MeanshiftClustering(CountedClustering):
    """Mean shift."""

    backend: Literal["meanshift"] = "meanshift"
    bandwidth: float | None = Field(
        0.6,
        gt=0,
        le=2,
        description="distance of unit vectors that are one speaker; null: estimated",
    )
    quantile: float = Field(
        0.3, gt=0, le=1, description="of the distances, when the bandwidth is estimated"
    )


class JoinTurns(Block):
    """Neighbouring windows of one speaker joined."""

    backend: Literal["join"] = "join"
    max_gap: float = Field(0.3, ge=0, le=60, description="seconds of pause that a turn may hold")


Speech = WebrtcSpeech
Changes = Annotated[NoChanges | DivergenceChanges, Field(discriminator="backend")]
Overlap = NoOverlap
Embedding = Annotated[DvectorEmbedding | PyannoteEmbedding, Field(discriminator="backend")]
Clustering = Annotated[KmeansClustering | MeanshiftClustering, Field(discriminator="backend")]
Turns = JoinTurns


class Segments(Block):
    """Speech cut at the changes."""

    min_duration: float = Field(
        0.2, ge=0, le=10, description="seconds; no cut leaves a shorter piece"
    )


class Scores(Block):
    """Scoring, always under three protocols: full, fair, forgiving."""

    collar_each_side: float = Field(
        0.25,
        ge=0,
        le=2,
        description="seconds left out on each side of a reference border in fair and forgiving",
    )
