"""Settings of `clustering`."""

from typing import Annotated, Literal

from pydantic import Field

from diarflow.settings.base import Oracle, Seed, SpeakerCount, SpeakerRange

MinShare = Annotated[
    float,
    Field(
        ge=0,
        lt=1,
        description="clusters with a smaller share of the speech are dissolved; their windows join others",
    ),
]
MaxPoints = Annotated[
    int,
    Field(
        ge=10,
        description="maximum number of vectors; if there are more, similar ones are pooled first",
    ),
]
MinSpeakers = Annotated[
    SpeakerCount,
    Field(description="minimum number of speakers, unless the table or the corpus gives one"),
]
MaxSpeakers = Annotated[
    SpeakerCount,
    Field(description="maximum number of speakers, unless the table or the corpus gives one"),
]


class CountedClustering(SpeakerRange):
    """Settings of all clusterings except the oracle: source and bounds of the number of speakers."""

    speaker_count: Literal["given", "estimated", "oracle"] = Field(
        "given",
        description="number of speakers: given (by table or corpus, else estimated), estimated, or oracle",
    )
    min_speakers: MinSpeakers = 1
    max_speakers: MaxSpeakers = 20


class CentroidClustering(CountedClustering):
    """Settings of clusterings that compare windows with the centres of clusters."""

    max_speakers: MaxSpeakers = 10
    seed: Seed = 0


class KmeansClustering(CentroidClustering):
    """k-means; the silhouette estimates the number of speakers."""

    backend: Literal["kmeans"] = "kmeans"
    n_init: int = Field(20, ge=1, le=1000, description="number of random starts")
    single_speaker_silhouette: float = Field(
        0.2, ge=-1, le=1, description="a single speaker if no silhouette is above this value"
    )


class MeanshiftClustering(CentroidClustering):
    """Mean shift."""

    backend: Literal["meanshift"] = "meanshift"
    bandwidth: float | None = Field(
        0.6,
        gt=0,
        le=2,
        description="kernel bandwidth, a distance between unit vectors; null: estimated",
    )
    quantile: float = Field(
        0.3,
        gt=0,
        le=1,
        description="if bandwidth is null: the bandwidth is this quantile of the distances",
    )


class PoolingClustering(CountedClustering):
    """Settings of clusterings that pool similar vectors of long recordings first."""

    min_speaker_share: MinShare = 0.005
    max_points: MaxPoints = Field(2000, le=20_000)


class AgglomerativeClustering(PoolingClustering):
    """Agglomerative, average linkage; the local speakers of a chunk get an added distance."""

    backend: Literal["agglomerative"] = "agglomerative"
    threshold: float = Field(
        0.55, gt=0, le=2, description="maximum cosine distance of two clusters that are merged"
    )


class SpectralClustering(PoolingClustering):
    """Spectral clustering with auto-tuning (NME-SC)."""

    backend: Literal["spectral"] = "spectral"
    max_points: MaxPoints = Field(1000, le=5000)
    seed: Seed = 0


class HdbscanClustering(PoolingClustering):
    """HDBSCAN; outliers join the nearest cluster."""

    backend: Literal["hdbscan"] = "hdbscan"
    min_cluster_size: int = Field(
        5, ge=2, le=1000, description="minimum number of windows in a cluster"
    )


Threshold = Annotated[float, Field(gt=0, le=2)]
Weight = Annotated[float, Field(gt=0, le=10)]
Prior = Annotated[float, Field(gt=0, le=100)]


class VbxClustering(PoolingClustering):
    """VBx: agglomerative clustering, refined by variational Bayes in PLDA space."""

    backend: Literal["vbx"] = "vbx"
    min_speaker_share: MinShare = 0.01
    model: str | None = Field(
        "plda-campplus.npz",
        description="PLDA: file in resources/models, or path of an .npz file; null: none",
    )
    threshold: float = Field(
        0.45,
        gt=0,
        le=2,
        description="maximum cosine distance for the initial agglomerative clustering",
    )
    Fa: float = Field(0.1, gt=0, le=10, description="F_A of VBx: weight of the acoustic evidence")
    Fb: float = Field(
        0.4, gt=0, le=100, description="F_B of VBx: higher values give fewer speakers"
    )
    loop_probability: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="probability that a window keeps its predecessor's speaker; 0: windows are independent",
    )
    merge_threshold: float = Field(
        0.65,
        gt=0,
        le=1,
        description="minimum cosine similarity of merged clusters (lower if small, higher if large); 1: none",
    )


class ConsensusClustering(PoolingClustering):
    """Consensus of VBx with several settings."""

    backend: Literal["consensus"] = "consensus"
    min_speaker_share: MinShare = 0.01
    model: str | None = Field(
        "plda-pooled.npz",
        description="PLDA: file in resources/models, or path of an .npz file; null: none",
    )
    thresholds: list[Threshold] = Field(
        [0.25, 0.35, 0.45],
        min_length=1,
        max_length=10,
        description="maximum cosine distances for the initial agglomerative clustering",
    )
    Fa: list[Weight] = Field(
        [0.08, 0.1, 0.12, 0.14, 0.17],
        min_length=1,
        max_length=10,
        description="values of F_A of VBx: weight of the acoustic evidence",
    )
    Fb: list[Prior] = Field(
        [0.4],
        min_length=1,
        max_length=10,
        description="values of F_B of VBx: higher values give fewer speakers",
    )
    merge_threshold: float = Field(
        0.77,
        gt=0,
        le=1,
        description="minimum cosine similarity of merged clusters (lower if small, higher if large); 1: none",
    )
    agreement: float = Field(
        0.6,
        gt=0,
        lt=1,
        description="minimum mean probability, over all runs, that the windows of a cluster are of one speaker",
    )
    min_windows: int = Field(
        2, ge=1, le=1000, description="clusters with fewer windows are dissolved"
    )


Clustering = Annotated[
    KmeansClustering
    | MeanshiftClustering
    | AgglomerativeClustering
    | SpectralClustering
    | HdbscanClustering
    | VbxClustering
    | ConsensusClustering
    | Oracle,
    Field(discriminator="backend"),
]
