"""Row files: what the table holds for each recording, as small files that its jobs read.

A file changes only if its content changes. So a changed row re-runs the jobs that read it and no others, and
another grouping of recordings into jobs re-runs nothing.
"""

import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from diarflow.atomic import atomic_write
from diarflow.errors import table_cell
from diarflow.planning.recording import Recording
from diarflow.remote import shown_location
from diarflow.runs.result_records import row_digest

_STAND_IN = "changed.json"
_PARTS = ("audio", "reference", "speakers")


class RowFiles:
    """Row files of all recordings below `results/{corpus}/recordings/`.

    `calls` are the corpus, the id and the parts of the row of each recording in the corpora that have calls.

    Snakemake plans a job again if an input is newer than its outputs. Where row files must not be written yet, `path`
    returns a file in a scratch folder for each one that has changed.
    """

    def __init__(
        self,
        recordings: Iterable[Recording],
        calls: Iterable[tuple[str, str, dict[str, dict[str, Any]]]] = (),
    ):
        now = time.time()
        self._parts = [(recording, recording.row_parts()) for recording in recordings]
        self._changed: dict[
            str, str
        ] = {}  # path of a row file: its content, if that on disk differs
        self._digests: dict[str, str] = {}  # of all row files
        self._of_the_future: list[str] = []
        self._scratch: Path | None = None
        self._has_copies = False  # in the scratch folder, rather than one stand-in for each part
        rows = [(recording.corpus, recording.id, parts) for recording, parts in self._parts]
        for corpus, id, parts in [*rows, *calls]:
            for part, content in parts.items():
                path = f"results/{corpus}/recordings/{part}/{id}.json"
                text = json.dumps(content, indent=1) + "\n"
                self._digests[path] = row_digest(text.encode())
                if not _has_content(path, text):
                    self._changed[path] = text
                elif os.stat(path).st_mtime > now:
                    self._of_the_future.append(path)

    def write(self) -> None:
        """Write the changed row files, a summary of each row, and the tables of ids."""
        for path, text in self._changed.items():
            _write(path, text)
        self._changed.clear()
        for path in self._of_the_future:
            # older than all results; if the content has changed since, their records show it
            os.utime(path, (1, 1))
        _write_summaries(self._parts)

    def write_to(self, folder: Path) -> None:
        """Write the changed row files below a scratch folder, for jobs to read."""
        self._scratch, self._has_copies = folder, True
        for path, text in self._changed.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")

    def stand_in(self, folder: Path) -> None:
        """Write one new file for each part to a scratch folder, for a dry run, which reads no content."""
        self._scratch, self._has_copies = folder, False
        for parent in {os.path.dirname(path) for path in self._changed}:
            (folder / parent).mkdir(parents=True)
            (folder / parent / _STAND_IN).touch()

    def digest(self, path: str) -> str:
        """Return the digest of the content that a row file has or will have; "" if there is no such row file."""
        return self._digests.get(path, "")

    def path(self, path: str) -> str:
        """Return where a row file can be read: its own path, or its place in the scratch folder."""
        if not self._scratch or path not in self._changed:
            return path
        name = path if self._has_copies else f"{os.path.dirname(path)}/{_STAND_IN}"
        return f"{self._scratch}/{name}"


def read_row(path) -> dict[str, Any]:
    """Return the content of a row file."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def _write_summaries(recordings: Iterable[tuple[Recording, dict[str, dict[str, Any]]]]) -> None:
    """Write the row of each recording, the ids and names of each corpus, and the tables of simulated corpora."""
    ids: dict[str, dict[str, str]] = {}
    simulated: dict[str, list[str]] = {}
    for recording, parts in recordings:
        corpus, id = recording.corpus, recording.id
        row: dict[str, Any] = {"corpus": corpus, "recording": id, "name": recording.name}
        for part in _PARTS:
            row |= {k: v for k, v in parts[part].items() if k not in row and k != "stamps"}
        row["audio"] = shown_location(row["audio"]) if row["audio"] else row["audio"]
        _write(f"results/{corpus}/recordings/{id}.json", json.dumps(row, indent=1) + "\n")
        cells = (table_cell(recording.name), table_cell(shown_location(recording.audio or "")))
        ids.setdefault(corpus, {})[recording.call or id] = "\t".join(cells)
        if (recording.audio or "").startswith(f"results/{corpus}/simulated/"):
            simulated.setdefault(corpus, []).append(f"{id}\t{id}.wav\t{id}.rttm\n")
    for corpus, lines in simulated.items():
        text = "recording\taudio\treference\n" + "".join(lines)
        _write(f"results/{corpus}/simulated/recordings.tsv", text)
    for corpus, cells_by_id in ids.items():
        text = "".join(f"{id}\t{cells}\n" for id, cells in cells_by_id.items())
        _write(f"results/{corpus}/recordings.tsv", "recording\tname\taudio\n" + text)


def _has_content(path: str, text: str) -> bool:
    with (
        suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError),
        open(path, "rb") as file,
    ):
        return file.read() == text.encode()
    return False


def _write(path: str, text: str) -> None:
    if not _has_content(path, text):
        # not flushed to disk: the next plan compares all of them again
        with atomic_write(path, sync=False) as temporary:
            temporary.write_bytes(text.encode())
