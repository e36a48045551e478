"""Write the page of each recording whose content has changed, and keep the others."""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from diarflow.artifacts.failures import Failure, of_calls
from diarflow.errors import InputError
from diarflow.report.metrics import available_metrics
from diarflow.report.page_list import update_page_list
from diarflow.report.page_summary import page_summary, read_summary
from diarflow.report.recording_artifacts import RecordingArtifacts
from diarflow.report.recording_data import EMPTY_DATA, recording_data
from diarflow.report.recording_links import links, logs
from diarflow.report.recording_people import people_of_recordings
from diarflow.report.rendering import read_digest, relative_url, write_page
from diarflow.runs.damage import set_aside_if_damaged
from diarflow.scoring.names import ALL, COMPLETED

Key = tuple[str, str]  # corpus and recording id
LOG = "logs/report/report_all.log"


class Pages(NamedTuple):
    """Summaries of the recordings (`page_summary`), and failures of recordings with damaged artifacts."""

    summaries: dict[Key, dict[str, Any]]
    failures: list[Failure]


def write_recording_pages(
    folder: Path,
    rows: pd.DataFrame,
    content: Mapping[str, Any],
    failures: Iterable[Failure],
    pages_provenance: str,
) -> Pages:
    """Write the pages of all recordings into `folder`, and remove pages of other recordings.

    `rows` are those of der.csv. `pages_provenance` is a text that changes if code or libraries of the pages change.
    The page of a recording with a damaged artifact shows the failure in place of the data.
    """
    scores, failures_of = _scores_by_recording(rows), _failures_by_recording(failures)
    keys = [(entry["corpus"], entry["recording"]) for entry in content["recordings"]]
    pages = Pages({}, [])
    digests: dict[Path, str] = {}
    people = people_of_recordings(content.get("linked", {}))
    common = {"metrics": available_metrics(rows), "collar": content["collar_each_side"]}
    for index, entry in enumerate(content["recordings"]):
        key = corpus, recording = keys[index]
        artifacts = RecordingArtifacts(
            **entry,
            variants=content["variants"][corpus],
            audio=content.get("audio", "linked"),
            people=people.get(key, {}),
            audio_format=content.get("audio_format", "wav"),
            removed=content.get("removed", ()),
        )
        path = artifacts.page
        values = common | {
            "corpus": corpus,
            "recording": recording,
            "title": artifacts.title,
            "channels": len(artifacts.channels) if artifacts.is_call else 0,
            "failures": [failure_row(failure, path) for failure in failures_of.get(key, ())],
            "rows": scores.get(key, []),
            "links": links(artifacts),
            "logs": logs(artifacts),
            **_neighbour_urls(keys, index, path),
        }
        try:
            digests[path], summary = _update_page(artifacts, pages_provenance, values)
        except Exception as error:
            new_failures = _failures(artifacts, error)
            pages.failures.extend(new_failures)
            values["failures"] += [failure_row(failure, path) for failure in new_failures]
            digests[path] = _write_page_without_data(path, values)
            continue
        pages.summaries[key] = summary
    update_page_list(folder, digests)
    return pages


def _update_page(
    artifacts: RecordingArtifacts, provenance: str, values: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Write a page if its content has changed; return the digest of the content and the summary."""
    digest = artifacts.digest(provenance, values)
    summary = read_summary(artifacts.page) if read_digest(artifacts.page) == digest else None
    if summary is None:
        data = recording_data(artifacts, values["collar"])
        summary = page_summary(artifacts, data["tracks"])
        values = values | {
            "data": data,
            "summary": summary,
            "audio": artifacts.audio_source(),
            "notes": artifacts.notes(),
            "repairs": artifacts.repairs(),
            "digest": digest,
        }
        write_page(artifacts.page, "recording", values)
    return digest, summary


def _write_page_without_data(path: Path, values: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(values["failures"]).encode()).hexdigest()
    more = {
        "data": EMPTY_DATA,
        "summary": {},
        "audio": "",
        "notes": [],
        "repairs": [],
        "digest": digest,
    }
    write_page(path, "recording", values | more)
    return digest


def _failures(artifacts: RecordingArtifacts, error: Exception) -> list[Failure]:
    """Return the failures of a recording whose page could not be made. Raise the error if the disk is the cause."""
    if failures := set_aside_if_damaged(map(str, artifacts.paths()), LOG):
        calls = dict.fromkeys(artifacts.channels, artifacts.recording) if artifacts.is_call else {}
        return list(of_calls(failures, calls))
    if isinstance(error, OSError | MemoryError):
        raise error
    logging.exception("%s/%s", artifacts.corpus, artifacts.recording)
    reason = str(InputError(f"{type(error).__name__}: {error}"))
    return [Failure(artifacts.corpus, "report_all", "", artifacts.recording, reason, LOG)]


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
