"""Exports, read back by other libraries."""

import csv
import gzip
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pysubs2
import pytest
import soundfile
from hypothesis import example, given, settings
from hypothesis import strategies as st
from praatio import textgrid
from pympi import Eaf

from diarflow.exports import EXPORTS, FOLDER
from diarflow.exports.cuts import remove_cuts, write_cuts
from diarflow.exports.recording import ExportedRecording
from diarflow.formats.rttm import read_turns
from diarflow.timeline.intervals import Turn, merge_turns

TURNS = (Turn(0.5, 2.0, "Ann"), Turn(1.5, 3.25, "Bob & Co"), Turn(62.0, 3725.062, "Ann"))
CALL = ExportedRecording(
    "my call", "my call", "best", TURNS, "/audio/my call.m4a", ("/prepared/my call.wav",), 4000.0
)
EMPTY = ExportedRecording("empty", "empty", "best", ())
TEXTS = [name for name, export in EXPORTS.items() if export.file]


def rendered(name, recording=CALL):
    return EXPORTS[name].load().render(recording)


@pytest.mark.parametrize("name", ["srt", "vtt"])
def test_subtitles_have_a_cue_for_each_turn(name):
    cues = pysubs2.SSAFile.from_string(rendered(name), format_=name)
    assert [(cue.start, cue.end) for cue in cues] == [
        (500, 2000),
        (1500, 3250),
        (62_000, 3_725_062),
    ]
    assert "Ann" in cues[0].plaintext


def test_the_speaker_of_a_webvtt_cue_is_its_voice():
    assert "01:02:05.062\n<v Ann>Ann</v>" in rendered("vtt")
    assert "<v Bob &amp; Co>Bob &amp; Co</v>" in rendered("vtt")


def test_a_subrip_cue_is_the_name_of_the_speaker():
    assert rendered("srt").startswith("1\n00:00:00,500 --> 00:00:02,000\nAnn\n\n2\n")


def test_the_json_satisfies_its_schema():
    schema = json.loads((FOLDER / "recording.schema.json").read_text())
    for recording in (CALL, EMPTY):
        jsonschema.validate(json.loads(rendered("json", recording)), schema)
    document = json.loads(rendered("json"))
    assert document["turns"][1] == {"start": 1.5, "end": 3.25, "speaker": "Bob & Co", "channel": 1}
    assert document["speakers"][0] == {"name": "Ann", "seconds": 3664.562}


def test_the_csv_has_a_row_for_each_turn():
    rows = list(csv.reader(io.StringIO(rendered("csv"))))
    assert rows[:2] == [
        ["recording", "start", "end", "speaker", "text"],
        ["my call", "0.500", "2.000", "Ann", ""],
    ]
    assert len(rows) == 4


SURE = replace(CALL, confidences=(0.95, 0.5, 1.0))


def test_the_confidence_of_each_turn_is_in_json_csv_and_rttm(tmp_path):
    schema = json.loads((FOLDER / "recording.schema.json").read_text())
    document = json.loads(rendered("json", SURE))
    jsonschema.validate(document, schema)
    assert [turn["confidence"] for turn in document["turns"]] == [0.95, 0.5, 1.0]
    rows = list(csv.DictReader(io.StringIO(rendered("csv", SURE))))
    assert [row["confidence"] for row in rows] == ["0.9500", "0.5000", "1.0000"]
    path = tmp_path / "a.rttm"
    path.write_text(rendered("rttm", SURE))
    assert [line.split()[8] for line in path.read_text().splitlines()] == [
        "0.9500",
        "0.5000",
        "1.0000",
    ]
    names = ["Ann", "Bob_&_Co", "Ann"]
    assert [turn.speaker for turn in read_turns(path)] == names
    path.write_text(rendered("rttm"))
    assert [turn.speaker for turn in read_turns(path)] == names
    assert "confidence" not in rendered("json") + rendered("csv")


