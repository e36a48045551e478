"""Write the page of each recording whose content has changed, and keep the others."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from diarflow.artifacts.failures import Failure
from diarflow.atomic import atomic_write
from diarflow.report.metrics import available_metrics
from diarflow.report.recording_artifacts import RecordingArtifacts
from diarflow.report.recording_data import recording_data
from diarflow.report.rendering import read_digest, relative_url, write_page
from diarflow.scoring.names import ALL, COMPLETED
from diarflow.timeline.intervals import Seconds

Key = tuple[str, str]  # corpus and recording id


def write_recording_pages(
    folder: Path,
    rows: pd.DataFrame,
    content: Mapping[str, Any],
    failures: Iterable[Failure],
    pages_provenance: str,
) -> dict[str, list[Seconds]]:
    """Write the pages of all recordings into `folder`, and remove other pages.

    `rows` are those of der.csv. `pages_provenance` is a text that changes if code or libraries of the pages change.
    Returns the durations of the prepared audio by corpus, without recordings that have none.
    """
    scores, failures_of = _scores_by_recording(rows), _failures_by_recording(failures)
    keys = [(entry["corpus"], entry["recording"]) for entry in content["recordings"]]
    durations: dict[str, list[Seconds]] = {}
    digests: dict[Path, str] = {}
    common = {"metrics": available_metrics(rows), "collar": content["collar_each_side"]}
    for index, entry in enumerate(content["recordings"]):
        key = corpus, recording = keys[index]
        artifacts = RecordingArtifacts(
            **entry, variants=content["variants"][corpus], audio=content.get("audio", "linked")
        )
        path = artifacts.page
        values = common | {
            "corpus": corpus,
            "recording": recording,
            "failures": [failure_row(failure, path) for failure in failures_of.get(key, ())],
            "rows": scores.get(key, []),
            "links": artifacts.links(),
            "logs": artifacts.logs(),
            **_neighbour_urls(keys, index, path),
        }
        digests[path] = digest = artifacts.digest(pages_provenance, values)
        if read_digest(path) != digest:
            values |= {
                "data": recording_data(artifacts),
                "audio": artifacts.audio_source(),
                "notes": artifacts.notes(),
                "digest": digest,
            }
            write_page(path, "recording", values)
        if artifacts.duration:
            durations.setdefault(corpus, []).append(round(artifacts.duration, 3))
    _write_list(folder, digests)
    _remove_other_pages(folder, set(digests))
    return durations


def _scores_by_recording(rows: pd.DataFrame) -> dict[Key, list[dict[str, Any]]]:
    single = rows[~rows["recording"].isin([ALL, COMPLETED])]
    columns = [single[name].tolist() for name in single.columns]
    scores: dict[Key, list[dict[str, Any]]] = {}
    for values in zip(*columns, strict=True):
        row = dict(zip(single.columns, values, strict=True))
        scores.setdefault((row["corpus"], row["recording"]), []).append(row)
    return scores


def _failures_by_recording(failures: Iterable[Failure]) -> dict[Key, list[Failure]]:
    by_recording: dict[Key, list[Failure]] = {}
    for failure in failures:
        by_recording.setdefault((failure.corpus, failure.recording), []).append(failure)
    return by_recording


def _neighbour_urls(keys: Sequence[Key], index: int, page: Path) -> dict[str, str]:
    """Return the URLs of the previous and the next page; "" at the ends."""
    urls = {"previous": "", "next": ""}
    for name, neighbour in (("previous", index - 1), ("next", index + 1)):
        if 0 <= neighbour < len(keys):
            corpus, recording = keys[neighbour]
            urls[name] = relative_url(page.parent.parent / corpus / f"{recording}.html", page)
    return urls


def failure_row(failure: Failure, page: Path) -> dict[str, str]:
    """Return a failure with the URL of its log and, for the front page, the URL of its recording's page."""
    recording = page.parent / "recordings" / failure.corpus / f"{failure.recording}.html"
    return failure._asdict() | {
        "log_url": relative_url(failure.log, page),
        "page_url": relative_url(recording, page),
    }


def _write_list(folder: Path, digests: Mapping[Path, str]) -> None:
    """Write `pages.tsv`, the list of pages with the digests of their content."""
    lines = [f"{page.parent.name}\t{page.stem}\t{digest}\n" for page, digest in digests.items()]
    with atomic_write(folder / "pages.tsv") as temporary:
        text = "corpus\trecording\tdigest\n" + "".join(lines)
        Path(temporary).write_text(text, encoding="utf-8")


def _remove_other_pages(folder: Path, pages: set[Path]) -> None:
    """Remove pages of recordings that are not in the report, temporary files, and empty folders."""
    for path in set(folder.glob("*/*")) - pages:
        path.unlink()
    for corpus in [path for path in folder.iterdir() if path.is_dir()]:
        if not any(corpus.iterdir()):
            corpus.rmdir()
