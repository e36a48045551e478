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
from diarflow.formats.rttm import read_turns
from diarflow.formats.text import as_field
from diarflow.formats.uem import read_uem
from diarflow.report.audio_player import embedded_audio
from diarflow.report.rendering import relative_url
from diarflow.report.timeline import REFERENCE
from diarflow.timeline.intervals import Interval, Seconds, Turn


@dataclass(frozen=True)
class RecordingArtifacts:
    """The artifacts of one recording, below `results/{corpus}`.

    `title` is the name of the recording for readers. `reference` is true if the table of recordings gives a reference. `variants` contains the variants in use of
    each rule. `audio` is the setting of the report: the page links to the audio ("linked") or contains it ("embedded").
    """

    corpus: str
    recording: str
    title: str
    systems: Sequence[str]
    reference: bool
    variants: Mapping[str, Sequence[str]]
    audio: str

    def path(self, product: str, variant: str = "", suffix: str = ".parquet") -> Path:
        """Return `results/{corpus}/{product}/{variant}/{recording}{suffix}`."""
        return Path("results", self.corpus, product, variant, self.recording + suffix)

    @property
    def page(self) -> Path:
        return Path("results", "report", "recordings", self.corpus, f"{self.recording}.html")

    @property
    def reference_path(self) -> Path:
        return self.path("reference", suffix=".rttm")

    @property
    def audio_path(self) -> Path:
        return self.path("audio", suffix=".wav")

    @cached_property
    def duration(self) -> Seconds:
        """Duration of the prepared audio; 0 without audio."""
        return duration(self.audio_path) if self.audio_path.exists() else 0.0

    @cached_property
    def reference_failed(self) -> bool:
        """True if `prepare_reference` failed."""
        return not self.reference_path.exists() or bool(failed_rule(self.reference_path))

    @cached_property
    def turns(self) -> dict[str, list[Turn]]:
        """Turns of the reference, if there is one, and of each system."""
        turns = {}
        if self.reference and not self.reference_failed:
            turns[REFERENCE] = read_turns(self.reference_path)
        for system in self.systems:
            turns[system] = read_turns(self.path("rttm", system, ".rttm"))
        return turns

    def extent(self) -> list[Interval]:
        """Read the scored extent; empty without a reference."""
        if REFERENCE not in self.turns:
            return []
        return read_uem(self.reference_path.with_suffix(".uem")).get(as_field(self.recording), [])

    def notes(self) -> list[str]:
        """Return sentences about missing references, given numbers of speakers and incomplete audio."""
        notes = []
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
        if self.duration and (note := read_note(self.audio_path)):
            notes.append(note)
        return notes

    def audio_source(self) -> str:
        """Return the URL of the audio, or a data URI; "" without audio."""
        if not self.duration:
            return ""
        if self.audio == "embedded":
            return embedded_audio(self.audio_path)
        return relative_url(self.audio_path, self.page)

    def digest(self, *more: Any) -> str:
        """Return the SHA-256 of everything that the page shows: the artifacts, and `more`, which are JSON values.

        Audio that the page only links to counts with its duration and its note.
        """
        audio = [self.duration, read_note(self.audio_path) if self.duration else "", self.audio]
        if self.duration and self.audio == "embedded":
            audio.append(_file_digest(self.audio_path))
        values = [self.systems, self.reference, self.variants, audio, *more]
        files = [(path.as_posix(), _file_digest(path)) for path in self._data_paths()]
        return hashlib.sha256(json.dumps([values, files]).encode()).hexdigest()

    def paths(self) -> Iterator[Path]:
        """Yield the paths of all artifacts that the page shows."""
        shown = [*self._data_paths(), self.audio_path, facts_path(self.audio_path)]
        yield from (path for path in shown if path.exists())

    def _data_paths(self) -> Iterator[Path]:
        """Yield the paths of all artifacts that the page shows, except the audio."""
        for suffix in (".rttm", ".uem", ".json"):
            yield self.path("reference", suffix=suffix)
        for system in self.systems:
            yield from (self.path("rttm", system, suffix) for suffix in (".rttm", ".json"))
        for rule, products, suffixes in (
            ("detect_speech", ("speech",), (".parquet",)),
            ("detect_changes", ("candidates", "changes"), (".parquet",)),
            ("embed_segments", ("embeddings",), (".npy", ".parquet")),
        ):
            for variant in self.variants.get(rule, ()):
                for product in products:
                    yield from (self.path(product, variant, suffix) for suffix in suffixes)

    def links(self) -> list[tuple[str, str]]:
        """Return text and URL of the reference, the extent, the hypotheses and the audio."""
        paths = [("reference (RTTM)", self.reference_path)]
        paths += [("scored extent (UEM)", self.path("reference", suffix=".uem"))]
        paths += [(f"{name} (RTTM)", self.path("rttm", name, ".rttm")) for name in self.systems]
        paths += [("prepared audio (WAV)", self.audio_path)]
        return [(text, relative_url(path, self.page)) for text, path in paths if path.exists()]

    def logs(self) -> list[tuple[str, str]]:
        """Return text and URL of the latest log of each rule and variant."""
        logs = []
        for rule, variants in self.variants.items():
            for variant in variants:
                path = latest_log(Path("logs", self.corpus, rule, variant), self.recording)
                if path:
                    logs.append((f"{rule} {variant}".strip(), relative_url(path, self.page)))
        return logs


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
