"""Who is active when: the set of speakers from moment to moment."""

from collections.abc import Iterable
from itertools import groupby

from diarflow.timeline.intervals import Interval, Seconds, Turn, union

_FILL: Seconds = 0.3  # pauses of one speaker that interrupt no turn


def states(turns: Iterable[Turn], duration: Seconds) -> list[tuple[Seconds, Seconds, frozenset]]:
    """Stretches of the recording, in order, with the set of those who speak in each.

    >>> [(start, end, sorted(who)) for start, end, who in states([Turn(1.0, 3.0, "a")], 4.0)]
    [(0.0, 1.0, []), (1.0, 3.0, ['a']), (3.0, 4.0, [])]
    """
    by_speaker: dict[str, list[Interval]] = {}
    for turn in turns:
        by_speaker.setdefault(turn.speaker, []).append(Interval(turn.start, turn.end))
    events: list[tuple[Seconds, str, bool]] = []
    for speaker, own in by_speaker.items():
        for start, end in union(own, gap=_FILL):
            events += [(start, speaker, True), (end, speaker, False)]
    found, now, active = [], 0.0, frozenset()
    for moment, group in groupby(sorted(events), key=lambda event: event[0]):
        if moment > now:
            found.append((now, moment, active))
            now = moment
        for _, speaker, begins in group:
            active = active | {speaker} if begins else active - {speaker}
    if duration > now:
        found.append((now, duration, active))
    return found
