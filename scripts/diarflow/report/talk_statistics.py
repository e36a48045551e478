"""Statistics of the turns of a recording: talk time, overlap, silence, turn-taking and monologues."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from diarflow.timeline.atomic_regions import PAUSE_IN_TURN, TOUCHING_GAP, speaker_sets
from diarflow.timeline.intervals import Seconds, Turn, intervals_by_speaker

# Pauses of one speaker that are at most this long do not interrupt a monologue.
PAUSE_IN_MONOLOGUE: Seconds = 1.0

Region = tuple[Seconds, Seconds, frozenset[str]]


class TalkStatistics(NamedTuple):
    """Statistics of a recording. Dictionaries are keyed by speaker, ordered by the first turn of each.

    Parameters
    ----------
    duration : seconds of the recording
    talk : seconds in which each speaker is active
    speech : seconds in which at least one speaker is active
    overlap : seconds in which at least two speakers are active
    turns : number of turns; pauses of up to PAUSE_IN_TURN do not separate turns
    monologue : the longest stretch in which one speaker is active and no other, with pauses of up to
        PAUSE_IN_MONOLOGUE; None without such a stretch
    samples : for each speaker, the longest turn, or part of a turn, in which nobody else is active
    followers : `followers[a][b]` is how many times a turn of speaker b follows a turn of speaker a
    """

    duration: Seconds
    talk: dict[str, Seconds]
    speech: Seconds
    overlap: Seconds
    turns: int
    monologue: Turn | None
    samples: dict[str, Turn]
    followers: dict[str, dict[str, int]]

    @property
    def speakers(self) -> int:
        return len(self.talk)

    @property
    def silence(self) -> Seconds:
        """Seconds in which no speaker is active."""
        return max(0.0, self.duration - self.speech)

    @property
    def turns_per_minute(self) -> float:
        return 60 * self.turns / self.duration if self.duration else 0.0

    @property
    def monologue_seconds(self) -> Seconds:
        return self.monologue.end - self.monologue.start if self.monologue else 0.0


def talk_statistics(turns: Sequence[Turn], duration: Seconds = 0.0) -> TalkStatistics:
    """Return the statistics of a recording. A recording without a duration ends with its last turn.

    >>> statistics = talk_statistics([Turn(0.0, 4.0, "Ann"), Turn(3.0, 5.0, "Bob"), Turn(6.0, 9.0, "Ann")], 10.0)
    >>> statistics.talk, statistics.speech, statistics.overlap, statistics.silence
    ({'Ann': 7.0, 'Bob': 2.0}, 8.0, 1.0, 2.0)
    >>> statistics.turns_per_minute, statistics.followers
    (18.0, {'Ann': {'Bob': 1}, 'Bob': {'Ann': 1}})
    """
    merged = intervals_by_speaker(turns, gap=TOUCHING_GAP)
    regions = speaker_sets(turns, duration, gap=TOUCHING_GAP)
    order = turns_in_order(turns)
    speakers = list(dict.fromkeys(turn.speaker for turn in sorted(turns)))
    longest_alone: dict[str, Turn] = {}
    for turn in turns_alone(regions, PAUSE_IN_TURN):
        longest_alone[turn.speaker] = _longer(longest_alone.get(turn.speaker), turn)
    monologue = None
    for turn in turns_alone(regions, PAUSE_IN_MONOLOGUE):
        monologue = _longer(monologue, turn)
    return TalkStatistics(
        duration=max(duration, regions[-1][1] if turns else 0.0),
        talk={name: sum(end - start for start, end in merged[name]) for name in speakers},
        speech=sum(end - start for start, end, active in regions if active),
        overlap=sum(end - start for start, end, active in regions if len(active) > 1),
        turns=len(order),
        monologue=monologue,
        samples={name: longest_alone[name] for name in speakers if name in longest_alone},
        followers=count_followers(order),
    )


def turns_in_order(turns: Iterable[Turn]) -> list[Turn]:
    """Return the turns in order of time. Pauses of one speaker of up to PAUSE_IN_TURN are closed.

    >>> turns_in_order([Turn(2.0, 3.0, "Bob"), Turn(1.2, 2.0, "Ann"), Turn(0.0, 1.0, "Ann")])
    [Turn(start=0.0, end=2.0, speaker='Ann'), Turn(start=2.0, end=3.0, speaker='Bob')]
    """
    return sorted(
        Turn(start, end, speaker)
        for speaker, intervals in intervals_by_speaker(turns, gap=PAUSE_IN_TURN).items()
        for start, end in intervals
    )


def turns_alone(regions: Iterable[Region], max_pause: Seconds) -> list[Turn]:
    """Return the stretches in which one speaker is active and no other, with pauses of up to `max_pause`.

    `regions` are consecutive, as `speaker_sets` returns them.

    >>> regions = [(0.0, 2.0, frozenset({"Ann"})), (2.0, 3.0, frozenset()), (3.0, 5.0, frozenset({"Ann"})),
    ...            (5.0, 6.0, frozenset({"Ann", "Bob"}))]
    >>> turns_alone(regions, 1.0)
    [Turn(start=0.0, end=5.0, speaker='Ann')]
    """
    alone: list[Turn] = []
    is_open = False
    for start, end, speakers in regions:
        if len(speakers) == 1:
            (speaker,) = speakers
            last = alone[-1] if is_open else None
            if last and last.speaker == speaker and start - last.end <= max_pause:
                alone[-1] = last._replace(end=end)
            else:
                alone.append(Turn(start, end, speaker))
            is_open = True
        elif speakers:
            is_open = False
    return alone


def count_followers(turns: Iterable[Turn]) -> dict[str, dict[str, int]]:
    """Count, for each speaker, how many times a turn of each other speaker follows.

    `turns` are in order of time. Successive turns of one speaker count as one.

    >>> count_followers([Turn(0, 1, "Ann"), Turn(2, 3, "Ann"), Turn(3, 4, "Bob"), Turn(4, 5, "Ann")])
    {'Ann': {'Bob': 1}, 'Bob': {'Ann': 1}}
    """
    followers: dict[str, dict[str, int]] = {}
    for turn, other in pairwise(turns):
        if turn.speaker != other.speaker:
            counts = followers.setdefault(turn.speaker, {})
            counts[other.speaker] = counts.get(other.speaker, 0) + 1
    return followers


def _longer(turn: Turn | None, other: Turn) -> Turn:
    """Return the longer of two turns; of equally long ones the first."""
    return turn if turn and turn.end - turn.start >= other.end - other.start else other
