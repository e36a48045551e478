"""Values of a table of recordings."""

import os
import re

from diarflow.formats.text import as_integer, shown
from diarflow.planning.recording import MADE_BY_RULES
from diarflow.remote import is_remote, location_problem
from diarflow.settings import Corpus

SPEAKER_COUNTS = ("num_speakers", "min_speakers", "max_speakers")  # columns of the table


def file_problem(path: str) -> str:
    """Return why a path is not a file, or "" if it is one or a rule makes it."""
    if os.path.isfile(path) or path.startswith(MADE_BY_RULES):
        return ""
    if os.path.isdir(path):
        return "is a folder, expected a file"
    return "is not a regular file, expected a file" if os.path.lexists(path) else "does not exist"


def source_problem(location: str) -> str:
    """Return why a location is neither a file nor a URL, or ""."""
    return location_problem(location) if is_remote(location) else file_problem(location)


def parse_channel(value: int | str, place: str, problems: list[str]) -> int | str:
    """Return mix, each, or the number of a channel; add a line to `problems` for another value."""
    text = str(value)
    if text in ("mix", "each"):
        return text
    number = as_integer(text)
    if number is not None and number >= 1:
        return number
    problems.append(f"{place}: channel is {shown(text)}, expected mix, each, or a number from 1")
    return "mix"


def parse_track(value: int | str | None, place: str, problems: list[str]) -> int | str | None:
    """Return the number or the language of an audio track; add a line to `problems` for another value."""
    text = str(value or "").strip()
    if not text or re.fullmatch("[A-Za-z]{2,3}", text):
        return text.lower() or None
    number = as_integer(text)
    if number is not None and number >= 1:
        return number
    problems.append(
        f"{place}: track is {shown(text)}, expected a number from 1 or a language such as eng"
    )
    return None


def speaker_counts(
    row: dict[str, str], source: Corpus, place: str, problems: list[str]
) -> dict[str, int | None]:
    """Return the numbers of speakers in a row, or those of its corpus if the row has none."""
    if not any(row.get(column) for column in SPEAKER_COUNTS):
        return {column: getattr(source, column) for column in SPEAKER_COUNTS}
    return parse_speaker_counts(row, place, problems)


def parse_speaker_counts(
    row: dict[str, str], place: str, problems: list[str]
) -> dict[str, int | None]:
    """Return the numbers of speakers in a row; add a line to `problems` for each mistake."""
    counts: dict[str, int | None] = {}
    for column in SPEAKER_COUNTS:
        text = row.get(column, "")
        counts[column] = as_integer(text)
        if text and (counts[column] or 0) < 1:
            counts[column] = None
            problems.append(f"{place}: {column} is {shown(text)}, expected an integer >= 1")
    for smaller, larger in (
        ("min_speakers", "max_speakers"),
        ("min_speakers", "num_speakers"),
        ("num_speakers", "max_speakers"),
    ):
        low, high = counts[smaller], counts[larger]
        if low and high and low > high:
            problems.append(f"{place}: {smaller} is {low}, more than {larger} {high}")
    return counts
