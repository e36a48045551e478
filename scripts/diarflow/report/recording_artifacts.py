"""What the page of a recording shows, out of the recording's artifacts; one recording in memory at a time."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from diarflow.artifacts.placeholders import mark_of
from diarflow.artifacts.tables import read_table
from diarflow.audio.prepared import duration, note
from diarflow.formats.rttm import read_comments, read_turns
from diarflow.formats.uem import read_uem
from diarflow.batch_labels import count_in_label, possible_labels
from diarflow.report.audio_player import embedded, link
from diarflow.report.colours import UNMATCHED, in_order
from diarflow.report.projection import MOST_COMPARED, MOST_POINTS, project, similarities, spread
from diarflow.report.timeline import compare, speakers_of
from diarflow.scoring.hypothesis import NUMBER_GIVEN
from diarflow.timeline.intervals import Interval, Seconds, Turn

REFERENCE = "reference"
MOST_CANDIDATES = 5000  # moments with a score; of more the highest


class Shown:
    """A recording and where its artifacts lie: `variants` are those in use of each rule."""

    def __init__(
        self,
        *,
        corpus: str,
        recording: str,
        systems: Sequence[str],
        reference: bool,
        variants: Mapping[str, Sequence[str]],
        audio: str,
    ):
        self.corpus, self.recording, self.systems = corpus, recording, systems
        self.has_reference, self.variants, self.audio = reference, variants, audio
        self.results = Path("results", corpus)
        self.page = Path("results", "report", "recordings", corpus, f"{recording}.html")
        self.notes: list[str] = []

    def file(self, product: str, variant: str = "", ending: str = ".parquet") -> Path:
        return Path(self.results, product, variant, self.recording + ending)

    @cached_property
    def wave(self) -> Path:
        return self.file("audio", ending=".wav")

    @cached_property
    def seconds(self) -> Seconds:
        """How long the prepared audio is; 0 where there is none."""
        return duration(self.wave) if self.wave.exists() else 0.0

    def sources(self) -> Iterator[Path]:
        """The artifacts that the page shows, but for the audio: what `data` reads."""
        for ending in (".rttm", ".uem"):
            yield self.file("reference", ending=ending)
        for system in self.systems:
            yield self.file("rttm", system, ".rttm")
        for rule, products, endings in (
            ("detect_speech", ("speech",), (".parquet",)),
            ("detect_changes", ("candidates", "changes"), (".parquet",)),
            ("embed_segments", ("embeddings",), (".npy", ".parquet")),
        ):
            for variant in self.variants.get(rule, ()):
                for product in products:
                    yield from (self.file(product, variant, ending) for ending in endings)

    def digest(self, *more: Any) -> str:
        """SHA-256 of all that the page shows: its artifacts, and `more`, which JSON can hold."""
        heard = [self.seconds, note(self.wave) if self.seconds else "", self.audio]
        if self.seconds and self.audio == "embedded":
            heard.append(_digest(self.wave))
        shown = [self.systems, self.has_reference, self.variants, heard, *more]
        files = [(path.as_posix(), _digest(path)) for path in self.sources()]
        return hashlib.sha256(json.dumps([shown, files]).encode()).hexdigest()

    def data(self) -> dict[str, Any]:
        """What the page's script draws."""
        turns, extent = self._turns()
        lanes, colours = self._lanes(turns, extent)
        if self.seconds and (said := note(self.wave)):
            self.notes.append(said)
        last = max((turn.end for one in turns.values() for turn in one), default=0.0)
        return {
            "duration": round(self.seconds or last or 1.0, 3),
            "extent": _rounded(extent),
            "lanes": lanes,
            "speech": self._speech(),
            "changes": self._changes(),
            "embeddings": self._embeddings(turns, colours),
            "audio": self._sound() if self.seconds else "",
        }

    def _turns(self) -> tuple[dict[str, list[Turn]], list[Interval]]:
        """Turns by lane, the reference first; and the stretches that are scored."""
        turns: dict[str, list[Turn]] = {}
        extent: list[Interval] = []
        path = self.file("reference", ending=".rttm")
        if not self.has_reference:
            self.notes.append("There is no reference.")
        elif not path.exists() or mark_of(path):
            self.notes.append("The reference was set aside.")
        else:
            turns[REFERENCE] = read_turns(path)
            extent = read_uem(path.with_suffix(".uem")).get(self.recording, [])
        given = []
        for system in self.systems:
            path = self.file("rttm", system, ".rttm")
            turns[system] = read_turns(path)
            if NUMBER_GIVEN in read_comments(path):
                given.append(system)
        if given:
            self.notes.append(f"The number of speakers was given to {', '.join(given)}.")
        return turns, extent

    def _lanes(self, turns: Mapping[str, list[Turn]], extent: Sequence[Interval]):
        """A lane for each side with its speakers, and colours by lane and speaker.

        A hypothesis speaker has the colour of the reference speaker it stands for.
        """
        lanes, colours = [], {}
        for name, own in turns.items():
            lane: dict[str, Any] = {"name": name}
            if name == REFERENCE or REFERENCE not in turns:
                colours[name] = in_order(own)
            else:
                matched, errors = compare(turns[REFERENCE], own, extent)
                known = colours[REFERENCE]
                colours[name] = {speaker: known[truth] for speaker, truth in matched.items()}
                lane["errors"] = {
                    kind: [
                        [*times, one.speakers]
                        for times, one in zip(_rounded(found), found, strict=True)
                    ]
                    for kind, found in errors.items()
                }
            by_speaker: dict[str, list[list[float]]] = {}
            own = sorted(own)
            for turn, times in zip(own, _rounded(own), strict=True):
                by_speaker.setdefault(turn.speaker, []).append(times)
            lane["speakers"] = [
                {"name": who, "colour": colours[name].get(who, UNMATCHED), "turns": said}
                for who, said in by_speaker.items()
            ]
            lanes.append(lane)
        return lanes, colours

    def _speech(self) -> dict[str, list[list[float]]]:
        found = {}
        for variant in self.variants.get("detect_speech", ()):
            if (path := self.file("speech", variant)).exists():
                table = read_table(path)
                found[variant] = _rounded(zip(table["start"], table["end"], strict=True))
        return found

    def _changes(self) -> dict[str, Any]:
        """By detector the moments that may be a change and their scores, and those that were taken."""
        found = {}
        for variant in self.variants.get("detect_changes", ()):
            own = {}
            for kind in ("candidates", "changes"):
                if (path := self.file(kind, variant)).exists():
                    own[kind] = _highest(read_table(path))
            if own:
                found[variant] = own
        return found

    def _embeddings(self, turns: Mapping[str, list[Turn]], colours) -> dict[str, Any]:
        found = {}
        for variant in self.variants.get("embed_segments", ()):
            path = self.file("embeddings", variant, ".npy")
            if not path.exists() or not path.with_suffix(".parquet").exists():
                continue
            vectors = np.load(path, allow_pickle=False, mmap_mode="r")
            if len(vectors) < 2:
                continue
            table = read_table(path.with_suffix(".parquet"))
            windows = _rounded(zip(table["start"], table["end"], strict=True))
            points = spread(len(windows), MOST_POINTS)
            compared = points[spread(len(points), MOST_COMPARED)]
            plane, share = project(np.asarray(vectors[points], dtype=np.float64))
            chosen = [windows[place] for place in points]
            found[variant] = {
                "windows": chosen,
                "count": len(windows),
                "x": plane[:, 0].round(4).tolist(),
                "y": plane[:, 1].round(4).tolist(),
                "share": round(share, 4),
                "compared": np.searchsorted(points, compared).tolist(),
                "similarities": similarities(np.asarray(vectors[compared], dtype=np.float64)),
                "speakers": {name: speakers_of(chosen, own) for name, own in turns.items()},
            }
        return found

    def _sound(self) -> str:
        return embedded(self.wave) if self.audio == "embedded" else link(self.wave, self.page)

    def links(self) -> list[tuple[str, str]]:
        """Text and address of the files that the page is about."""
        paths = [("reference", self.file("reference", ending=".rttm"))]
        paths += [("scored stretches", self.file("reference", ending=".uem"))]
        paths += [(system, self.file("rttm", system, ".rttm")) for system in self.systems]
        paths += [("prepared audio", self.wave)]
        return [(text, link(path, self.page)) for text, path in paths if path.exists()]

    def logs(self) -> list[tuple[str, str]]:
        """Text and address of the logs of the jobs on this recording."""
        found = []
        for rule, variants in self.variants.items():
            for variant in variants:
                path = log_of(Path("logs", self.corpus, rule, variant), self.recording)
                if path:
                    found.append((f"{rule} {variant}".strip(), link(path, self.page)))
        return found


