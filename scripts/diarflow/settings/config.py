"""The complete settings of a run: all blocks of config.yaml."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, field_validator

from diarflow.exports import EXPORTS
from diarflow.settings.base import Block, Name
from diarflow.settings.changes import Changes, Segments
from diarflow.settings.clustering import Clustering
from diarflow.settings.confidence import Confidence, ConfidenceTraining
from diarflow.settings.corpora import Corpus
from diarflow.settings.embedding import Embedding
from diarflow.settings.linking import Linking, Speakers
from diarflow.settings.models import FetchedModel
from diarflow.settings.networks import Networks
from diarflow.settings.overlap import Overlap
from diarflow.settings.reporting import Report, Scores
from diarflow.settings.speech import Speech
from diarflow.settings.systems import System, Tuning
from diarflow.settings.training import Plda, Training
from diarflow.settings.turns import Turns


class Settings(Block):
    """Settings of a run: config.yaml, merged with the overlays."""

    corpora: list[Corpus] = Field(min_length=1, description="recordings to diarize")
    default_systems: list[Name] = Field(
        min_length=1, description="systems of a corpus that names none"
    )
    on_error: Literal["fail", "accept"] = Field(
        "fail", description="exit status if a recording was set aside: fail (3) or accept (0)"
    )
    batch_size: int = Field(
        1, ge=1, le=10_000, description="limit of the average number of recordings in a job"
    )
    compact_plan: bool | None = Field(
        None, description="declare one file of each kind and batch; null: from 20,000 recordings on"
    )
    shard: str | None = Field(
        None,
        pattern=r"^[1-9]\d*(,[1-9]\d*)*/[1-9]\d*$",
        description="part of each corpus: 3/100 is the third of 100 shards; null: all recordings",
    )
    keep: Literal["all", "results", "rttm"] = Field(
        "all",
        description="all: keep all files; results: no audio and embeddings; rttm: also no tables of stages",
    )
    keep_embeddings: bool = Field(
        True, description="false: vectors of speakers are removed after their last use"
    )
    audio_format: Literal["wav", "flac"] = Field(
        "wav", description="format of prepared audio; flac: the same samples in half the bytes"
    )
    time_limit: float | None = Field(
        None,
        gt=0,
        le=1_000_000,
        description="seconds per recording and rule; slower recordings are set aside; null: none",
    )
    networks: dict[Name, Networks] = Field(
        description="rule compute_activations: neural networks whose output several stages read"
    )
    speech: dict[Name, Speech] = Field(description="rule detect_speech: intervals of speech")
    changes: dict[Name, Changes] = Field(
        description="rule detect_changes: moments at which the speaker changes"
    )
    overlap: dict[Name, Overlap] = Field(
        description="rule detect_overlap: intervals with several speakers"
    )
    segments: Segments = Field(Segments(), description="rule resegment: speech, cut at the changes")
    embedding: dict[Name, Embedding] = Field(
        description="rule embed_segments: a vector for the voice in each window"
    )
    clustering: dict[Name, Clustering] = Field(
        description="rule cluster_segments: windows, grouped by speaker"
    )
    turns: dict[Name, Turns] = Field(
        description="rule build_turns: start, end and speaker of each turn"
    )
    systems: dict[Name, System] = Field(description="named combinations of variants")
    links: dict[Name, Linking] = Field(
        default_factory=dict,
        description="rule link_speakers: people, recognized across recordings",
    )
    speakers: Speakers = Field(Speakers(), description="people whose voices are known")
    confidence: Confidence = Field(
        Confidence(), description="confidence of the systems, without a reference"
    )
    scores: Scores = Field(Scores(), description="comparison with the references")
    report: Report = Field(Report(), description="HTML pages")
    training: dict[Name, Training] = Field(description="trainings of the change detector")
    tuning: dict[Name, Tuning] = Field(
        default_factory=dict, description="searches for the best settings of a system"
    )
    models: dict[Name, FetchedModel] = Field(
        default_factory=dict, description="rule fetch_model: files of models, fetched once"
    )
    plda: dict[Name, Plda] = Field(
        default_factory=dict, description="trainings of a PLDA, for vbx, consensus and links"
    )
    confidence_training: dict[Name, ConfidenceTraining] = Field(
        default_factory=dict, description="trainings of the calibrator of confidences"
    )

    @field_validator("shard")
    @classmethod
    def _has_numbers_up_to_its_count(cls, text: str | None) -> str | None:
        numbers, _, count = (text or "1/1").partition("/")
        if max(map(int, numbers.split(","))) > int(count):
            raise ValueError(f"is {text}, expected numbers from 1 to {count}")
        return text

    def systems_of(self, corpus: Corpus) -> list[str]:
        """Return the names of the systems that run on a corpus. The systems that one fuses or chooses from precede it."""
        listed = self.default_systems if corpus.systems is None else corpus.systems
        return list(dict.fromkeys(name for system in listed for name in self._with_members(system)))

    def _with_members(self, system: str) -> Iterator[str]:
        for member in self.systems[system].members:
            yield from self._with_members(member)
        yield system

    def rttm_of(self, corpus: Corpus) -> dict[str, str]:
        """Return the RTTM path of each imported system of a corpus."""
        systems = {name: self.systems[name] for name in self.systems_of(corpus)}
        return {
            name: system.rttm.replace("{corpus}", corpus.name)
            for name, system in systems.items()
            if system.rttm is not None
        }

    def external_systems(self, corpus: Corpus) -> tuple[str, ...]:
        """Return the systems of a corpus that other programs run."""
        names = self.systems_of(corpus)
        return tuple(n for n in names if self.systems[n].kind in ("command", "pipeline"))

    def needs_audio(self, corpus: Corpus) -> bool:
        """Return whether the audio of a corpus is read.

        A corpus needs no audio if all its systems are imported, fused or chosen, unless an export contains audio. A corpus
        without systems is used for training.
        """
        systems = self.systems_of(corpus)
        is_exported = any(EXPORTS[name].reads_audio for name in corpus.exports)
        kinds = {self.systems[name].kind for name in systems}
        return not systems or is_exported or not kinds <= {"rttm", "fuse", "choose"}


def is_oracle(variant: Block) -> bool:
    """Return whether a variant of a stage reads the reference."""
    return "oracle" in (getattr(variant, "backend", None), getattr(variant, "speaker_count", None))
