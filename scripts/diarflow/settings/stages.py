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


class SegmentationSpeech(Block):
    """Speech where a segmentation network counts someone."""

    backend: Literal["segmentation"] = "segmentation"
    network: Name = Field("segmentation", description="the network whose counts are used")
    onset: float = Field(
        0.6, ge=0, le=3, description="mean number of speakers above which speech begins"
    )
    offset: float = Field(0.6, ge=0, le=3, description="where it is no more than this, it ends")
    min_speech: float = Field(0.1, ge=0, le=10, description="seconds; shorter speech is dropped")
    min_silence: float = Field(0.0, ge=0, le=10, description="seconds; shorter silence is bridged")


class SileroSpeech(Block):
    """Silero voice activity detection."""

    backend: Literal["silero"] = "silero"
    onset: float = Field(0.5, ge=0, le=1, description="score above which speech begins")
    offset: float = Field(0.35, ge=0, le=1, description="where it is no more than this, it ends")
    min_speech: float = Field(0.25, ge=0, le=10, description="seconds; shorter speech is dropped")
    min_silence: float = Field(0.1, ge=0, le=10, description="seconds; shorter silence is bridged")
    padding: float = Field(0.03, ge=0, le=2, description="seconds added on each side of speech")


class Oracle(Block):
    """Taken from the reference: what a perfect stage would find."""

    backend: Literal["oracle"] = "oracle"


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
    features: Literal["deltas", "spans"] | None = Field(
        None, description="null: as the model's file says; deltas where it says nothing"
    )
    normalisation: Literal["recording", "none"] | None = Field(
        None, description="null: as the model's file says; recording where it says nothing"
    )
    activation: Literal["tanh", "linear"] | None = Field(
        None, description="null: as the model's file says; tanh where it says nothing"
    )
    window: float = Field(3.2, ge=0.5, le=60, description="seconds that it hears at once")
    step: float = Field(0.8, ge=0.1, le=60, description="seconds from one window to the next")


class SegmentationNetwork(Block):
    """Who of up to three local speakers speaks in each frame of overlapping chunks of 10 s."""

    backend: Literal["segmentation"] = "segmentation"
    model: str = Field(
        "segmentation.onnx", description="a shipped model, or the path of an .onnx like it"
    )
    step: float = Field(2.0, ge=0.1, le=10, description="seconds from one chunk to the next")


class BilstmChanges(Block):
    """Local maxima of the scores of a Bi-LSTM."""

    backend: Literal["bilstm"] = "bilstm"
    network: Name = Field("bilstm", description="the network whose scores are used")
    threshold: float = Field(0.68, ge=0, le=1, description="score from which a maximum is a change")
    min_distance: float = Field(0.3, ge=0, le=60, description="least seconds between two changes")
    prominence: float = Field(
        0.0, ge=0, le=1, description="how far a maximum must stand out of what is around it"
    )


class BilstmDivergenceChanges(Block):
    """Local maxima of the log-odds of a Bi-LSTM's scores plus the weighted log of the divergence."""

    backend: Literal["bilstm-divergence"] = "bilstm-divergence"
    network: Name = Field("bilstm", description="the network whose scores are used")
    weight: float = Field(0.5, ge=0, le=100, description="of the log of the divergence")
    window: float = Field(
        2.0, ge=0.2, le=30, description="seconds on each side that the divergence compares"
    )
    threshold: float = Field(
        0.46, ge=-100, le=100, description="score from which a maximum is a change"
    )
    min_distance: float = Field(0.3, ge=0, le=60, description="least seconds between two changes")
    prominence: float = Field(
        0.0, ge=0, le=100, description="how far a maximum must stand out of what is around it"
    )


class SegmentationChanges(Block):
    """Moments at which the local speakers of a segmentation network take turns."""

    backend: Literal["segmentation"] = "segmentation"
    network: Name = Field("segmentation", description="the network whose local speakers are used")
    window: float = Field(0.2, ge=0.02, le=5, description="seconds compared on each side")
    threshold: float = Field(0.5, ge=0, le=1, description="score from which a maximum is a change")
    min_distance: float = Field(0.3, ge=0, le=60, description="least seconds between two changes")


class NoOverlap(Block):
    """One speaker at a time."""

    backend: Literal["none"] = "none"


class SegmentationOverlap(Block):
    """Overlap where a segmentation network counts two speakers."""

    backend: Literal["segmentation"] = "segmentation"
    network: Name = Field("segmentation", description="the network whose counts are used")
    onset: float = Field(
        1.3, ge=1, le=3, description="mean number of speakers above which overlap begins"
    )
    offset: float = Field(1.3, ge=1, le=3, description="where it is no more than this, it ends")
    min_overlap: float = Field(0.0, ge=0, le=10, description="seconds; shorter overlap is dropped")


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


