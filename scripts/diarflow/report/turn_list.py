"""List of turns as text, for screen readers, print, and browsers without JavaScript."""

from collections.abc import Mapping
from typing import Any

from diarflow.timeline.intervals import Seconds


def listed_turns(track: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return start, end and speaker of the turns of a track, in order of time.

    >>> ann, bob = ({"name": "Ann", "turns": [[2.0, 3.0]]}, {"name": "Bob", "turns": [[0.0, 61.25]]})
    >>> listed_turns({"name": "reference", "speakers": [ann, bob]})
    [('0:00.00', '1:01.25', 'Bob'), ('0:02.00', '0:03.00', 'Ann')]
    """
    turns = sorted(
        (start, end, speaker.get("label", speaker["name"]))
        for speaker in track["speakers"]
        for start, end in speaker["turns"]
    )
    return [(clock_time(start), clock_time(end), name) for start, end, name in turns]


def clock_time(seconds: Seconds) -> str:
    """Format a time as minutes and seconds, from an hour on with hours.

    >>> clock_time(59.999), clock_time(3661.5)
    ('1:00.00', '1:01:01.50')
    """
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{start}:{rest // 100:02}.{rest % 100:02}"
