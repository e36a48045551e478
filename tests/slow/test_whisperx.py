"""Speakers of words, compared with `assign_word_speakers` of whisperX.

`make test-slow` installs whisperX without its dependencies, which are in conflict with other packages. Its module is
loaded with stand-ins for the packages that it imports and that the assignment does not use; NumPy and pandas are real.
"""

import importlib
import sys
from types import ModuleType
from unittest.mock import MagicMock

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diarflow.timeline.intervals import Turn
from diarflow.transcripts.assignment import MAX_DISTANCE, assign_words
from diarflow.transcripts.words import Word, place_words

pytestmark = pytest.mark.slow
pytest.importorskip("whisperx", reason="whisperX is not installed; see `make test-slow`")
_UNUSED = ("torch", "pyannote.audio", "whisperx.audio")


@pytest.fixture(scope="module")
def whisperx_assignment():
    """Return the function of whisperX."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _UNUSED:
            module = ModuleType(name)
            module.__getattr__ = lambda name: MagicMock()
            patch.setitem(sys.modules, name, module)
        yield importlib.import_module("whisperx.diarize").assign_word_speakers
    del sys.modules["whisperx.diarize"]


@pytest.fixture(scope="module")
def assign_as_whisperx(whisperx_assignment):
    """Return a function that returns the speaker of each word of one segment, "" without one."""

    def assign(words, turns, *, fill_nearest=False):
        entries = [{"word": word.text, "start": word.start, "end": word.end} for word in words]
        frame = pd.DataFrame(sorted(turns), columns=["start", "end", "speaker"])
        segment = {"start": 0.0, "end": 100.0, "words": entries}
        whisperx_assignment(frame, {"segments": [segment]}, fill_nearest=fill_nearest)
        return [entry.get("speaker", "") for entry in entries]

    return assign


def own_speakers(words, turns):
    """Return the speakers of words without regard to sentences."""
    return [word.speaker for word in assign_words(words, turns, keep_sentences=False).words]


def is_covered(word, turns):
    """Return whether a word shares time with a turn."""
    return any(min(word.end, turn.end) > max(word.start, turn.start) for turn in turns)


# 64ths of a second, so that sums are exact and ties are frequent
times = st.integers(0, 60 * 64).map(lambda number: number / 64)
lengths = st.integers(1, 5 * 64).map(lambda number: number / 64)
turns = st.lists(
    st.builds(lambda start, length, name: Turn(start, start + length, name), times, lengths, st.sampled_from("abc")),
    max_size=20,
)  # fmt: skip
words = st.lists(
    st.builds(lambda start, length: Word(start, start + length / 4, "x"), times, lengths),
    max_size=20,
).map(sorted)


@settings(max_examples=500, deadline=None)
@given(words=words, turns=turns)
def test_words_in_turns_have_the_speakers_of_whisperx(assign_as_whisperx, words, turns):
    """Turns may overlap, also those of one speaker. Words outside all turns have no speaker in whisperX."""
    for word, own, other in zip(
        words, own_speakers(words, turns), assign_as_whisperx(words, turns), strict=True
    ):
        if is_covered(word, turns):
            assert own == other
        else:
            assert other == ""


@settings(max_examples=500, deadline=None)
@given(words=words, turns=turns)
def test_a_word_in_a_gap_belongs_to_the_nearest_turn_in_both_if_turns_have_one_length(
    assign_as_whisperx, words, turns
):
    """With turns of one length, the turn with the nearest middle is the nearest turn. Ties are left out."""
    turns = [turn._replace(end=turn.start + 2) for turn in turns]
    others = assign_as_whisperx(words, turns, fill_nearest=True)
    for word, own, other in zip(words, own_speakers(words, turns), others, strict=True):
        gaps = sorted(max(turn.start - word.end, word.start - turn.end) for turn in turns)
        if is_covered(word, turns) or (len(gaps) > 1 and gaps[0] == gaps[1]):
            continue
        # whisperX has no limit
        assert own == (other if gaps and gaps[0] <= MAX_DISTANCE else "")


def test_a_word_in_a_gap_belongs_to_the_turn_with_the_nearest_border_and_in_whisperx_middle(
    assign_as_whisperx,
):
    """The word is 0.1 s after a turn of 20 s, whose middle is 10 s away, and 1 s before a turn of 1 s."""
    turns, words = [Turn(0, 20, "Ann"), Turn(21.5, 22.5, "Bob")], [Word(20.1, 20.5, "so")]
    assert assign_as_whisperx(words, turns, fill_nearest=True) == ["Bob"]
    assert own_speakers(words, turns) == ["Ann"]


def test_a_word_without_duration_has_the_speaker_of_its_turn_and_none_in_whisperx(
    assign_as_whisperx,
):
    turns, words = [Turn(0, 5, "Ann")], [Word(1, 1, "so")]
    assert assign_as_whisperx(words, turns) == [""]
    assert own_speakers(words, turns) == ["Ann"]


def test_a_word_without_times_is_placed_here_and_left_out_in_whisperx(
    whisperx_assignment, tmp_path
):
    from diarflow.transcripts.reading import read_transcript

    segment = {
        "start": 0.0, "end": 2.0,
        "words": [{"word": "in", "start": 0.0, "end": 0.5}, {"word": "2014"}, {"word": "then", "start": 1.5, "end": 2.0}],
    }  # fmt: skip
    path = tmp_path / "a.json"
    path.write_text(pd.Series({"segments": [segment]}).to_json())
    placed, _, _ = place_words(read_transcript(path))
    assert own_speakers(placed, [Turn(0, 5, "Ann")]) == ["Ann"] * 3
    frame = pd.DataFrame([Turn(0, 5, "Ann")], columns=["start", "end", "speaker"])
    whisperx_assignment(frame, {"segments": [segment]})
    assert [word.get("speaker") for word in segment["words"]] == ["Ann", None, "Ann"]


def test_sentences_stay_together_here_and_whisperx_divides_them(assign_as_whisperx):
    """Three of four words belong to Ann."""
    turns = [Turn(0, 3, "Ann"), Turn(3, 5, "Bob")]
    words = [Word(number, number + 0.5, "x") for number in range(4)]
    assert assign_as_whisperx(words, turns) == ["Ann", "Ann", "Ann", "Bob"]
    assert [word.speaker for word in assign_words(words, turns).words] == ["Ann"] * 4
