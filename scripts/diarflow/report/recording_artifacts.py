"""Artifacts of one recording that its page shows: paths, content and digest."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from diarflow.artifacts.placeholders import failed_rule
from diarflow.artifacts.sidecars import read_sidecar
from diarflow.audio.facts import facts_path, read_facts, read_note
from diarflow.audio.prepared import SAMPLE_RATE, duration
from diarflow.formats.rttm import read_channels
from diarflow.report.audio_player import embedded_audio
from diarflow.report.rendering import relative_url
from diarflow.report.timeline import REFERENCE, Extents, joined_turns
from diarflow.scoring.notes import EMPTY, Notes, joined_notes
from diarflow.scoring.prepared_reference import PreparedReference, read_prepared_reference
from diarflow.scoring.repairs import Repairs, sum_repairs
from diarflow.timeline.intervals import Seconds, Turn


@dataclass(frozen=True)
class RecordingArtifacts:
    """The artifacts of one recording, below `results/{corpus}`.

    `title` is the name of the recording for readers. `reference` is true if the table of recordings gives a reference. `variants` contains the variants in use of
    each rule. `channels` are the ids of the channels of a call. `people` gives the person of each speaker of the linked
    systems. `audio` is the setting of the report: the page links to the audio ("linked") or contains it ("embedded").
    `audio_format` is the suffix of prepared audio. `removed` are products that the page does not show, also if some of their
    files still exist. `has_audio` is false if the run prepares no audio; that of an earlier run may still exist.
    """

    corpus: str
    recording: str
    title: str
    systems: Sequence[str]
    reference: bool
    variants: Mapping[str, Sequence[str]]
    audio: str
    channels: Sequence[str] = ()
    people: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    audio_format: str = "wav"
    removed: Collection[str] = ()
    has_audio: bool = True

    def path(self, product: str, variant: str = "", suffix: str = ".parquet") -> Path:
        """Return `results/{corpus}/{product}/{variant}/{recording}{suffix}`."""
        return _path(self.corpus, product, variant, self.recording + suffix)

    @property
    def is_call(self) -> bool:
        return self.recording not in self.ids

    @property
    def ids(self) -> Sequence[str]:
        """Ids of the artifacts before the RTTM: those of the channels of a call, else of the recording."""
        return self.channels or [self.recording]

    def channel_paths(
        self, product: str, variant: str = "", suffix: str = ".parquet"
    ) -> list[Path]:
        """Return the paths of the artifacts of each channel; of a recording that is not a call, its path."""
        return [_path(self.corpus, product, variant, id + suffix) for id in self.ids]

    def labels(self, name: str) -> list[str]:
        """Return a label for each channel: "webrtc, channel 1"; of a recording that is not a call, the name.

        >>> RecordingArtifacts("c", "call", "", [], False, {}, "", ["call_ch1", "call_ch2"]).labels("x")
        ['x, channel 1', 'x, channel 2']
        """
        if not self.is_call:
            return [name]
        return [f"{name}, channel {number}" for number in range(1, len(self.ids) + 1)]

    @property
    def page(self) -> Path:
        return Path("results", "report", "recordings", self.corpus, f"{self.recording}.html")

    @property
    def audio_path(self) -> Path:
        """Path of the audio that the page plays."""
        if self.is_call:
            return self.path("calls", suffix=".wav")
        return self.path("audio", suffix=f".{self.audio_format}")

    @property
    def prepared_audio(self) -> list[Path]:
        """Paths of the prepared audio of each channel that has one; none if it is removed."""
        return [] if "audio" in self.removed else self.described_audio

    @property
    def described_audio(self) -> list[Path]:
        """Paths of the prepared audio of each channel that has one, also if it is removed and only its facts exist."""
        if not self.has_audio:
            return []
        paths = self.channel_paths("audio", suffix=f".{self.audio_format}")
        is_removed = "audio" in self.removed
        return [path for path in paths if (facts_path(path) if is_removed else path).exists()]

    @cached_property
    def duration(self) -> Seconds:
        """Duration of the prepared audio; 0 without audio."""
        if "audio" in self.removed:
            return (
                max((read_facts(path)["samples"] for path in self.described_audio), default=0)
                / SAMPLE_RATE
            )
        return max(map(duration, self.prepared_audio), default=0.0)

    def shown_variants(self, rule: str, product: str) -> Sequence[str]:
        """Return the variants of a rule; none if its product is removed."""
        return () if product in self.removed else self.variants.get(rule, ())

    @cached_property
    def reference_failed(self) -> bool:
        """True if `prepare_reference` failed."""
        paths = self.channel_paths("reference", suffix=".rttm")
        return any(not path.exists() or bool(failed_rule(path)) for path in paths)

    @cached_property
    def references(self) -> list[PreparedReference]:
        """The reference of each channel; empty without a reference."""
        if not self.reference or self.reference_failed:
            return []
        paths = [
            self.channel_paths("reference", suffix=suffix) for suffix in (".rttm", ".uem", ".json")
        ]
        return [read_prepared_reference(*row) for row in zip(*paths, self.ids, strict=True)]

    @cached_property
    def channel_turns(self) -> list[dict[str, list[Turn]]]:
        """Turns of the reference, if there is one, and of each system, for each channel.

        The speakers of a call have the number of their channel before their name.
        """
        channels: list[dict[str, list[Turn]]] = [{} for _ in self.ids]
        tracks: dict[str, list[list[Turn]]] = {}
        if references := self.references:
            tracks[REFERENCE] = [reference.turns for reference in references]
        for system in self.systems:
            path = self.path("rttm", system, ".rttm")
            tracks[system] = read_channels(path, len(channels))
        for name, turns_by_channel in tracks.items():
            for number, turns in enumerate(turns_by_channel, 1):
                prefix = f"{number}: " if self.is_call else ""
                channels[number - 1][name] = [
                    turn._replace(speaker=prefix + turn.speaker) for turn in turns
                ]
        return channels

    @cached_property
    def turns(self) -> dict[str, list[Turn]]:
        """Turns of all channels, for the reference, if there is one, and for each system."""
        return joined_turns(self.channel_turns)

    def extents(self) -> list[Extents]:
        """Return the scored extent of each channel, for the reference and for each system; empty without a reference."""
        if not self.references:
            return [{} for _ in self.ids]
        return [
            {name: reference.scored_extent(hypothesis) for name, hypothesis in turns.items()}
            for reference, turns in zip(self.references, self.channel_turns, strict=True)
        ]

    def notes(self) -> list[str]:
        """Return sentences about channels, missing references and given numbers of speakers."""
        notes = []
        if self.is_call:
            notes.append("The number before the name of a speaker is the channel.")
        if not self.reference:
            notes.append("This recording has no reference.")
        elif self.reference_failed:
            notes.append("The preparation of the reference failed.")
        if named := [system for system in self.systems if self.people.get(system)]:
            notes.append(
                f"The labels of {', '.join(named)} begin with the people whom the speakers are linked to."
            )
        given = [
            system
            for system in self.systems
            if read_sidecar(self.path("rttm", system, ".json")).get("speakers_given")
        ]
        if "audio" in self.removed:
            notes.append("The audio was removed after its last use.")
        if given:
            notes.append(f"The number of speakers was given to {', '.join(given)}.")
        return notes

    def repairs(self) -> list[str]:
        """Return sentences about what was repaired or dropped in the audio and in the reference."""
        sentences = list(filter(None, dict.fromkeys(map(read_note, self.described_audio))))
        repairs = sum_repairs([Repairs(), *(reference.repairs for reference in self.references)])
        if any(repairs):
            sentences.append(
                f"Turns of the reference: {repairs.merged} merged with another, {repairs.clipped} cut at the end of the "
                f"recording, {repairs.dropped} dropped because nothing of them was left."
            )
        counts = joined_notes([reference.notes for reference in self.references] or [Notes()])
        sentences += [
            f"Reference: {text}: {count}." for text, count in counts.items() if text != EMPTY
        ]
        return sentences

    def audio_source(self) -> str:
        """Return the URL of the audio, or a data URI; "" without audio."""
        if not (self.prepared_audio and self.duration and all(map(duration, self.prepared_audio))):
            return ""
        if self.audio == "embedded":
            return embedded_audio(self.prepared_audio)
        return relative_url(self.audio_path, self.page)

    def digest(self, *more: Any) -> str:
        """Return the SHA-256 of everything that the page shows: the artifacts, and `more`, which are JSON values.

        Audio counts with its duration and its facts, which contain the digest of the source. Embedded audio counts in full.
        """
        prepared = self.prepared_audio if self.duration else []
        described = self.described_audio if self.duration else []
        audio = [self.duration, [read_facts(path) for path in described], self.audio]
        if self.audio == "embedded":
            audio += map(_file_digest, prepared)
        values = [self.systems, self.reference, self.variants, audio, self.people, *more]
        files = [(path.as_posix(), _file_digest(path)) for path in self._data_paths()]
        return hashlib.sha256(json.dumps([values, files]).encode()).hexdigest()

    def paths(self) -> Iterator[Path]:
        """Yield the paths of all artifacts that the page shows."""
        audio = self.channel_paths("audio", suffix=f".{self.audio_format}")
        facts = map(facts_path, audio) if self.has_audio else ()
        shown = [*self._data_paths(), *self.prepared_audio, *facts]
        yield from (path for path in shown if path.exists())

    def _data_paths(self) -> Iterator[Path]:
        """Yield the paths of all artifacts that the page shows, except the audio."""
        for suffix in (".rttm", ".uem", ".json") if self.reference else ():
            yield from self.channel_paths("reference", suffix=suffix)
        for system in self.systems:
            yield from (self.path("rttm", system, suffix) for suffix in (".rttm", ".json"))
        for rule, products, suffixes in (
            ("detect_speech", ("speech",), (".parquet",)),
            ("detect_changes", ("candidates", "changes"), (".parquet",)),
            ("embed_segments", ("embeddings",), (".npy", ".parquet")),
        ):
            for product in products:
                for variant in self.shown_variants(rule, product):
                    for suffix in suffixes:
                        yield from self.channel_paths(product, variant, suffix)


def _path(corpus: str, product: str, variant: str, name: str) -> Path:
    return Path("results", corpus, product, variant, name)


def _file_digest(path: Path) -> str:
    """Return the SHA-256 of a file; "" if it is missing."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""
