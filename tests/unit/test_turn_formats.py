"""Formats of turns that are recognised by their content. The turns of each example can be read by eye."""

import gzip
import json

import pytest
from praatio import textgrid
from pympi import Eaf

from diarflow.errors import InputError
from diarflow.formats.recognition import (
    FORMATS,
    parse_annotation_file,
    read_annotation_file,
    recognized_formats,
)
from diarflow.formats.tiers import TierSelection
from diarflow.timeline.intervals import Turn

TURNS = [Turn(0.5, 2.0, "Ann"), Turn(1.5, 3.25, "Bob")]
CHAT = """\
@UTF8
@Begin
@Languages:\teng
@Participants:\tAnn Target_Child, Bob Mother
*Ann:\thello there . \x15500_2000\x15
*Ann:\tno time mark .
*Bob:\ta long
\tutterance . \x151500_3250\x15
@End
"""
SHORT_TEXTGRID = """\
File type = "ooTextFile"
Object class = "TextGrid"

0
4
<exists>
2
"IntervalTier"
"Ann"
0
4
3
0
0.5
""
0.5
2
"hello"
2
4
""
"IntervalTier"
"Bob"
0
4
3
0
1.5
"sil"
1.5
3.25
"hello"
3.25
4
""
"""
OBJECTS = [
    {"start": 0.5, "end": 2.0, "speaker": "Ann", "text": "hello"},
    {"start": 1.5, "end": 3.25, "speaker": "Bob"},
]
SEGLST = [
    {"session_id": "a", "start_time": "0.5", "end_time": "2.0", "speaker": "Ann", "words": "x"},
    {"session_id": "a", "start_time": 1.5, "end_time": 3.25, "speaker": "Bob", "words": ""},
    {"session_id": "b", "start_time": 9, "end_time": 10, "speaker": "Cy", "words": "y"},
]
LHOTSE = [
    {"id": str(index), "recording_id": "a", "start": turn.start, "duration": turn.end - turn.start,
     "channel": 0, "speaker": turn.speaker}
    for index, turn in enumerate(TURNS)
]  # fmt: skip
# file name: content, format, notes
EXAMPLES = {
    "x.rttm": ("SPEAKER a 1 0.5 1.5 <NA> <NA> Ann\nspeaker a 1 1.5 1.75 <NA> <NA> Bob\n", "RTTM", {}),
    "aliases.csv": ("Onset,offset,Label\n0.5,2,Ann\n1.5,3.25,Bob\n", "CSV", {}),
    "excel.csv": ("Speaker;Begin (s);End (s)\nAnn;0,5;2,0\nBob;1,5;3,25\n", "CSV", {}),
    "dur.txt": ("file\tstart\tdur\tspk\na\t0.5\t1.5\tAnn\na\t1.5\t1.75\tBob\nb\t0\t1\tCy\n", "CSV", {}),
    "x.TextGrid": (SHORT_TEXTGRID, "TextGrid", {"intervals without a label left out": 3,
                   "intervals labelled as pauses left out": 1}),
    "x.cha": (CHAT, "CHAT", {"utterances without a time mark left out": 1}),
    "x.stm": (";; comment\na 1 Ann 0.5 2.0 <o> hello there\na 1 inter_segment_gap 2 2.1 <o>\n"
              "a 1 Bob 1.5 3.25\nb 1 Cy 0 1 x\n", "STM", {"gaps of STM left out": 1}),
    # two words of Ann with a pause of 0.2 s are one turn
    "x.ctm": ("a 1 0.5 0.3 hello 0.9 lex Ann\na 1 1.0 1.0 there 0.9 lex Ann\na 1 1.2 0 uh 0.9 lex Ann\n"
              "a 1 1.5 1.75 yes 0.9 lex Bob\n", "CTM", {"words of zero length left out": 1}),
    "channels.ctm": ("a Ann 0.5 1.5 hello\na Bob 1.5 1.75 yes\n", "CTM", {}),
    "labels.txt": ("0,500000\t2,000000\tAnn\n\\\t100,0\t200,0\n1.5\t3.25\tBob\n2.5\t2.5\tpoint\n3\t4\t\n",
                   "Audacity labels", {"frequency ranges left out": 1, "labels of points left out": 1,
                                       "labels without text left out": 1}),
    "seglst.json": (json.dumps(SEGLST), "JSON", {}),
    "list.json": (json.dumps(OBJECTS), "JSON", {}),
    "whisperx.json": (json.dumps({"segments": [*OBJECTS, {"start": 3, "end": 4}], "language": "en"}),
                      "JSON", {"segments without a speaker left out": 1}),
    "pyannoteai.json": (json.dumps({"jobId": "1", "output": {"diarization": OBJECTS}}), "JSON", {}),
    "x.jsonl": ("\n".join(map(json.dumps, LHOTSE)), "JSON", {}),
}  # fmt: skip