class CampplusEmbedding(Block):
    """CAM++, shipped: 192 dimensions."""

    backend: Literal["campplus"] = "campplus"
    model: str = Field(
        "campplus-int8.onnx",
        description="shipped: campplus-int8.onnx in eight bits, or campplus.onnx; or the path of an .onnx like them",
    )
    network: Name | None = Field(
        "segmentation",
        description="segmentation network whose local speakers get vectors too; null: none do",
    )
    window: float = Field(1.5, ge=0.2, le=30, description="seconds of speech that give one vector")
    hop: float | None = Field(
        0.5,
        gt=0,
        le=30,
        description="seconds between windows; null: only the first of each segment",
    )
    grid: bool = Field(
        True,
        description="windows every hop, whatever the borders of segments; false: inside each segment",
    )
    least_speech: float = Field(
        0.5, ge=0, le=1, description="share of speech without overlap in a window of the grid"
    )


class PyannoteEmbedding(Block):
    """Any embedding model of pyannote.audio (needs its environment: `make pyannote`)."""

    backend: Literal["pyannote"] = "pyannote"
    model: str = Field(
        "pyannote/embedding", description="path of a checkpoint, or its name on Hugging Face"
    )
    token_variable: str = Field(
        "HF_TOKEN",
        pattern="^[A-Z][A-Z0-9_]*$",  # a token itself has small letters
        description="environment variable that holds a token, if the model needs one",
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

    speaker_count: Literal["given", "estimated", "oracle"] = Field(
        "given",
        description="given: num_speakers of the table, where it is there; oracle: of the reference",
    )
    min_speakers: SpeakerCount = Field(
        1, description="fewest speakers, where the table says nothing"
    )
    max_speakers: SpeakerCount = Field(
        10, description="most speakers, where the table says nothing"
    )

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
    seed: int = Field(0, ge=0, description="of the random start")
    restarts: int = Field(20, ge=1, le=1000, description="random starts, the best of which counts")
    single_below: float = Field(
        0.2, ge=-1, le=1, description="one speaker where no silhouette is above this"
    )


class MeanshiftClustering(CountedClustering):
    """Mean shift."""

    backend: Literal["meanshift"] = "meanshift"
    seed: int = Field(0, ge=0, description="of the random start")
    bandwidth: float | None = Field(
        0.6,
        gt=0,
        le=2,
        description="distance of unit vectors that are one speaker; null: estimated",
    )
    quantile: float = Field(
        0.3, gt=0, le=1, description="of the distances, when the bandwidth is estimated"
    )


class EstimatingClustering(CountedClustering):
    """What clusterings that estimate the number of speakers have in common."""

    speaker_count: Literal["given", "estimated"] = Field(
        "estimated", description="given: take num_speakers of the table, where it is there"
    )
    max_speakers: SpeakerCount = Field(
        20, description="most speakers, where the table says nothing"
    )
    min_share: float = Field(
        0.005, ge=0, lt=1, description="share of the speech; a speaker with less is none"
    )
    points: int = Field(
        2000, ge=10, le=20_000, description="more than so many are pooled first: bounds memory"
    )


class AgglomerativeClustering(EstimatingClustering):
    """Clusters join by average cosine distance; local speakers of one chunk stay apart."""

    backend: Literal["agglomerative"] = "agglomerative"
    threshold: float = Field(
        0.55, gt=0, le=2, description="cosine distance up to which clusters are one speaker"
    )


class SpectralClustering(EstimatingClustering):
    """NME-SC: spectral clustering that tunes itself by the largest gap of eigenvalues."""

    backend: Literal["spectral"] = "spectral"
    points: int = Field(
        1000, ge=10, le=5000, description="more than so many are pooled first: bounds memory"
    )
    seed: int = Field(0, ge=0, description="of the random start of k-means")


class HdbscanClustering(EstimatingClustering):
    """HDBSCAN; what is in no dense place joins the nearest cluster."""

    backend: Literal["hdbscan"] = "hdbscan"
    min_cluster: int = Field(5, ge=2, le=1000, description="windows that make a cluster")


class VbxClustering(EstimatingClustering):
    """Agglomerative clustering, then variational Bayes in PLDA space."""

    backend: Literal["vbx"] = "vbx"
    model: str | None = Field(
        "plda-campplus.npz",
        description="PLDA: a shipped one or the path of an .npz; null: none, for any embedding",
    )
    min_share: float = Field(
        0.01, ge=0, lt=1, description="share of the speech; a speaker with less is none"
    )
    threshold: float = Field(
        0.45, gt=0, le=2, description="cosine distance of the clusters that it begins with"
    )
    acoustic: float = Field(0.1, gt=0, le=10, description="F_A: how much each window counts")
    speaker: float = Field(
        0.4, gt=0, le=100, description="F_B: the more, the fewer speakers are found"
    )
    loop: float = Field(
        0.0, ge=0, lt=1, description="how likely the speaker stays; 0: without the Markov chain"
    )
    merge: float = Field(
        0.65,
        gt=0,
        le=1,
        description="cosine of the mean vectors of two speakers from which they are one, 0.15 less where one says "
        "little and 0.05 more where both say much; 1: never",
    )


class JoinTurns(Block):
    """Neighbouring windows of one speaker joined."""

    backend: Literal["join"] = "join"
    max_gap: float = Field(0.3, ge=0, le=60, description="seconds of pause that a turn may hold")
    second_speaker: Literal["nearest", "none"] = Field(
        "nearest",
        description="who else speaks in overlap: the other speaker nearest in time, or none",
    )


class ActivationsTurns(Block):
    """The network's local speakers matched to the clusters, mixed with how near windows are to them."""

    backend: Literal["activations"] = "activations"
    network: Name = Field("segmentation", description="whose local speakers are matched")
    embedding: Name | None = Field(
        "campplus-short",
        description="embedding whose windows are mixed in; null: the system's own windows",
    )
    mix: float = Field(
        0.8, ge=0, le=1, description="how much the windows count; the rest is the network's"
    )
    sharpness: float = Field(
        8.0,
        gt=0,
        le=1000,
        description="of the windows' choice: factor of the cosine in the softmax",
    )
    min_turn: float = Field(0.1, ge=0, le=10, description="seconds; shorter turns are left out")


class Training(Block):
    """Training of the change detector, on the corpora that have references and are not marked test."""

    validation: list[str] | None = Field(
        None,
        description="corpora held out to know when to stop; null: a tenth of the recordings and their speakers",
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
    features: Literal["deltas", "spans"] = Field(
        "spans",
        description="deltas: cepstrum and two derivatives as in the paper; spans: with a view of 3 s a side",
    )
    normalisation: Literal["recording", "none"] = Field("recording", description="of the features")
    window: float = Field(3.2, ge=0.5, le=60, description="seconds that are learnt from at once")
    activation: Literal["tanh", "linear"] = Field("tanh", description="of the hidden dense layers")
    dropout: float = Field(0.3, ge=0, lt=1, description="share of units left out in learning")
    optimizer: Literal["smorms3", "adam"] = Field("smorms3", description="how weights are changed")
    learning_rate: float = Field(0.002, gt=0, le=1, description="greatest step of a weight")
    batch: int = Field(128, ge=1, le=10_000, description="windows a step is made from")
    epochs: int = Field(3, ge=1, le=10_000, description="times that all is learnt from")
    check_every: int = Field(
        100, ge=1, le=100_000, description="updates between looks at what is held out"
    )
    patience: int = Field(5, ge=1, le=1000, description="looks without gain after which it stops")
    positive_weight: float = Field(3.0, gt=0, le=1000, description="of frames near a change")
    seed: int = Field(0, ge=0, description="of first weights, order and dropout")


class Plda(Block):
    """A PLDA for VBx, trained on recordings of single speakers (`snakemake plda`)."""

    speakers: str = Field(description="folder that holds a folder of recordings for each speaker")
    part: Literal["all", "train", "valid", "test"] = Field(
        "train", description="all speakers, or 70, 10 or 20 percent of them, by the name of each"
    )
    embedding: Name = Field("campplus", description="the embedding whose vectors it is for")
    seconds: float = Field(30.0, ge=2, le=3600, description="most that is used of a speaker")
    dimensions: int = Field(48, ge=1, le=1000, description="to which vectors are reduced")
    seed: int = Field(0, ge=0, description="of the rooms and the noise")


Networks = Annotated[BilstmNetwork | SegmentationNetwork, Field(discriminator="backend")]
Speech = Annotated[
    WebrtcSpeech | SegmentationSpeech | SileroSpeech | Oracle, Field(discriminator="backend")
]
Changes = Annotated[
    NoChanges
    | DivergenceChanges
    | BilstmChanges
    | BilstmDivergenceChanges
    | SegmentationChanges
    | Oracle,
    Field(discriminator="backend"),
]
Overlap = Annotated[NoOverlap | SegmentationOverlap | Oracle, Field(discriminator="backend")]
Embedding = Annotated[
    DvectorEmbedding | CampplusEmbedding | PyannoteEmbedding, Field(discriminator="backend")
]
Clustering = Annotated[
    KmeansClustering
    | MeanshiftClustering
    | AgglomerativeClustering
    | SpectralClustering
    | HdbscanClustering
    | VbxClustering
    | Oracle,
    Field(discriminator="backend"),
]
Turns = Annotated[JoinTurns | ActivationsTurns, Field(discriminator="backend")]


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


class Report(Block):
    """The pages people look at."""

    audio: Literal["linked", "embedded"] = Field(
        "linked",
        description="pages play results/{corpus}/audio, or hold the audio as MP3, about 10 MB an hour",
    )
