"""Links of a recording's page to its files and logs."""

import os
from functools import cache
from pathlib import Path

from diarflow.batch_labels import count_in_label, possible_labels
from diarflow.report.recording_artifacts import RecordingArtifacts
from diarflow.report.rendering import relative_url


def links(artifacts: RecordingArtifacts) -> list[tuple[str, str]]:
    """Return text and URL of the reference, the extent, the hypotheses and the audio."""
    paths: list[tuple[str, Path]] = []
    for text, kind, suffix in (
        ("reference", "RTTM", ".rttm"),
        ("scored extent", "UEM", ".uem"),
    ):
        files = artifacts.channel_paths("reference", suffix=suffix)
        texts = [f"{label} ({kind})" for label in artifacts.labels(text)]
        paths += zip(texts, files, strict=True) if artifacts.reference else ()
    paths += [
        (f"{name} (RTTM)", artifacts.path("rttm", name, ".rttm")) for name in artifacts.systems
    ]
    audio = artifacts.audio_path
    if artifacts.has_audio and (not artifacts.removed or artifacts.prepared_audio):
        paths += [(f"prepared audio ({audio.suffix[1:].upper()})", audio)]
    return [(text, relative_url(path, artifacts.page)) for text, path in paths if path.exists()]


def logs(artifacts: RecordingArtifacts) -> list[tuple[str, str]]:
    """Return text and URL of the latest log of each rule and variant."""
    texts: dict[str, str] = {}  # by URL: the channels of a call share the log of their batch
    for rule, variants in artifacts.variants.items():
        for variant in variants:
            folder, text = (
                Path("logs", artifacts.corpus, rule, variant),
                f"{rule} {variant}".strip(),
            )
            candidates = [
                (text, artifacts.recording),
                *zip(artifacts.labels(text), artifacts.ids, strict=True),
            ]
            for log_text, id in candidates:
                if path := latest_log(folder, id):
                    texts.setdefault(relative_url(path, artifacts.page), log_text)
    return [(text, url) for url, text in texts.items()]


def latest_log(folder: Path, recording: str) -> Path | None:
    """Return the latest log of a recording, or of its batch, among the logs of a rule and variant."""
    labels = possible_labels(recording, _batch_counts(folder.absolute()))
    paths = [path for label in labels if (path := folder / f"{label}.log").exists()]
    return max(paths, key=lambda path: path.stat().st_mtime, default=None)


@cache
def _batch_counts(folder: Path) -> set[int]:
    """Return the total numbers of batches (128 in `batch-007-of-128`) in the names of a folder's logs."""
    names = os.listdir(folder) if folder.is_dir() else ()
    return {count for name in names if (count := count_in_label(Path(name).stem))}