def read_grid(text, folder):
    path = Path(folder, "a.TextGrid")
    path.write_text(text, encoding="utf-8")
    grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=False)
    return [
        Turn(start, end, speaker)
        for speaker in grid.tierNames
        for start, end, _ in grid.getTier(speaker).entries
    ], grid.maxTimestamp  # fmt: skip


def test_a_textgrid_has_a_tier_for_each_speaker(tmp_path):
    turns, end = read_grid(rendered("textgrid"), tmp_path)
    assert sorted(turns) == sorted(TURNS) and end == 4000


def read_eaf(text, folder):
    path = Path(folder, "a.eaf")
    path.write_text(text, encoding="utf-8")
    document = Eaf(str(path))
    return [
        Turn(start / 1000, end / 1000, speaker)
        for speaker in document.get_tier_names()
        for start, end, *_ in document.get_annotation_data_for_tier(speaker)
    ], document  # fmt: skip


def test_an_elan_document_has_a_tier_for_each_speaker_and_the_source(tmp_path):
    turns, document = read_eaf(rendered("eaf"), tmp_path)
    assert sorted(turns) == sorted(TURNS)
    assert document.get_linked_files()[0]["MEDIA_URL"] == "file:///audio/my%20call.m4a"
    assert rendered("eaf") == rendered("eaf")


def test_audacity_labels_have_tabs():
    assert rendered("audacity").splitlines()[0] == "0.500000\t2.000000\tAnn"


def test_a_segment_of_stm_has_no_spaces_in_names():
    assert rendered("stm").splitlines()[1] == "my_call 1 Bob_&_Co 1.500 3.250"


def test_a_label_studio_task_has_a_region_for_each_turn():
    (task,) = json.loads(rendered("label-studio"))
    assert task["data"]["audio"] == "/audio/my call.m4a"
    regions = task["predictions"][0]["result"]
    assert [region["value"]["labels"] for region in regions] == [["Ann"], ["Bob & Co"], ["Ann"]]
    assert regions[0]["value"]["end"] == 2.0 and regions[0]["original_length"] == 4000


def test_a_kaldi_directory_is_sorted_and_consistent():
    files = EXPORTS["kaldi"].load().render_corpus([CALL, EMPTY])
    assert set(files) == set(EXPORTS["kaldi"].corpus_files)
    for text in files.values():
        lines = text.splitlines()
        assert lines == sorted(lines, key=str.encode)
    utterances = {line.split()[0]: line.split()[1:] for line in files["segments"].splitlines()}
    assert utterances["my_call-Ann-000000500-000002000"] == ["my_call", "0.500", "2.000"]
    speakers = dict(line.split() for line in files["utt2spk"].splitlines())
    assert speakers.keys() == utterances.keys()
    assert all(utterance.startswith(speaker) for utterance, speaker in speakers.items())
    inverse = {line.split()[0]: line.split()[1:] for line in files["spk2utt"].splitlines()}
    assert {u: s for s, names in inverse.items() for u in names} == speakers


def test_lhotse_manifests_have_a_supervision_for_each_turn():
    files = EXPORTS["lhotse"].load().render_corpus([CALL])
    lines = gzip.decompress(files["supervisions.jsonl.gz"]).decode().splitlines()
    assert json.loads(lines[1]) == {
        "id": "my call-00001", "recording_id": "my call", "start": 1.5, "duration": 1.75, "channel": 0,
        "speaker": "Bob & Co",
    }  # fmt: skip
    (recording,) = map(json.loads, gzip.decompress(files["recordings.jsonl.gz"]).splitlines())
    assert recording["num_samples"] == 64_000_000


