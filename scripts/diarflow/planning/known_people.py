"""Recordings of known people: a folder with a folder for each person, a table, or turns that were corrected on a page."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from diarflow.errors import InputError
from diarflow.formats.text import as_field, as_number
from diarflow.planning.plan import Plan
from diarflow.simulation.speakers import list_speakers
from diarflow.timeline.intervals import Interval, merge_overlapping, subtract

_COLUMNS = ("name", "audio", "start", "end")
_PAGE_COLUMNS = ("recording", "start", "end", "speaker")
_UNKNOWN = re.compile(r"(?:(?:SPEAKER|PERSON)_\d+)?")
_MIN_SAMPLE = 1.0  # seconds


# prepared audio of recordings by name, and by the channel of a call
AudioFiles = Mapping[tuple[str, str], Sequence[str]]


class Sample(NamedTuple):
    """Stretch of a file in which only this person is active; without `end`, up to the end of the file."""

    name: str
    audio: str
    start: float = 0.0
    end: float | None = None


def prepared_audio(plan: Plan) -> AudioFiles:
    """Return the prepared audio of each recording by its id and its name, and by the channel of a call ("1", "2", ...).

    The name is that of several recordings if it maps to several files. Copies of a recording in other corpora are left out.
    """
    files: dict[tuple[str, str], list[str]] = {}
    sources: dict[str, tuple] = {}
    for corpus, id, channels in plan.calls.recordings():
        is_call = plan.calls.is_call(corpus, id)
        for number, channel in enumerate(channels, 1):
            if channel.audio is None:
                continue
            path = f"results/{corpus}/audio/{channel.id}.{plan.settings.audio_format}"
            sources[path] = channel.audio, channel.channel, channel.track
            for name in dict.fromkeys((id, channel.name)):
                places = files.setdefault((name, str(number) if is_call else ""), [])
                if sources[path] not in [sources[other] for other in places]:
                    places.append(path)
    return files


def read_samples(path: str | None, audio_of: AudioFiles | None = None) -> list[Sample]:
    """Return the samples of all known people in the order of their names.

    A folder may also contain CSV files that pages of recordings wrote, with names in place of speakers. `audio_of` is that
    of `prepared_audio`. Raises InputError with a line for each mistake in the table, or if there are no samples.
    """
    if path is None:
        return []
    place = Path(path)
    if place.is_dir():
        pages = sorted(place.glob("*.csv"))
        samples = [sample for page in pages for sample in _page_samples(page, audio_of or {})]
        if not pages or any(child.is_dir() for child in place.iterdir()):
            people = list_speakers(place)
            samples += [Sample(name, str(file)) for name, files in people.items() for file in files]
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


def _page_samples(page: Path, audio_of: AudioFiles) -> Iterator[Sample]:
    """Yield the stretches of a page's turns in which only one person is active, who has a name.

    Names like SPEAKER_00 and PERSON_0001 are of unknown people. Raises InputError for other files and recordings.
    """
    rows = list(csv.DictReader(page.read_text(encoding="utf-8-sig").splitlines()))
    if not rows or not set(_PAGE_COLUMNS) <= set(rows[0]):
        raise InputError(
            f"{page}:1: expected the columns {', '.join(_PAGE_COLUMNS)}, as a page writes them"
        )
    turns = []
    for number, row in enumerate(rows, 2):
        start, end = as_number(row["start"] or ""), as_number(row["end"] or "")
        recording = (row["recording"] or "").removeprefix("'")
        if start is None or end is None or not 0 <= start < end:
            raise InputError(f"{page}:{number}: start and end are {row['start']} and {row['end']}")
        channel = row.get("channel") or ""
        files = audio_of.get((recording, channel), ())
        if len(files) != 1:
            of_channel = f"channel {channel} of " if channel else ""
            count = f"{len(files)} recordings" if files else "no recording with audio"
            raise InputError(
                f"{page}:{number}: {of_channel}{recording}: {count} of this name in the corpora, expected one"
            )
        turns.append((Interval(start, end), (row["speaker"] or "").removeprefix("'"), files[0]))
    for interval, name, audio in turns:
        others = merge_overlapping(i for i, n, a in turns if n != name and a == audio)
        for part in [] if _UNKNOWN.fullmatch(name) else subtract(interval, others):
            if part.end - part.start >= _MIN_SAMPLE:
                yield Sample(name, audio, part.start, part.end)


def _check_names(path: str, samples: list[Sample]) -> None:
    """Raise InputError if there are no people, or if two have one name in RTTM, which has no spaces."""
    names: dict[str, str] = {}
    for name in sorted({sample.name for sample in samples}):
        other = names.setdefault(as_field(name), name)
        if other != name:
            raise InputError(f"{path}: {other} and {name} are the same in RTTM; rename one of them")
    if not names:
        raise InputError(f"{path}: no people, expected a folder or a row for each person")
