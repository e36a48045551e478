"""Rows of recordings in the plan file of a corpus, as planning writes them and jobs read them.

The plan file `results/{corpus}/plan.jsonl` has a line for each recording, sorted by id: a JSON object with the id and
the parts of the row. Each part is read by one rule or a few rules, so that a change re-runs only these.
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

from diarflow.errors import InputError

Row = dict[str, Any]  # `recording`, and the parts by name

# part of the row that a rule reads
ROW_PARTS = {
    "prepare_audio": "audio",
    "prepare_reference": "reference",
    "cluster_segments": "speakers",
    "run_command": "speakers",
    "run_pipeline": "speakers",
    "assign_words": "transcript",
    "import_rttm": "rttm/{system}",
    "write_rttm": "channel_speakers",
    "fuse_systems": "channel_speakers",
}
CHANNELS = "channels"  # part that all other rules with rows read
# parts that only the recordings of corpora with calls have
PARTS_OF_CALLS = (CHANNELS, "channel_speakers")
PLAN_FILE = "plan.jsonl"  # name in the folder of a corpus
_START = b'{"recording": "'


def row_part(rule: str, system: str = "") -> str:
    """Return the name of the part of the row that a rule reads.

    >>> row_part("import_rttm", "mine"), row_part("score_recording")
    ('rttm/mine', 'channels')
    """
    return ROW_PARTS.get(rule, CHANNELS).format(system=system)


def plan_path(corpus: str) -> str:
    """Return the path of the plan file of a corpus."""
    return f"results/{corpus}/{PLAN_FILE}"


def row_line(id: str, parts: Mapping[str, Any]) -> bytes:
    """Return the line of a recording in a plan file.

    >>> row_line("a", {"speakers": {"num": 2}})
    b'{"recording": "a", "speakers": {"num": 2}}\\n'
    """
    return json.dumps({"recording": id, **parts}).encode() + b"\n"


def line_key(line: bytes) -> bytes:
    """Return the sort key of a line of a plan file, the id; empty if the line does not start with an id."""
    return line[len(_START) :].partition(b'"')[0] if line.startswith(_START) else b""


def is_intact(line: bytes) -> bool:
    """Return whether a line of a plan file is complete."""
    with suppress(ValueError):
        return bool(line_key(line)) and line.endswith(b"\n") and isinstance(json.loads(line), dict)
    return False


def read_row(path, id: str) -> Row:
    """Return the row of a recording, found by bisection, since a plan file may have many lines.

    Raises InputError if the plan file has no such row.
    """
    key = line_key(row_line(id, {}))
    with open(path, "rb") as file:
        size = file.seek(0, 2)

        def key_from(position: int) -> bytes:
            line = _line_from(file, position)
            return line_key(line) if line else b"\xff"  # the end of the file, above all ids

        line = _line_from(file, bisect_left(range(size), key, key=key_from))
    if line_key(line) != key:
        raise InputError(f"{path}: has no row of the recording {id}; is another run at work here?")
    try:
        row: Row = json.loads(line)
    except ValueError:
        raise InputError(f"{path}: is damaged; start the run again") from None
    return row


def _line_from(file: BinaryIO, position: int) -> bytes:
    """Return the first line that starts at this byte or later."""
    file.seek(max(position - 1, 0))
    if position:
        file.readline()
    return file.readline()


def part_digest(part: Any) -> str:
    """Return the digest of a part of a row; "" if the row has no such part."""
    if part is None:
        return ""
    text = json.dumps(part, indent=1) + "\n"  # the file in which earlier versions kept the part
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def iterate_rows(path) -> Iterator[tuple[str, Row]]:
    """Yield id and row of each recording in a plan file; damaged lines are left out."""
    with open(path, "rb") as file:
        for line in file:
            if line_key(line):
                with suppress(ValueError):
                    row = json.loads(line)
                    yield row["recording"], row
