"""Words of transcripts: readers, times, speakers and cues."""

import json

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.errors import InputError
from diarflow.exports import EXPORTS
from diarflow.exports.recording import ExportedRecording
from diarflow.timeline.intervals import Turn
from diarflow.transcripts.assignment import MAX_DISTANCE, assign_words
from diarflow.transcripts.cues import LINE_LENGTH, MAX_DURATION, make_cues
from diarflow.transcripts.reading import read_transcript
from diarflow.transcripts.words import TimedText, Word, place_words

WHISPERX = {
    "segments": [
        {
            "start": 0.0, "end": 1.5, "text": " Hello you.",
            "words": [
                {"word": "Hello", "start": 0.1, "end": 0.5, "score": 0.9},
                {"word": "you.", "start": 0.6, "end": 1.5},
            ],
        },
        {"start": 2.0, "end": 3.0, "text": " In 2014", "words": [{"word": "In", "start": 2.0, "end": 2.5}, {"word": "2014"}]},
    ]
}  # fmt: skip
WHISPER_CPP = {
    "transcription": [
        {
            "offsets": {"from": 0, "to": 1500}, "text": " Hello you.",
            "tokens": [
                {"text": "[_BEG_]", "offsets": {"from": 0, "to": 0}},
                {"text": " He", "offsets": {"from": 100, "to": 300}},
                {"text": "llo", "offsets": {"from": 300, "to": 500}},
                {"text": " you", "offsets": {"from": 600, "to": 1400}},
                {"text": ".", "offsets": {"from": 1400, "to": 1500}},
            ],
        }
    ]
}  # fmt: skip
EXPECTED = [TimedText(0.1, 0.5, "Hello", 0), TimedText(0.6, 1.5, "you.", 0)]


def write(tmp_path, content, name="t.json"):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.json", {"segments": WHISPERX["segments"][:1]}),
        ("t.json", WHISPERX["segments"][:1]),
        ("t.json", WHISPER_CPP),
        ("t.json", {"words": [{"text": "Hello", "start": 0.1, "end": 0.5}, {"text": "you.", "start": 0.6, "end": 1.5}]}),
        ("t.ctm", "a 1 0.1 0.4 Hello\n;; comment\na 1 0.6 0.9 you. 0.9\n"),
    ],
    ids=["whisperX", "list of segments", "whisper.cpp", "words", "CTM"],
)  # fmt: skip
def test_every_form_of_transcript_has_the_same_words(tmp_path, name, content):
    words = read_transcript(write(tmp_path, content, name))
    assert [(w.start, pytest.approx(w.end), w.text) for w in words] == [w[:3] for w in EXPECTED]


def test_segments_without_words_are_units(tmp_path):
    path = write(tmp_path, {"segments": [{"start": 0, "end": 2, "text": " one two "}]})
    assert read_transcript(path) == [TimedText(0.0, 2.0, "one two", 0)]


@pytest.mark.parametrize("content", ["", "hello", "{}", '{"segments": 1}', "[1]", '[{"word": "a", "start": "x"}]'])  # fmt: skip
def test_another_file_is_one_line(tmp_path, content):
    with pytest.raises(InputError) as error:
        read_transcript(write(tmp_path, content))
    assert "t.json" in str(error.value) and len(str(error.value)) <= 300


def test_a_word_without_times_lies_between_its_neighbours(tmp_path):
    words, interpolated, left_out = place_words(read_transcript(write(tmp_path, WHISPERX)))
    assert (words[3].start, words[3].end, interpolated, left_out) == (2.5, 2.5, 1, 0)
    assert [word.sentence for word in words] == [0, 0, 1, 1]


def test_words_without_times_share_a_gap_and_join_the_end_of_the_segment():
    texts = [TimedText(1.0, 2.0, "a"), TimedText(None, None, "b"), TimedText(3.0, 2.5, "c"), TimedText(4.0, 5.0, "d"),
             TimedText(None, None, "e"), TimedText(None, None, "f", 1), TimedText(7.0, 8.0, "g", 1)]  # fmt: skip
    words, interpolated, left_out = place_words(texts)
    assert [word[:2] for word in words] == [(1, 2), (2, 3), (3, 4), (4, 5), (5, 5), (7, 7), (7, 8)]
    assert (interpolated, left_out) == (4, 0)


