"""One model for each backend of each stage."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from diarflow.settings.base import Block, Name, SpeakerCount


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


class BilstmNetwork(Block):
    """The Bi-LSTM that scores speaker changes."""

    backend: Literal["bilstm"] = "bilstm"
    model: str = Field(
        "bilstm.onnx",
        description="a shipped model, or the path of an .onnx, .keras or Keras 2 weights .h5 file",
    )
    activation: Literal["tanh", "linear"] = Field(
        "tanh", description="of the hidden dense layers; an .onnx file has its own"
    )
    window: float = Field(3.2, ge=0.5, le=60, description="seconds that it hears at once")
    step: float = Field(1.6, ge=0.1, le=60, description="seconds from one window to the next")
    normalisation: Literal["recording", "none"] = Field(
        "recording", description="of the features: over the recording, or none; as in training"
    )


class BilstmChanges(Block):
    """Local maxima of the scores of a Bi-LSTM."""

    backend: Literal["bilstm"] = "bilstm"
    network: Name = Field("bilstm", description="the network whose scores are used")
    threshold: float = Field(0.5, ge=0, le=1, description="score from which a maximum is a change")
    min_distance: float = Field(0.3, ge=0, le=60, description="least seconds between two changes")
    prominence: float = Field(
        0.0, ge=0, le=1, description="how far a maximum must stand out of what is around it"
    )


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

    @model_validator(mode="after")
    def _ordered(self):
        if self.min_speakers > self.max_speakers:
            raise ValueError(
                f"min_speakers is {self.min_speakers}, more than max_speakers {self.max_speakers}"
            )
        return self


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


class Training(Block):
    """Training of the change detector, on the corpora that have references and are not marked test."""

    validation: list[str] | None = Field(
        None, description="corpora held out to know when to stop; null: a tenth of the recordings"
    )
    kinds: list[Literal["speaker", "overlap", "speech"]] = Field(
        ["speaker"], description="changes that count: to another speaker, of overlap, of speech"
    )
    max_pause: float = Field(
        1.0, ge=0, le=60, description="seconds; after a longer pause the change is at its end"
    )
    neighbourhood: float = Field(
        0.075, ge=0, le=1, description="seconds on each side of a change that count as it"
    )
    normalisation: Literal["recording", "none"] = Field("recording", description="of the features")
    window: float = Field(3.2, ge=0.5, le=60, description="seconds that are learnt from at once")
    activation: Literal["tanh", "linear"] = Field("tanh", description="of the hidden dense layers")
    dropout: float = Field(0.3, ge=0, lt=1, description="share of units left out in learning")
    optimizer: Literal["smorms3", "adam"] = Field("smorms3", description="how weights are changed")
    learning_rate: float = Field(0.001, gt=0, le=1, description="greatest step of a weight")
    batch: int = Field(64, ge=1, le=10_000, description="windows a step is made from")
    epochs: int = Field(6, ge=1, le=10_000, description="times that all is learnt from")
    patience: int = Field(3, ge=1, le=1000, description="epochs without gain after which it stops")
    positive_weight: float = Field(3.0, gt=0, le=1000, description="of frames near a change")
    seed: int = Field(0, ge=0, description="of first weights, order and dropout")


Speech = WebrtcSpeech
Changes = Annotated[NoChanges | DivergenceChanges | BilstmChanges, Field(discriminator="backend")]
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
