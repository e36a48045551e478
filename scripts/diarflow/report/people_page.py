"""Page of the people of a link group: talk time, recordings, a sample of the voice, and the people nearest to each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from diarflow.report.rendering import relative_url, write_page
from diarflow.timeline.intervals import Interval, Turn, merge_overlapping, subtract

_SAMPLE = 8.0  # seconds
_MOST_NEAREST = 3
_MOST_RECORDINGS = 100  # shown of a person


class Appearance(NamedTuple):
    """Person in a recording: probability of the most certain speaker (None: not compared), and seconds."""

    corpus: str
    recording: str
    title: str
    speakers: tuple[str, ...]
    probability: float | None
    seconds: float
    alternatives: Mapping[str, float]


class Person(NamedTuple):
    """Person with the recordings, the largest first, and the nearest other people with their probability."""

    name: str
    seconds: float
    appearances: list[Appearance]
    nearest: list[tuple[str, float]]


def people_of(rows: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[Person]:
    """Return the people of rows (corpus, title of the recording, row of `speakers/`), the one with most time first.

    The probability of another person is the largest of all speakers of the person.

    >>> row = {"recording": "a", "speaker": "S", "person": "Ann", "probability": 0.9, "seconds": 5.0,
    ...        "alternatives": '{"Bob": 0.1}'}
    >>> [person] = people_of([("c", "a", row)])
    >>> person.seconds, person.nearest
    (5.0, [('Bob', 0.1)])
    """
    grouped: dict[str, dict[tuple[str, str], list[tuple[str, Mapping[str, Any]]]]] = {}
    for corpus, title, row in rows:
        recordings = grouped.setdefault(row["person"], {})
        recordings.setdefault((corpus, row["recording"]), []).append((title, row))
    people = [
        _person(name, [_appearance(*key, members) for key, members in recordings.items()])
        for name, recordings in grouped.items()
    ]
    return sorted(people, key=lambda person: (-person.seconds, person.name))


def _appearance(
    corpus: str, recording: str, members: Sequence[tuple[str, Mapping[str, Any]]]
) -> Appearance:
    known = [row["probability"] for _, row in members if row["probability"] is not None]
    alternatives: dict[str, float] = {}
    for _, row in members:
        for name, value in json.loads(row["alternatives"]).items():
            alternatives[name] = max(value, alternatives.get(name, 0.0))
    return Appearance(
        corpus,
        recording,
        members[0][0],
        tuple(row["speaker"] for _, row in members),
        max(known, default=None),
        sum(row["seconds"] for _, row in members),
        alternatives,
    )


def _person(name: str, appearances: list[Appearance]) -> Person:
    nearest: dict[str, float] = {}
    for appearance in appearances:
        for other, value in appearance.alternatives.items():
            nearest[other] = max(value, nearest.get(other, 0.0))
    ranked = sorted(nearest.items(), key=lambda item: (-item[1], item[0]))[:_MOST_NEAREST]
    ordered = sorted(appearances, key=lambda a: (-a.seconds, a.corpus, a.recording))
    return Person(name, sum(a.seconds for a in appearances), ordered, ranked)


def sample_of(turns: Iterable[Turn], name: str) -> tuple[float, float] | None:
    """Return start and end of the longest stretch in which only this person is active, at most 8 s.

    >>> sample_of([Turn(0.0, 5.0, "Ann"), Turn(4.0, 6.0, "Bob"), Turn(7.0, 8.0, "Ann")], "Ann")
    (0.0, 4.0)
    """
    turns = list(turns)
    others = merge_overlapping(Interval(t.start, t.end) for t in turns if t.speaker != name)
    free = [
        part
        for t in turns
        if t.speaker == name
        for part in subtract(Interval(t.start, t.end), others)
    ]
    if not free:
        return None
    longest = max(free, key=lambda part: (part.end - part.start, -part.start))
    return longest.start, min(longest.end, longest.start + _SAMPLE)


def write_people_page(
    path,
    people: Sequence[Person],
    samples: Mapping[str, tuple[str, float, float]],
    *,
    group: str,
    system: str,
    scores: Sequence[Mapping[str, Any]],
) -> None:
    """Write the page. `samples` has audio file, start and end for each person; `scores` the rows of the system (`link_scores`)."""
    anchors = {person.name: f"person-{number}" for number, person in enumerate(people, 1)}

    def url_of(appearance: Appearance) -> str:
        page = f"results/report/recordings/{appearance.corpus}/{appearance.recording}.html"
        return relative_url(page, path)

    rows = [
        {
            "name": person.name,
            "anchor": anchors[person.name],
            "seconds": person.seconds,
            "count": len(person.appearances),
            "hidden": max(0, len(person.appearances) - _MOST_RECORDINGS),
            "recordings": [
                {
                    "title": a.title, "url": url_of(a), "seconds": a.seconds,
                    "probability": a.probability, "speakers": ", ".join(a.speakers),
                }
                for a in person.appearances[:_MOST_RECORDINGS]
            ],
            "nearest": [
                {"name": name, "anchor": anchors.get(name, ""), "probability": value}
                for name, value in person.nearest
            ],
            "sample": _sample_url(samples.get(person.name), path),
        }
        for person in people
    ]  # fmt: skip
    content = {
        "group": group, "system": system, "people": rows, "scores": scores,
        "index": relative_url("results/report/index.html", path),
        "recordings": len({(a.corpus, a.recording) for p in people for a in p.appearances}),
        "not_compared": sum(a.probability is None for p in people for a in p.appearances),
    }  # fmt: skip
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_page(path, "people", content)


def _sample_url(sample: tuple[str, float, float] | None, page) -> str:
    if sample is None:
        return ""
    audio, start, end = sample
    return f"{relative_url(audio, page)}#t={start:.2f},{end:.2f}"
