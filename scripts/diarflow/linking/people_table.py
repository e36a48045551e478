"""Table of the people of a corpus, one row for each speaker of a recording; and the labels of earlier runs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from diarflow.atomic import atomic_write
from diarflow.formats.text import as_field
from diarflow.linking.link import LinkedSpeaker
from diarflow.linking.people import Key

_SCHEMA = pa.schema(
    {
        "recording": pa.string(),
        "speaker": pa.string(),
        "person": pa.string(),
        "probability": pa.float64(),
        "seconds": pa.float64(),
        "alternatives": pa.string(),
    }
)


def write_people(path, speakers: Iterable[LinkedSpeaker]) -> None:
    """Write the people of a corpus. `alternatives` is a JSON object with the probability of each other person."""
    rows = [
        {
            "recording": speaker.key[1],
            "speaker": speaker.key[2],
            "person": as_field(speaker.person),
            "probability": speaker.probability,
            "seconds": round(speaker.talk_time, 3),
            "alternatives": json.dumps(
                {as_field(name): value for name, value in speaker.alternatives}
            ),
        }
        for speaker in speakers
    ]
    with atomic_write(path) as temporary:
        pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), temporary)


def read_people(path) -> list[dict]:
    """Return the rows of a table of people as dictionaries."""
    return pq.read_table(path).to_pylist()


def people_by_recording(path) -> dict[str, dict[str, str]]:
    """Return the person of each speaker, by recording."""
    people: dict[str, dict[str, str]] = {}
    for row in read_people(path):
        people.setdefault(row["recording"], {})[row["speaker"]] = row["person"]
    return people


def read_labels(path) -> dict[Key, str]:
    """Return the label of each speaker in the earlier runs of a folder; none if the file does not exist."""
    labels: dict[Key, str] = {}
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return labels
    for line in lines[1:]:
        corpus, recording, speaker, person = line.split("\t")
        labels[corpus, recording, speaker] = person
    return labels


def write_labels(path, labels: Mapping[Key, str]) -> None:
    """Write the label of each speaker for later runs."""
    lines = ["corpus\trecording\tspeaker\tperson"]
    lines += ["\t".join([*key, labels[key]]) for key in sorted(labels)]
    with atomic_write(path) as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def changed_labels(
    earlier: Mapping[Key, str], speakers: Sequence[LinkedSpeaker]
) -> list[tuple[Key, str, str]]:
    """Return the key, earlier and present person of each speaker whose person has changed."""
    return [
        (speaker.key, earlier[speaker.key], speaker.person)
        for speaker in speakers
        if earlier.get(speaker.key, speaker.person) != speaker.person
    ]


def joined_speakers(speakers: Iterable[LinkedSpeaker]) -> int:
    """Return the number of speakers that are the same person as another speaker of their recording.

    >>> a, b = LinkedSpeaker(("c", "r", "a"), "P", 0.9, 5.0, ()), LinkedSpeaker(("c", "r", "b"), "P", 0.6, 1.0, ())
    >>> joined_speakers([a, b]), joined_speakers([a])
    (1, 0)
    """
    people = [(*speaker.key[:2], speaker.person) for speaker in speakers]
    return len(people) - len(set(people))
