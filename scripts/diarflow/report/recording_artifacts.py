"""Artifacts of one recording that its page shows: paths, content, digest, links and logs."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from diarflow.artifacts.placeholders import failed_rule
from diarflow.artifacts.sidecars import read_sidecar
from diarflow.audio.facts import facts_path, read_note
from diarflow.audio.prepared import duration
from diarflow.batch_labels import count_in_label, possible_labels
from diarflow.formats.rttm import read_channels, read_turns
from diarflow.formats.text import as_field
from diarflow.formats.uem import read_uem
from diarflow.report.audio_player import embedded_audio
from diarflow.report.rendering import relative_url
from diarflow.report.timeline import REFERENCE, joined_turns
from diarflow.timeline.intervals import Interval, Seconds, Turn


@dataclass(frozen=True)
class RecordingArtifacts:
    """The artifacts of one recording, below `results/{corpus}`.

    `title` is the name of the recording for readers. `reference` is true if the table of recordings gives a reference. `variants` contains the variants in use of
    each rule. `channels` are the ids of the channels of a call. `audio` is the setting of the report: the page links to the audio ("linked") or contains it ("embedded").
    """

    corpus: str
    recording: str
    title: str
    systems: Sequence[str]
    reference: bool
    variants: Mapping[str, Sequence[str]]
    audio: str
    channels: Sequence[str] = ()

    def path(self, product: str, variant: str = "", suffix: str = ".parquet") -> Path:
        """Return `results/{corpus}/{product}/{variant}/{recording}{suffix}`."""
        return _path(self.corpus, product, variant, self.recording + suffix)

    @property
    def is_call(self) -> bool:
        return self.recording not in self._ids

    @property
    def _ids(self) -> Sequence[str]:
        """Ids of the artifacts before the RTTM: those of the channels of a call, else of the recording."""
        return self.channels or [self.recording]

    def channel_paths(
        self, product: str, variant: str = "", suffix: str = ".parquet"
    ) -> list[Path]:
        """Return the paths of the artifacts of each channel; of a recording that is not a call, its path."""
        return [_path(self.corpus, product, variant, id + suffix) for id in self._ids]

    def labels(self, name: str) -> list[str]:
        """Return a label for each channel: "webrtc, channel 1"; of a recording that is not a call, the name.

        >>> RecordingArtifacts("c", "call", "", [], False, {}, "", ["call_ch1", "call_ch2"]).labels("x")
        ['x, channel 1', 'x, channel 2']
        """
        if not self.is_call:
            return [name]
        return [f"{name}, channel {number}" for number in range(1, len(self._ids) + 1)]

    @property
    def page(self) -> Path:
        return Path("results", "report", "recordings", self.corpus, f"{self.recording}.html")

    @property
    def audio_path(self) -> Path:
        """Path of the audio that the page plays."""
        return self.path("calls" if self.is_call else "audio", suffix=".wav")

    @property
    def _prepared_audio(self) -> list[Path]:
        return [path for path in self.channel_paths("audio", suffix=".wav") if path.exists()]

    @cached_property
    def duration(self) -> Seconds:
        """Duration of the prepared audio; 0 without audio."""
        return max(map(duration, self._prepared_audio), default=0.0)

    @cached_property
    def reference_failed(self) -> bool:
        """True if `prepare_reference` failed."""
        paths = self.channel_paths("reference", suffix=".rttm")
        return any(not path.exists() or bool(failed_rule(path)) for path in paths)

    @cached_property
    def channel_turns(self) -> list[dict[str, list[Turn]]]:
        """Turns of the reference, if there is one, and of each system, for each channel.

        The speakers of a call have the number of their channel before their name.
        """
        channels: list[dict[str, list[Turn]]] = [{} for _ in self._ids]
        tracks: dict[str, list[list[Turn]]] = {}
        if self.reference and not self.reference_failed:
            paths = self.channel_paths("reference", suffix=".rttm")
            tracks[REFERENCE] = [read_turns(path) for path in paths]
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

    def extents(self) -> list[list[Interval]]:
        """Read the scored extent of each channel; empty without a reference."""
        if REFERENCE not in self.turns:
            return [[] for _ in self._ids]
        paths = self.channel_paths("reference", suffix=".uem")
        return [
            read_uem(path).get(as_field(id), []) for id, path in zip(self._ids, paths, strict=True)
        ]

    def notes(self) -> list[str]:
        """Return sentences about channels, missing references, given numbers of speakers and incomplete audio."""
        notes = []
        if self.is_call:
            notes.append("The number before the name of a speaker is the channel.")
        if not self.reference:
            notes.append("This recording has no reference.")
        elif self.reference_failed:
            notes.append("The preparation of the reference failed.")
        given = [
            system
            for system in self.systems
            if read_sidecar(self.path("rttm", system, ".json")).get("speakers_given")
        ]
        if given:
            notes.append(f"The number of speakers was given to {', '.join(given)}.")
        if self.duration:
            notes += filter(None, dict.fromkeys(map(read_note, self._prepared_audio)))
        return notes

    def audio_source(self) -> str:
        """Return the URL of the audio, or a data URI; "" without audio."""
        if not self.duration or not all(map(duration, self._prepared_audio)):
            return ""
        if self.audio == "embedded":
            return embedded_audio(self._prepared_audio)
        return relative_url(self.audio_path, self.page)

    def digest(self, *more: Any) -> str:
        """Return the SHA-256 of everything that the page shows: the artifacts, and `more`, which are JSON values.

        Audio that the page only links to counts with its duration and its note.
        """
        prepared = self._prepared_audio if self.duration else []
        audio = [self.duration, [read_note(path) for path in prepared], self.audio]
        if self.audio == "embedded":
            audio += map(_file_digest, prepared)
        values = [self.systems, self.reference, self.variants, audio, *more]
        files = [(path.as_posix(), _file_digest(path)) for path in self._data_paths()]
        return hashlib.sha256(json.dumps([values, files]).encode()).hexdigest()

    def paths(self) -> Iterator[Path]:
        """Yield the paths of all artifacts that the page shows."""
        prepared = self.channel_paths("audio", suffix=".wav")
        shown = [*self._data_paths(), *prepared, *map(facts_path, prepared)]
        yield from (path for path in shown if path.exists())

    def _data_paths(self) -> Iterator[Path]:
        """Yield the paths of all artifacts that the page shows, except the audio."""
        for suffix in (".rttm", ".uem", ".json"):
            yield from self.channel_paths("reference", suffix=suffix)
        for system in self.systems:
            yield from (self.path("rttm", system, suffix) for suffix in (".rttm", ".json"))
        for rule, products, suffixes in (
            ("detect_speech", ("speech",), (".parquet",)),
            ("detect_changes", ("candidates", "changes"), (".parquet",)),
            ("embed_segments", ("embeddings",), (".npy", ".parquet")),
        ):
            for variant in self.variants.get(rule, ()):
                for product in products:
                    for suffix in suffixes:
                        yield from self.channel_paths(product, variant, suffix)

    def links(self) -> list[tuple[str, str]]:
        """Return text and URL of the reference, the extent, the hypotheses and the audio."""
        paths: list[tuple[str, Path]] = []
        for text, kind, suffix in (
            ("reference", "RTTM", ".rttm"),
            ("scored extent", "UEM", ".uem"),
        ):
            files = self.channel_paths("reference", suffix=suffix)
            texts = [f"{label} ({kind})" for label in self.labels(text)]
            paths += zip(texts, files, strict=True)
        paths += [(f"{name} (RTTM)", self.path("rttm", name, ".rttm")) for name in self.systems]
        paths += [("prepared audio (WAV)", self.audio_path)]
        return [(text, relative_url(path, self.page)) for text, path in paths if path.exists()]

    def logs(self) -> list[tuple[str, str]]:
        """Return text and URL of the latest log of each rule and variant."""
        logs: dict[
            str, str
        ] = {}  # text by URL: the channels of a call share the log of their batch
        for rule, variants in self.variants.items():
            for variant in variants:
                folder, text = Path("logs", self.corpus, rule, variant), f"{rule} {variant}".strip()
                names = [(text, self.recording), *zip(self.labels(text), self._ids, strict=True)]
                for label, id in names:
                    if path := latest_log(folder, id):
                        logs.setdefault(relative_url(path, self.page), label)
        return [(text, url) for url, text in logs.items()]


def _path(corpus: str, product: str, variant: str, name: str) -> Path:
    return Path("results", corpus, product, variant, name)


def _file_digest(path: Path) -> str:
    """Return the SHA-256 of a file; "" if it is missing."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def latest_log(folder: Path, recording: str) -> Path | None:
    """Return the latest log of a recording, or of its batch, among the logs of a rule and variant."""
    labels = possible_labels(recording, _batch_counts(folder.absolute()))
    logs = [path for label in labels if (path := folder / f"{label}.log").exists()]
    return max(logs, key=lambda path: path.stat().st_mtime, default=None)


@cache
def _batch_counts(folder: Path) -> set[int]:
    """Return the numbers of batches that the logs of a folder come from."""
    names = os.listdir(folder) if folder.is_dir() else ()
    return {count for name in names if (count := count_in_label(Path(name).stem))}
