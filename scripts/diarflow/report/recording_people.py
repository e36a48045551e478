"""People on the pages of recordings: names of linked speakers."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from diarflow.linking.people_table import people_by_recording

_CHANNEL = re.compile(r"\d+: ")  # before the speakers of a call
People = Mapping[str, Mapping[str, str]]  # person of each speaker, by system


def people_of_recordings(
    linked: Mapping[str, Iterable[str]],
) -> dict[tuple[str, str], dict[str, dict[str, str]]]:
    """Return the people of each recording, by corpus and recording. `linked` gives the linked systems of each corpus."""
    people: dict[tuple[str, str], dict[str, dict[str, str]]] = {}
    for corpus, systems in linked.items():
        for system in systems:
            table = people_by_recording(f"results/{corpus}/speakers/{system}.parquet")
            for recording, names in table.items():
                people.setdefault((corpus, recording), {})[system] = names
    return people


def person_of(people: People, system: str, speaker: str) -> str | None:
    """Return the person of a speaker, whose name may begin with the channel of a call; None if it is not linked.

    >>> person_of({"best": {"SPEAKER_00": "Ann"}}, "best", "2: SPEAKER_00")
    'Ann'
    """
    return people.get(system, {}).get(_CHANNEL.sub("", speaker, count=1))


def add_people(tracks: Iterable[dict[str, Any]], people: People) -> None:
    """Put the person before the label of each speaker of the tracks that is linked.

    >>> track = {"name": "best", "speakers": [{"name": "2: SPEAKER_00", "label": "2: 0 = agent"}]}
    >>> add_people([track], {"best": {"SPEAKER_00": "Ann"}})
    >>> track["speakers"][0]["label"]
    '2: Ann (0 = agent)'
    """
    for track in tracks:
        for row in track["speakers"]:
            if person := person_of(people, track["name"], row["name"]):
                match = _CHANNEL.match(row["label"])
                channel = match[0] if match else ""
                rest = row["label"].removeprefix(channel)
                row |= {"person": person, "label": f"{channel}{person} ({rest})"}
