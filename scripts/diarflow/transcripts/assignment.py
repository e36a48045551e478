"""Speakers of words, from the turns of a system."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from diarflow.timeline.intervals import Seconds, Turn
from diarflow.transcripts.words import Word, sentences

MAX_DISTANCE: Seconds = 2.0  # of a word from the nearest turn
_MAJORITY = 2 / 3  # share of a sentence's words


class Assigned(NamedTuple):
    """Words with their speakers, and three counts of words.

    `nearest`: outside all turns, with the speaker of the nearest one, before sentences are considered.
    `without_speaker`: without a speaker. `moved`: with another speaker than their own because of their sentence.
    """

    words: list[Word]
    nearest: int
    without_speaker: int
    moved: int

    def notes(self, *, interpolated: int, left_out: int) -> dict[str, int]:
        """Return what was guessed, moved or left out, by its description, with the counts of `place_words`."""
        return {
            "words with interpolated times": interpolated,
            "words without times left out": left_out,
            "words assigned to the nearest turn": self.nearest,
            "words without a speaker": self.without_speaker,
            "words moved to the speaker of their sentence": self.moved,
        }


def assign_words(
    words: Sequence[Word], turns: Iterable[Turn], *, keep_sentences: bool = True
) -> Assigned:
    """Assign each word to the speaker who speaks most during it.

    A word outside all turns belongs to the nearest turn, if that is at most MAX_DISTANCE away. With `keep_sentences`,
    a sentence of which one speaker has more than two thirds of the words belongs to that speaker.

    >>> words = [Word(0.0, 0.4, "Yes"), Word(0.5, 0.9, "I"), Word(1.0, 1.4, "do"), Word(1.5, 1.9, "so.")]
    >>> assigned = assign_words(words, [Turn(0.0, 1.45, "Ann"), Turn(1.45, 3.0, "Bob")])
    >>> [word.speaker for word in assigned.words], assigned.moved
    (['Ann', 'Ann', 'Ann', 'Ann'], 1)
    """
    turns = sorted(turns)
    nearest = without = moved = 0
    chosen = []
    first = 0
    ends = _latest_ends(turns)
    for word in sorted(words, key=lambda word: (word.start, word.end)):
        while first < len(turns) and ends[first] < word.start - MAX_DISTANCE:
            first += 1
        speaker, is_nearest = _speaker_of(word, turns, first)
        nearest += is_nearest
        without += not speaker
        chosen.append(word._replace(speaker=speaker))
    if not keep_sentences:
        return Assigned(chosen, nearest, without, 0)
    result: list[Word] = []
    for sentence in sentences(chosen):
        speaker, count = Counter(word.speaker for word in sentence).most_common(1)[0]
        if speaker and count > _MAJORITY * len(sentence):
            moved += len(sentence) - count
            without -= sum(not word.speaker for word in sentence)
            sentence = [word._replace(speaker=speaker) for word in sentence]
        result += sentence
    result.sort(key=lambda word: (word.start, word.end))
    return Assigned(result, nearest, without, moved)


def _latest_ends(turns: Sequence[Turn]) -> list[Seconds]:
    """Return the latest end of the turns up to each turn, so that turns before an index can be skipped."""
    ends: list[Seconds] = []
    for turn in turns:
        ends.append(max(turn.end, ends[-1]) if ends else turn.end)
    return ends


def _speaker_of(word: Word, turns: Sequence[Turn], first: int) -> tuple[str, bool]:
    """Return the speaker of a word, "" if no turn is near, and whether it is that of the nearest turn."""
    times: dict[str, Seconds] = {}
    distance, near = MAX_DISTANCE, ""
    for turn in islice(turns, first, None):
        if turn.start > word.end + MAX_DISTANCE:
            break
        shared = min(turn.end, word.end) - max(turn.start, word.start)
        if shared > 0:
            times[turn.speaker] = times.get(turn.speaker, 0.0) + shared
        elif -shared <= distance and (-shared < distance or not near):
            distance, near = -shared, turn.speaker
    if times:
        return max(times, key=lambda speaker: (times[speaker], -list(times).index(speaker))), False
    return near, bool(near)
