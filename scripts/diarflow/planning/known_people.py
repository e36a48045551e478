"""Recordings of known people: a folder with a folder for each person, or a table."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from diarflow.errors import InputError
from diarflow.formats.text import as_field, as_number
from diarflow.simulation.speakers import list_speakers

_COLUMNS = ("name", "audio", "start", "end")


class Sample(NamedTuple):
    """Stretch of a file in which only this person is active; without `end`, up to the end of the file."""

    name: str
    audio: str
    start: float = 0.0
    end: float | None = None


def read_samples(path: str | None) -> list[Sample]:
    """Return the samples of all known people in the order of their names.

    Raises InputError with a line for each mistake in the table, or if there are no samples.
    """
    if path is None:
        return []
    place = Path(path)
    if place.is_dir():
        people = list_speakers(place)
        samples = [Sample(name, str(file)) for name, files in people.items() for file in files]
    elif place.is_file():
        samples = list(_table_samples(place))
    else:
        raise InputError(f"speakers.known is {path}: does not exist, expected a folder or a table")
    _check_names(path, samples)
    return sorted(samples, key=lambda sample: (sample.name, sample.audio, sample.start))


def _table_samples(table: Path) -> Iterator[Sample]:
    problems = []
    text = table.read_text(encoding="utf-8-sig")
    rows = csv.reader(text.splitlines(), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")
    header = next(rows, [])
    if header[:2] != list(_COLUMNS[:2]) or not set(header) <= set(_COLUMNS):
        raise InputError(
            f"{table}:1: columns are {', '.join(header)}; expected {', '.join(_COLUMNS)}"
        )
    for number, row in enumerate(rows, 2):
        if not any(row):
            continue
        values = dict(zip(header, row, strict=False))
        start, end = (as_number(values.get(key) or "0") for key in ("start", "end"))
        audio = table.parent / values.get("audio", "")
        place = f"{table}:{number}"
        if not values.get("name"):
            problems.append(f"{place}: name is empty, expected the name of a person")
        elif not audio.is_file():
            problems.append(f"{place}: audio is {values.get('audio', '')}: no such file")
        elif start is None or end is None or start < 0 or (values.get("end") and end <= start):
            problems.append(
                f"{place}: start and end are {values.get('start', '')} and {values.get('end', '')}, "
                "expected seconds with start < end"
            )
        else:
            yield Sample(values["name"], str(audio), start, end if values.get("end") else None)
    if problems:
        raise InputError.of(problems)


def _check_names(path: str, samples: list[Sample]) -> None:
    """Raise InputError if there are no people, or if two have one name in RTTM, which has no spaces."""
    names: dict[str, str] = {}
    for name in sorted({sample.name for sample in samples}):
        other = names.setdefault(as_field(name), name)
        if other != name:
            raise InputError(f"{path}: {other} and {name} are the same in RTTM; rename one of them")
    if not names:
        raise InputError(f"{path}: no people, expected a folder or a row for each person")