def _digest(path: Path) -> str:
    """SHA-256 of a file; nothing where there is none."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def log_of(folder: Path, recording: str) -> Path | None:
    """The latest log of a recording's job, or of its batch's."""
    labels = possible_labels(recording, _batches_in(folder.absolute()))
    logs = [path for label in labels if (path := folder / f"{label}.log").exists()]
    return max(logs, key=lambda path: path.stat().st_mtime, default=None)


@cache
def _batches_in(folder: Path) -> set[int]:
    """The numbers of batches that have left logs in a folder."""
    names = os.listdir(folder) if folder.is_dir() else ()
    return {count for name in names if (count := count_in_label(Path(name).stem))}


def _rounded(stretches: Iterable[tuple]) -> list[list[Seconds]]:
    """Start and end of each to the millisecond."""
    return np.array([one[:2] for one in stretches], dtype=float).reshape(-1, 2).round(3).tolist()


def _highest(table: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    """Moments and scores, in order; of too many those with the highest scores."""
    times, scores = table["time"], table["score"]
    if len(times) > MOST_CANDIDATES:
        kept = np.sort(np.argsort(-scores, kind="stable")[:MOST_CANDIDATES])
        times, scores = times[kept], scores[kept]
    finite = np.isfinite(scores)
    return {
        "time": times[finite].round(3).tolist(),
        "score": [float(f"{score:.4g}") for score in scores[finite]],
    }