def test_cuts_are_the_samples_of_the_turns_and_replace_those_of_an_earlier_export(tmp_path):
    samples = np.arange(-16_000, 16_000, dtype=np.int16)
    soundfile.write(tmp_path / "a.wav", samples, 16_000)
    turns = (Turn(0.25, 0.5, "Ann"), Turn(1.5, 2.5, "../Bob"))
    recording = ExportedRecording("a", "a", "best", turns, "", (str(tmp_path / "a.wav"),), 2.0)
    table = tmp_path / "cuts/a.csv"
    write_cuts(table.with_suffix(""), recording)
    table.write_text(rendered("cuts", recording))
    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    assert [row["file"] for row in rows] == ["a/0000_Ann.flac", "a/0001____Bob.flac"]
    for row, (start, end) in zip(rows, [(4000, 8000), (24_000, 32_000)], strict=True):
        cut, rate = soundfile.read(table.parent / row["file"], dtype="int16")
        np.testing.assert_array_equal(cut, samples[start:end])
        assert rate == 16_000
    (table.parent / "a/mine.flac").touch()
    remove_cuts(table)
    assert [path.name for path in (table.parent / "a").iterdir()] == ["mine.flac"]


@pytest.mark.parametrize("name", TEXTS)
def test_a_recording_without_turns_has_a_valid_export(name, tmp_path):
    text = rendered(name, EMPTY)
    if name == "textgrid":
        assert read_grid(text, tmp_path)[0] == []
    if name == "eaf":
        assert read_eaf(text, tmp_path)[0] == []
    if name == "vtt":
        assert text.startswith("WEBVTT")
    assert not re.search("Ann\\b|Bob", text)


milliseconds = st.integers(0, 10_000_000)
names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
turns = st.lists(
    st.builds(
        lambda start, length, name: Turn(start / 1000, (start + length) / 1000, name),
        milliseconds, st.integers(1, 100_000), names,
    ),
    max_size=12,
).map(merge_turns)  # fmt: skip


@settings(deadline=None)  # files, on a disk that others use too
@given(turns)
@example([Turn(0.0, 1.0, "default")])  # the tier of an empty ELAN document
def test_a_textgrid_and_an_elan_document_lose_no_turn(tmp_path_factory, turns):
    folder = tmp_path_factory.mktemp("exports")
    recording = ExportedRecording("a", "a", "best", tuple(turns))
    for name, read in (("textgrid", read_grid), ("eaf", read_eaf)):
        found, _ = read(rendered(name, recording), folder)
        assert sorted(found) == turns


def test_a_turn_of_less_than_a_millisecond_is_in_every_export(tmp_path):
    turns = (Turn(1.0, 1.0004, "a"), Turn(1.00045, 1.000475, "a"), Turn(3.0, 4.0, "b"))
    short = ExportedRecording("r", "r", "best", turns)
    for name in ("srt", "vtt"):
        cues = pysubs2.SSAFile.from_string(rendered(name, short), format_=name)
        assert [cue.end - cue.start for cue in cues] == [1, 1, 1000]
    found, _ = read_eaf(rendered("eaf", short), tmp_path)
    assert found == [Turn(1.0, 1.001, "a"), Turn(1.001, 1.002, "a"), Turn(3.0, 4.0, "b")]
    files = EXPORTS["kaldi"].load().render_corpus([short])
    assert len({line.split()[0] for line in files["segments"].splitlines()}) == 3
    lines = gzip.decompress(
        EXPORTS["lhotse"].load().render_corpus([short])["supervisions.jsonl.gz"]
    )
    durations = [json.loads(line)["duration"] for line in lines.splitlines()]
    assert durations == pytest.approx([0.0004, 0.000025, 1.0])


def test_an_elan_document_with_a_control_character_in_a_name_is_valid(tmp_path):
    turns = (Turn(0.0, 1.0, "x\x01y"), Turn(1.0, 2.0, "x_y"))
    found, _ = read_eaf(rendered("eaf", ExportedRecording("r", "r", "best", turns)), tmp_path)
    assert [turn.speaker for turn in sorted(found)] == ["x\\x01y", "x_y"]
