"""Names of recordings in files of annotations, and their normal form."""

import unicodedata

import pytest

from diarflow.errors import InputError
from diarflow.formats.names import NameIndex, normal_name, shared_forms


@pytest.mark.parametrize(
    "text",
    [
        "Zoë call", "Zoë_call", "Zoë call.wav", "Zoë call.WAV.rttm", "./Zoë call", " Zoë call ", "Zoë\u00a0call.M4A",
        unicodedata.normalize("NFD", "Zoë call.mp4"),
    ],
)  # fmt: skip
def test_names_of_one_recording_have_one_normal_form(text):
    assert normal_name(text) == "Zoë_call"


@pytest.mark.parametrize(
    "text", ["2026.05.01_call", "v1.2", "a.b.c", ".wav", "talk.final", "-", "é"]
)
def test_dots_that_begin_no_ending_belong_to_the_name(text):
    assert normal_name(text) == text


@pytest.mark.parametrize(
    ("names", "recording", "expected"),
    [
        (["a", "a.wav", "b"], "a", ["a", "a.wav"]),
        (["/data/calls/path.wav"], "path", ["/data/calls/path.wav"]),
        ([r"C:\data\path.wav"], "path", [r"C:\data\path.wav"]),
        (["x"], "monday/x", ["x"]),
        (["monday/x", "tuesday/x"], "monday/x", ["monday/x"]),
        (["data/monday/x", "data/tuesday/x"], "monday/x", ["data/monday/x"]),
        (["tuesday/x"], "monday/x", []),
        (["2026.05.01_call"], "2026.05.01_call", ["2026.05.01_call"]),
        (["2026.05"], "2026.05.01_call", []),
    ],
)
def test_a_name_in_a_file_means_the_recording_with_the_same_end(names, recording, expected):
    assert NameIndex(names).find("id", recording) == expected


def test_the_id_has_precedence_over_the_name():
    index = NameIndex(["call", "call_ch2"])
    assert index.find("call_ch2", "call") == ["call_ch2"]
    assert index.find("call_ch1", "call") == ["call"]


def test_two_folders_that_fit_are_an_error():
    with pytest.raises(InputError, match="monday/x, tuesday/x may each be x; expected one of them"):
        NameIndex(["monday/x", "tuesday/x"]).find("x", "x")


def test_a_name_that_fits_several_recordings_means_none():
    shared = shared_forms({"x-1": "monday/x", "x-2": "tuesday/x"})
    assert NameIndex(["x"]).find("x-1", "monday/x", shared) == []
    assert NameIndex(["monday/x"]).find("x-1", "monday/x", shared) == ["monday/x"]


def test_names_that_differ_in_their_ending_only_are_literal():
    shared = shared_forms({"a.wav": "a.wav", "a.flac": "a.flac"})
    index = NameIndex(["a.wav", "a.flac", "a"])
    assert index.find("a.wav", "a.wav", shared) == ["a.wav"]
    assert index.find("a.flac", "a.flac", shared) == ["a.flac"]


def test_names_that_differ_in_their_characters_only_do_not_share_lines():
    typed, stored = (unicodedata.normalize(form, "Zoë") for form in ("NFC", "NFD"))
    shared = shared_forms({"Zo-1": typed, "Zo-2": stored})
    index = NameIndex([typed])
    assert index.find("Zo-1", typed, shared) == [typed]
    assert index.find("Zo-2", stored, shared) == []
