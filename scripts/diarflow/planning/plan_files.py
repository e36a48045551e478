"""Plan files: one file for each corpus with the rows of its recordings, which jobs read.

A new plan file alone re-runs no job. Instead, the record of a result contains the digest of the part of the row that
its job read (runs/result_records.py). So a changed row re-runs only the jobs that read the changed part, and another
grouping of recordings into jobs re-runs nothing.
"""

import heapq
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import Any

from diarflow.atomic import atomic_write
from diarflow.errors import table_cell
from diarflow.planning.recording import Recording
from diarflow.prefix import prefixed
from diarflow.remote import shown_location
from diarflow.runs.locks import LOCK, exclusive_file
from diarflow.runs.rows import (
    is_intact,
    line_key,
    part_digest,
    plan_path,
    row_line,
)

_WRITING = LOCK.with_name("diarflow-plan.lock")  # held while plan files are written


class PlanFiles:
    """Plan files of all corpora of a run.

    `calls` yields corpus, id and further parts of the row of each recording in the corpora that have calls.

    After `write_to` or `stand_in`, `path` returns a file in a scratch folder.
    """

    def __init__(
        self,
        recordings: Iterable[Recording],
        calls: Iterable[tuple[str, str, dict[str, dict[str, Any]]]] = (),
    ):
        self._recordings = list(recordings)
        rows: dict[str, dict[str, dict[str, Any]]] = {}
        of_recordings = ((one.corpus, one.id, one.row_parts()) for one in self._recordings)
        for corpus, id, parts in (*of_recordings, *calls):
            rows.setdefault(corpus, {}).setdefault(id, {}).update(parts)
        self._lines: dict[str, list[bytes]] = {}  # of each corpus, sorted
        self._changed: set[tuple[str, str]] = set()  # corpus and id of rows that differ on disk
        self._digests: dict[tuple[str, str], dict[str, str]] = {}  # by corpus and part, and by id
        for corpus, of_corpus in rows.items():
            lines = {id: row_line(id, row) for id, row in of_corpus.items()}
            self._lines[corpus] = sorted(lines.values(), key=line_key)
            written = {line for _, _, line in _lines_in_order(prefixed(plan_path(corpus)), 0)}
            self._changed |= {(corpus, id) for id, line in lines.items() if line not in written}
            for id, row in of_corpus.items():
                for part, content in row.items():
                    digests = self._digests.setdefault((corpus, part), {})
                    digests[id] = part_digest(content)
        self._scratch: Path | None = None
        self._in_place: set[str] = set()  # corpora whose plan file a dry run names

    def write(self) -> None:
        """Write the plan files that have changed, and the tables of ids.

        Rows of other recordings stay, since a run of another shard may be at work in the same folder.
        """
        lock = Path(prefixed(_WRITING))
        lock.parent.mkdir(parents=True, exist_ok=True)
        with exclusive_file(lock):
            for corpus, lines in self._lines.items():
                path = prefixed(plan_path(corpus))
                merge_rows(path, lines, path)
        self._scratch = None
        _write_tables(self._recordings)

    def write_to(self, folder: Path) -> None:
        """Write the plan files to a scratch folder, for jobs to read until the run has started."""
        self._scratch = folder
        for corpus, lines in self._lines.items():
            merge_rows(folder / plan_path(corpus), lines)

    def stand_in(self, folder: Path) -> None:
        """Write empty files to a scratch folder in place of missing plan files, for a dry run, in which no job reads them.

        By default, Snakemake also compares the set of inputs with that of the last run. So an existing plan file stays.
        """
        self._scratch = folder
        for corpus in self._lines:
            if os.path.isfile(prefixed(plan_path(corpus))):
                self._in_place.add(corpus)
                continue
            path = folder / plan_path(corpus)
            path.parent.mkdir(parents=True)
            path.touch()

    def digest(self, corpus: str, part: str, id: str) -> str:
        """Return the digest of a part of a recording's row; "" if the row has no such part."""
        return self._digests.get((corpus, part), {}).get(id, "")

    def is_changed(self, corpus: str, id: str) -> bool:
        """Return whether the row of a recording is new, or differs from the row that the last run wrote."""
        return (corpus, id) in self._changed

    def path(self, corpus: str) -> str:
        """Return the present path of the plan file of a corpus: its own, or that in the scratch folder."""
        path = plan_path(corpus)
        return f"{self._scratch}/{path}" if self._scratch and corpus not in self._in_place else path


def merge_rows(path, lines: Sequence[bytes], *files) -> None:
    """Merge lines, sorted by key, with the rows of plan files, and write the result to `path` if it differs.

    If a recording has several rows, the first one is kept. Damaged lines of the files are left out.
    """
    with suppress(OSError), open(path, "rb") as present:
        if all(line == other for line, other in zip_longest(_merged(lines, files), present)):
            return
    # not flushed to disk: the next plan compares it again
    with atomic_write(path, sync=False) as temporary, open(temporary, "wb") as file:
        file.writelines(_merged(lines, files))


def _merged(lines: Sequence[bytes], files: Iterable) -> Iterator[bytes]:
    sources: list[Iterator[tuple[bytes, int, bytes]]] = []
    sources += [((line_key(line), 0, line) for line in lines)]
    sources += [_lines_in_order(file, number) for number, file in enumerate(files, 1)]
    last = b""
    for key, number, line in heapq.merge(*sources):
        if key > last and (number == 0 or is_intact(line)):
            yield line
            last = key


def _lines_in_order(file, number: int) -> Iterator[tuple[bytes, int, bytes]]:
    """Yield key, number of the file and line of a plan file; lines that are not sorted are left out."""
    last = b""
    with (
        suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError),
        open(file, "rb") as lines,
    ):
        for line in lines:
            if (key := line_key(line)) > last:
                yield key, number, line
                last = key


def _write_tables(recordings: Iterable[Recording]) -> None:
    """Write the ids and names of each corpus, and the tables of simulated corpora."""
    ids: dict[str, dict[str, str]] = {}
    simulated: dict[str, list[str]] = {}
    for recording in recordings:
        corpus, id = recording.corpus, recording.id
        cells = (table_cell(recording.name), table_cell(shown_location(recording.audio or "")))
        ids.setdefault(corpus, {})[recording.call or id] = "\t".join(cells)
        if (recording.audio or "").startswith(f"results/{corpus}/simulated/"):
            simulated.setdefault(corpus, []).append(f"{id}\t{id}.wav\t{id}.rttm\n")
    for corpus, lines in simulated.items():
        _write(f"results/{corpus}/simulated/recordings.tsv", "recording\taudio\treference\n", lines)
    for corpus, cells_by_id in ids.items():
        rows = (f"{id}\t{cells}\n" for id, cells in cells_by_id.items())
        _write(f"results/{corpus}/recordings.tsv", "recording\tname\taudio\n", rows)


def _write(path: str, header: str, lines: Iterable[str]) -> None:
    content, path = (header + "".join(lines)).encode(), prefixed(path)
    with suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
        if Path(path).read_bytes() == content:
            return
    with atomic_write(path, sync=False) as temporary:
        temporary.write_bytes(content)