def turns_in(path, selection=None, names=("a",)):
    """Return the turns and the notes of recording a, or of a file of one recording."""
    file = read_annotation_file(str(path), selection or TierSelection())
    names = [name for name in ([""] if file.is_nameless else names) if name in file.lines]
    result = parse_annotation_file(file, names)
    return sorted(result.all_turns()), dict(result.notes)


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_each_format_is_recognised_by_content_and_gives_the_same_turns(tmp_path, name, encoding):
    content, label, notes = EXAMPLES[name]
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    assert recognized_formats(path) == [label]
    assert turns_in(path) == (TURNS, notes)
    if not name.endswith("jsonl"):  # lines and whole files are distinguished by the ending
        renamed = path.rename(tmp_path / "renamed.dat")
        assert turns_in(renamed)[0] == TURNS


def test_every_format_has_an_example_or_a_test():
    assert {label for _, label, _ in EXAMPLES.values()} | {"EAF"} == set(FORMATS)


@pytest.mark.parametrize("missing", ["null", '""', '" "', "NaN"])
def test_a_segment_of_json_with_a_missing_speaker_is_left_out_and_counted(tmp_path, missing):
    path = tmp_path / "x.json"
    segments = [f'{{"start": 0, "end": 1, "speaker": {speaker}}}' for speaker in ('"nan"', missing)]
    path.write_text(f"[{', '.join(segments)}]")
    turns, notes = turns_in(path)
    assert turns == [Turn(0, 1, "nan")] and notes["segments without a speaker left out"] == 1


def test_lhotse_supervisions_may_be_compressed(tmp_path):
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, LHOTSE)).encode()))
    assert turns_in(path)[0] == TURNS


def kaldi(folder, **files):
    texts = {
        "segments": "u1 a 0.5 2.0\nu2 a 1.5 3.25\nu3 b 0 1\n",
        "utt2spk": "u1 Ann\nu2 Bob\nu3 Cy\n",
    } | files
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder


def test_a_kaldi_directory_names_its_recordings(tmp_path):
    assert turns_in(kaldi(tmp_path / "data")) == (TURNS, {})


def test_channels_of_a_kaldi_directory_are_those_of_the_files(tmp_path):
    places = "a call A\nb call B\n"
    path = kaldi(tmp_path / "data", reco2file_and_channel=places)
    result = parse_annotation_file(read_annotation_file(path), ["call"])
    assert {value: len(turns) for value, turns in result.turns.items()} == {"A": 2, "B": 1}


def test_an_utterance_of_kaldi_without_a_speaker_is_an_error_with_its_line(tmp_path):
    path = kaldi(tmp_path / "data", utt2spk="u1 Ann\nu3 Cy\n")
    with pytest.raises(InputError, match=r"data: segments line 2: utt2spk has no speaker of u2"):
        turns_in(path)