def test_words_of_a_segment_without_any_times_are_counted():
    assert place_words([TimedText(None, None, "a", 0)]) == ([], 0, 1)


TURNS = [Turn(0.0, 2.0, "Ann"), Turn(2.0, 4.0, "Bob")]


def test_a_word_belongs_to_the_speaker_who_speaks_most_during_it():
    words = [
        Word(1.5, 2.2, "a", 0),
        Word(1.9, 2.5, "b", 1),
        Word(5.0, 5.2, "c", 2),
        Word(9, 9.5, "d", 3),
    ]
    assigned = assign_words(words, TURNS)
    assert [word.speaker for word in assigned.words] == ["Ann", "Bob", "Bob", ""]
    assert assigned[1:] == (1, 1, 0)


def test_a_sentence_stays_together_if_more_than_two_thirds_belong_to_a_speaker():
    words = [
        Word(0.1 + 0.6 * i, 0.5 + 0.6 * i, str(i), 0) for i in range(4)
    ]  # the last one after 2 s
    assert [w.speaker for w in assign_words(words, TURNS).words] == ["Ann"] * 4
    apart = assign_words(words, TURNS, keep_sentences=False)
    assert [w.speaker for w in apart.words] == ["Ann", "Ann", "Ann", "Bob"]
    words = [word._replace(start=word.start + 1, end=word.end + 1) for word in words]
    assert [w.speaker for w in assign_words(words, TURNS).words] == ["Ann", "Ann", "Bob", "Bob"]


def test_a_sentence_stays_together_although_another_speaker_interrupts_it():
    """Three of four words belong to Ann, and Bob's word is between them."""
    sentence = [Word(0, 1, "How", 0), Word(1, 1.5, "do", 0), Word(1.5, 2, "you", 0), Word(2, 3, "do?", 0)]  # fmt: skip
    words = [*sentence[:2], Word(1.2, 1.4, "Yes.", 1), *sentence[2:]]
    turns = [Turn(0, 2, "Ann"), Turn(1.2, 3, "Bob")]
    assigned = assign_words(words, turns, keep_sentences=True)
    assert [word.text for word in assigned.words] == ["How", "do", "Yes.", "you", "do?"]
    assert [word.speaker for word in assigned.words] == ["Ann"] * 5 and assigned.moved == 1
    words = [word._replace(speaker="Bob" if word.sentence else "Ann") for word in assigned.words]
    assert [cue[:3] for cue in make_cues(words)] == [(0, 3, "Ann"), (1.2, 1.4, "Bob")]
    assert make_cues(words)[0].lines == ("How do you do?",)


def reference_speaker(word, turns):
    """Return the speaker with the largest intersection, as whisperX documents `assign_word_speakers` with fill_nearest."""
    times = {}
    for turn in turns:
        shared = min(turn.end, word.end) - max(turn.start, word.start)
        if shared > 0:
            times[turn.speaker] = times.get(turn.speaker, 0) + shared
    return times


times = st.floats(0, 100).map(lambda value: round(value, 2))
turns = st.lists(st.builds(lambda s, d, n: Turn(s, s + d, n), times, st.floats(0.1, 9), st.sampled_from("abc")), max_size=12)  # fmt: skip
words = st.lists(st.builds(lambda s, d: Word(s, s + d, "x"), times, st.floats(0.05, 2)), max_size=12)  # fmt: skip


@given(words, turns)
def test_assignment_agrees_with_a_search_over_all_turns(words, turns):
    for word in assign_words(words, turns, keep_sentences=False).words:
        times = reference_speaker(word, turns)
        if times:
            assert times[word.speaker] == pytest.approx(max(times.values()))
        else:
            gaps = [max(turn.start - word.end, word.start - turn.end) for turn in turns]
            assert bool(word.speaker) == any(gap <= MAX_DISTANCE for gap in gaps)


