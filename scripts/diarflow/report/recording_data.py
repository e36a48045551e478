"""Data that the script of a recording's page draws."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from diarflow.artifacts.tables import read_table
from diarflow.report.audio_peaks import audio_peaks
from diarflow.report.error_list import unscored_intervals
from diarflow.report.projection import (
    MAX_COMPARED,
    MAX_POINTS,
    encode_similarities,
    project,
    spread_indices,
)
from diarflow.report.recording_artifacts import RecordingArtifacts
from diarflow.report.recording_people import add_people
from diarflow.report.timeline import (
    build_channel_tracks,
    dominant_speakers,
    rounded_times,
)
from diarflow.timeline.intervals import Seconds, Turn, merge_overlapping

# data of a page without artifacts
EMPTY_DATA: dict[str, Any] = {
    "duration": 1.0, "extent": [], "unscored": {}, "tracks": [], "speech": {}, "changes": {}, "embeddings": {},
    "peaks": {"step": 1.0, "channels": []},
}  # fmt: skip
_MAX_CANDIDATES = 5000  # of a detector; of more candidates those with the highest scores are shown


def recording_data(artifacts: RecordingArtifacts, collar_each_side: Seconds) -> dict[str, Any]:
    """Return the data of a page as JSON values.

    `unscored` contains, for the protocols with a collar, the intervals of each channel that are not scored.
    """
    turns, extents = artifacts.turns, artifacts.extents()
    last_end = max((turn.end for track in turns.values() for turn in track), default=0.0)
    scored = [
        merge_overlapping(part for extent in by_system.values() for part in extent)
        for by_system in extents
    ]
    unscored = [
        unscored_intervals(reference.turns, extent, collar_each_side=collar_each_side)
        for reference, extent in zip(artifacts.references, scored, strict=False)
    ]
    protocols = unscored[0] if unscored else ()
    tracks = build_channel_tracks(artifacts.channel_turns, extents)
    add_people(tracks, artifacts.people)
    return {
        "duration": round(artifacts.duration or last_end or 1.0, 3),
        "extent": rounded_times(merge_overlapping(part for extent in scored for part in extent)),
        "unscored": {
            protocol: [rounded_times(channel[protocol]) for channel in unscored]
            for protocol in protocols
        },
        "tracks": tracks,
        "speech": _speech(artifacts),
        "changes": _changes(artifacts),
        "embeddings": _embeddings(artifacts),
        "peaks": audio_peaks(artifacts.prepared_audio),
    }


def _speech(artifacts: RecordingArtifacts) -> dict[str, list[list[Seconds]]]:
    """Return the speech of each variant of detect_speech."""
    speech = {}
    for variant in artifacts.shown_variants("detect_speech", "speech"):
        paths = artifacts.channel_paths("speech", variant)
        for label, path in zip(artifacts.labels(variant), paths, strict=True):
            if path.exists():
                table = read_table(path)
                speech[label] = rounded_times(zip(table["start"], table["end"], strict=True))
    return speech


def _changes(artifacts: RecordingArtifacts) -> dict[str, Any]:
    """Return times and scores of the change candidates and of the changes, for each detector."""
    detectors: dict[str, Any] = {}
    for variant in artifacts.shown_variants("detect_changes", "changes"):
        for kind in ("candidates", "changes"):
            paths = artifacts.channel_paths(kind, variant)
            for label, path in zip(artifacts.labels(variant), paths, strict=True):
                if path.exists():
                    detectors.setdefault(label, {})[kind] = _highest_scores(read_table(path))
    return detectors


def _highest_scores(table: Mapping[str, np.ndarray]) -> dict[str, list[float]]:
    """Return times and scores in order of time, at most _MAX_CANDIDATES."""
    times, scores = table["time"], table["score"]
    if len(times) > _MAX_CANDIDATES:
        kept = np.sort(np.argsort(-scores, kind="stable")[:_MAX_CANDIDATES])
        times, scores = times[kept], scores[kept]
    finite = np.isfinite(scores)
    return {
        "time": times[finite].round(3).tolist(),
        "score": [float(f"{score:.4g}") for score in scores[finite]],
    }


def _embeddings(artifacts: RecordingArtifacts) -> dict[str, Any]:
    """Return the plots of each variant of embed_segments that has two windows or more."""
    plots = {}
    for variant in artifacts.shown_variants("embed_segments", "embeddings"):
        paths = artifacts.channel_paths("embeddings", variant, ".npy")
        labels = artifacts.labels(variant)
        for label, path, turns in zip(labels, paths, artifacts.channel_turns, strict=True):
            if not path.exists() or not path.with_suffix(".parquet").exists():
                continue
            vectors = np.load(path, allow_pickle=False, mmap_mode="r")
            if len(vectors) >= 2:
                table = read_table(path.with_suffix(".parquet"))
                windows = rounded_times(zip(table["start"], table["end"], strict=True))
                plots[label] = _embedding_plots(vectors, windows, turns)
    return plots


def _embedding_plots(
    vectors: np.ndarray, windows: list[list[Seconds]], turns: Mapping[str, Sequence[Turn]]
) -> dict[str, Any]:
    """Return projection, similarity matrix and speakers of a sample of the windows.

    `compared` are the places, among the projected windows, of those in the matrix.
    """
    points = spread_indices(len(windows), MAX_POINTS)
    compared = points[spread_indices(len(points), MAX_COMPARED)]
    plane, share = project(np.asarray(vectors[points], dtype=np.float64))
    sample = [windows[index] for index in points]
    return {
        "windows": sample,
        "count": len(windows),
        "x": plane[:, 0].round(4).tolist(),
        "y": plane[:, 1].round(4).tolist(),
        "explained_variance": round(share, 4),
        "compared": np.searchsorted(points, compared).tolist(),
        "similarities": encode_similarities(np.asarray(vectors[compared], dtype=np.float64)),
        "speakers": {name: dominant_speakers(sample, track) for name, track in turns.items()},
    }