def test_intervals_that_stm_ignores_are_not_scored(tmp_path):
    path = tmp_path / "x.stm"
    path.write_text("a 1 x 0 5 IGNORE_TIME_SEGMENT_IN_SCORING\na 1 Ann 5 6 hi\n")
    result = parse_annotation_file(read_annotation_file(path), ["a"])
    assert result.unscored == {"1": [(0.0, 5.0)]} and result.all_turns() == [(5.0, 6.0, "Ann")]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.json", '{"text": "hi"}', "JSON with text; expected a list of turns, or one of segments"),
        ("x.json", '[{"start": 0, "end": 1}]', "no segment has a speaker"),
        ("x.json", '[{"start": 0}]', "entries have start; expected start, end"),
        ("x.json", "[1]", "entry 1 is no object"),
        ("x.json", '[\n{"start": 0,}]', ":2: not JSON"),
        ("x.json", json.dumps(OBJECTS)[:-1] + ', {"start": -1, "end": -2, "speaker": "x"}]',
         r"entry 3: end is -2, expected at least -1"),
        ("x.jsonl", '{"start": 0, "duration": -1, "speaker": "x"}\n', "line 1: duration is -1"),
        ("x.TextGrid", SHORT_TEXTGRID[:150], "not a readable TextGrid"),
        ("x.eaf", "<ANNOTATION_DOCUMENT", "not a readable EAF"),
        ("x.stm", "a 1 Ann 0 1 x\na 1 Ann 2 1 x\n", ":2: end is 1, expected at least 2"),
        ("x.dat", "a 1 2 3 4 x\n", "may be STM or CTM; expected the ending .stm or .ctm"),
        ("x.uem", "a 1 0 100\n", ":1: begins with a 1 0 100, expected RTTM, CSV, TextGrid"),
        ("x.csv", "start,end\n0,1\n", ":1: no column speaker; expected start"),
        ("x.csv", "start,end,speaker\n1,0,x\n", ":2: end is 0, expected at least 1"),
        ("x.csv", "start,end,speaker\n0,1,<NA>\n", ":2: speaker is <NA>, expected a name"),
    ],
)  # fmt: skip
def test_a_damaged_or_ambiguous_file_is_an_error_with_its_place(tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError, match=message) as error:
        turns_in(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


# --- tiers --------------------------------------------------------------------------------------


def textgrid_of(path, **tiers):
    """Write a TextGrid of 10 s with these interval tiers."""
    grid = textgrid.Textgrid(0, 10)
    for name, entries in tiers.items():
        grid.addTier(textgrid.IntervalTier(name, entries, 0, 10))
    grid.save(str(path), format="long_textgrid", includeBlankSpaces=True)
    return path


def test_a_tier_named_speaker_has_the_speakers_as_labels(tmp_path):
    path = textgrid_of(
        tmp_path / "x.TextGrid", words=[(0, 1, "hi")], Speaker=[(0.5, 2.0, "Ann"), (2.5, 3, "Bob")]
    )
    turns, notes = turns_in(path)
    assert [turn.speaker for turn in turns] == ["Ann", "Bob"] and notes["tiers left out"] == 1


def test_a_person_named_speaker_hides_no_other_person(tmp_path):
    """Exports and other tools write the name of the tier as the label of each interval."""
    path = textgrid_of(tmp_path / "x.TextGrid", SPEAKER=[(0, 1, "SPEAKER")], Ann=[(1, 2, "Ann")])
    assert turns_in(path)[0] == [Turn(0, 1, "SPEAKER"), Turn(1, 2, "Ann")]


def test_tiers_of_words_and_phones_are_no_speakers(tmp_path):
    tiers = {
        f"{name} - {kind}": [(0, 1, "x")] for name in ("Ann", "Bob") for kind in ("words", "phones")
    }
    path = textgrid_of(tmp_path / "x.TextGrid", **tiers)
    with pytest.raises(
        InputError, match=r"tiers Ann - words, .* do not look like speakers; set annot"
    ):
        turns_in(path)
    turns, notes = turns_in(path, TierSelection(("* - words",)))
    assert [turn.speaker for turn in turns] == ["Ann", "Bob"] and notes["tiers left out"] == 2
    with pytest.raises(
        InputError,
        match=r"no tier matches Cy .annotations.tiers.; the file has the tiers Ann - words",
    ):
        turns_in(path, TierSelection(("Cy",)))


def test_repeated_labels_of_an_only_tier_may_be_speakers(tmp_path):
    entries = [(start, start + 1, "AnnBob"[start % 2 * 3 :][:3]) for start in range(4)]
    path = textgrid_of(tmp_path / "x.TextGrid", who=entries)
    with pytest.raises(InputError, match=r"the only tier, who, are repeated and may be speakers"):
        turns_in(path)
    found = {
        kind: {turn.speaker for turn in turns_in(path, TierSelection((), kind))[0]}
        for kind in ("tier", "label")
    }
    assert found == {"tier": {"who"}, "label": {"Ann", "Bob"}}


def test_a_silent_speaker_has_an_empty_tier(tmp_path):
    path = eaf_of(tmp_path / "x.eaf", {"Ann": [(0, 1000, "hi")], "Bob": [], "notes": []})
    assert turns_in(path) == ([(0.0, 1.0, "Ann")], {})
    assert turns_in(path, TierSelection(("Bob",)))[0] == []


def test_labels_of_any_tier_are_speakers_if_the_setting_says_so(tmp_path):
    path = textgrid_of(tmp_path / "x.TextGrid", who=[(0, 1, "Ann"), (1, 2, "Bob")])
    assert {turn.speaker for turn in turns_in(path)[0]} == {"who"}
    turns, _ = turns_in(path, TierSelection((), "label"))
    assert [turn.speaker for turn in turns] == ["Ann", "Bob"]


def eaf_of(path, annotations, participants=()):
    document = Eaf()
    document.remove_tier("default")
    for name, entries in annotations.items():
        document.add_tier(name, part=dict(participants).get(name))
        for start, end, value in entries:
            document.add_annotation(name, start, end, value)
    document.to_file(str(path))
    return path


def test_the_participant_of_an_eaf_tier_is_its_speaker_and_dependent_tiers_are_left_out(tmp_path):
    path = eaf_of(
        tmp_path / "x.eaf",
        {"A_text": [(500, 2000, "hi")], "B_text": [(1500, 3250, "")]},
        {"A_text": "Ann", "B_text": "Bob"},
    )
    document = Eaf(str(path), suppress_version_warning=True)
    document.add_linguistic_type("ref", "Symbolic_Association")
    document.add_tier("A_translation", "ref", parent="A_text")
    document.add_ref_annotation("A_translation", "A_text", 600, "salut")
    document.to_file(str(path))
    assert turns_in(path) == (TURNS, {"dependent tiers left out": 1})