def test_cues_have_two_lines_and_one_speaker():
    text = [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
    ]
    words = [Word(0.3 * i, 0.3 * i + 0.25, word, 0, "Ann") for i, word in enumerate(text)]
    cues = make_cues([*words, Word(6.0, 6.5, "No.", 1, "Bob")])
    assert " ".join(line for cue in cues for line in cue.lines) == " ".join([*text, "No."])
    assert all(len(cue.lines) <= 2 and max(map(len, cue.lines)) <= LINE_LENGTH for cue in cues)
    assert all(cue.end - cue.start <= MAX_DURATION for cue in cues)
    assert [cue.speaker for cue in cues] == ["Ann"] * (len(cues) - 1) + ["Bob"]


def test_a_cue_has_two_lines_although_a_third_is_short():
    """Broken at 42 characters, these 84 characters need three lines."""
    text = "Everybody knew the parts of the others, and the oldest violin gave the beat with her"
    cues = make_cues(
        [Word(0.2 * i, 0.2 * i + 0.2, word, 0, "Ann") for i, word in enumerate(text.split())]
    )
    assert [len(cue.lines) for cue in cues] == [2, 1] and cues[1].lines == ("her",)


def test_the_name_of_the_speaker_counts_for_the_length_of_a_line():
    text = "Shall we begin with the first years of the orchestra, before the hall was built?"
    words = tuple(Word(0.2 * i, 0.2 * i + 0.2, word, 0, "SPEAKER_00") for i, word in enumerate(text.split()))  # fmt: skip
    recording = ExportedRecording("a", "a", "s", (), words=words)
    cues = pysubs2.SSAFile.from_string(EXPORTS["srt"].load().render(recording))
    lines = [line for cue in cues for line in cue.plaintext.split("\n")]
    assert lines == ["SPEAKER_00: Shall we begin with the first", "years of the orchestra, before the hall", "SPEAKER_00: was built?"]  # fmt: skip
    assert max(map(len, lines)) <= LINE_LENGTH


def test_tiers_lose_no_word_of_utterances_that_overlap():
    """Sentence 1 is inside sentence 0, sentence 2 begins in it, sentence 3 has no duration."""
    words = (Word(0, 4, "One", 0, "Ann"), Word(1, 2, "two", 1, "Ann"), Word(3, 5, "three", 2, "Ann"), Word(6, 6, "four", 3, "Ann"))  # fmt: skip
    recording = ExportedRecording("a", "a", "s", (Turn(0, 6, "Ann"),), words=words)
    assert recording.tiers == {"Ann": [(0, 4, "One two"), (4, 5, "three"), (6, 6.001, "four")]}
    text = EXPORTS["textgrid"].load().render(recording)
    assert all(word.text in text for word in words) and "xmax = 6.001" in text


SPOKEN = ExportedRecording(
    "a", "a", "s", tuple(TURNS), "", (), 5.0,
    words=(Word(0.5, 1.0, "Hello", 0, "Ann"), Word(1.0, 1.5, "you.", 0, "Ann"), Word(2.5, 3.0, "Yes?", 1, "Bob")),
)  # fmt: skip


def test_exports_contain_the_text():
    rendered = {
        name: EXPORTS[name].load().render(SPOKEN)
        for name in ("srt", "vtt", "csv", "stm", "ctm", "eaf", "textgrid")
    }
    assert [event.plaintext for event in pysubs2.SSAFile.from_string(rendered["srt"])] == [
        "Ann: Hello you.",
        "Bob: Yes?",
    ]
    assert "<v Bob>Yes?</v>" in rendered["vtt"]
    assert rendered["csv"].splitlines()[1] == "a,0.500,1.500,Ann,Hello you."
    assert rendered["stm"].splitlines()[1] == "a 1 Bob 2.500 3.000 Yes?"
    assert rendered["ctm"].splitlines()[2] == "a 1 2.500 0.500 Yes? NA lex Bob"
    assert "Hello you." in rendered["eaf"] and "Hello you." in rendered["textgrid"]
    assert json.loads(EXPORTS["json"].load().render(SPOKEN))["words"][2]["speaker"] == "Bob"
