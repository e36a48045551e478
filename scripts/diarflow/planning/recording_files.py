"""What the tables say of each recording, as small files of their own for its jobs to read.

Written when a run is planned, and only where something changed: so a changed row re-runs what reads it
and nothing else, and how recordings are grouped into jobs changes nothing.
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from diarflow.atomic import written_whole
from diarflow.errors import visible
from diarflow.planning.corpora import Recording

PARTS = ("audio", "reference", "speakers")


def write_rows(recordings: Iterable[Recording], root="results") -> None:
    """Write `{root}/{corpus}/recordings/{recording}.json`, and its parts below, where they differ."""
    names: dict[str, list[str]] = {}
    made: dict[str, list[str]] = {}
    for one in recordings:
        folder = f"{root}/{one.corpus}/recordings"
        parts = one.parts()
        whole = {"corpus": one.corpus, "recording": one.recording, "name": one.name}
        for part in (parts[name] for name in PARTS):
            whole |= {k: v for k, v in part.items() if k not in whole and k != "stamps"}
        _write(f"{folder}/{one.recording}.json", whole)
        for part in parts:
            _write(f"{folder}/{part}/{one.recording}.json", parts[part])
        line = f"{one.recording}\t{visible(one.name)}\t{visible(one.audio or '')}\n"
        names.setdefault(one.corpus, []).append(line)
        if (one.audio or "").startswith(f"{root}/{one.corpus}/simulated/"):
            made.setdefault(one.corpus, []).append(
                f"{one.recording}\t{one.recording}.wav\t{one.recording}.rttm\n"
            )
    for corpus, lines in made.items():
        text = "recording\taudio\treference\n" + "".join(lines)
        _write_text(f"{root}/{corpus}/simulated/recordings.tsv", text)
    for corpus, lines in names.items():
        text = "recording\tname\taudio\n" + "".join(lines)
        _write_text(f"{root}/{corpus}/recordings.tsv", text)


def read_row(path) -> dict[str, Any]:
    """What was written of a recording, or of one part of it."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def _write(path: str, content: dict[str, Any]) -> None:
    _write_text(path, json.dumps(content, indent=1) + "\n")


def _write_text(path: str, text: str) -> None:
    data = text.encode()
    with suppress(FileNotFoundError), open(path, "rb") as file:
        if file.read() == data:
            return
    # every plan looks at all of them again, and writes what is missing
    with written_whole(path, sync=False) as beside:
        beside.write_bytes(data)
