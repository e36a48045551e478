"""People in calls: two channels in one RTTM, on one page, with the scores of both."""

import csv

import numpy as np
import pytest
import soundfile
from workflow_runs import BATCHES, Workflow, build_once, copied, write_tiny_corpus

from diarflow.artifacts.tables import read_table
from diarflow.formats.rttm import read_channels
from diarflow.linking.people_table import people_by_recording

TRUTH = {
    "speech": "oracle", "changes": "none", "overlap": "none", "embedding": "dvector",
    "clustering": "oracle", "turns": "join",
}  # fmt: skip


def overlay(names=None, known=None, **more):
    """Return two calls with the same two dialogues on swapped channels."""
    corpus = {
        "name": "calls", "audio": "calls", "channel": "each", "reference": "references",
        "channel_speakers": names, "systems": ["truth"], "link": True, "exports": ["srt"],
    }  # fmt: skip
    link = {
        "model": None, "systems": ["truth"], "min_clean_time": 0.5, "shared_names": True,
        "same_recording": 1.0,
    }  # fmt: skip
    return BATCHES | {
        "corpora": [corpus], "systems": {"truth": TRUTH}, "links": {"default": link | more},
        "speakers": {"known": known},
    }  # fmt: skip


def write_calls(folder):
    """Write calls `one` and `two`. Channel 1 of `one` is channel 2 of `two`, and the other way round."""
    write_tiny_corpus(folder)
    pair = {name: soundfile.read(folder / f"audio/{name}.wav", dtype="int16")[0] for name in "ab"}
    (folder / "calls").mkdir()
    (folder / "references").mkdir()
    for call, names in (("one", "ab"), ("two", "ba")):
        shortest = min(map(len, pair.values()))
        stereo = np.stack([pair[name][:shortest] for name in names], axis=1)
        soundfile.write(folder / f"calls/{call}.wav", stereo, 16_000)
        lines = []
        for channel, name in enumerate(names, 1):
            for line in (folder / f"audio/{name}.rttm").read_text().splitlines():
                fields = line.split()
                fields[1:3] = call, str(channel)
                fields[7] = f"{name}-{fields[7]}"
                if float(fields[3]) + float(fields[4]) < shortest / 16_000:
                    lines.append(" ".join(fields) + "\n")
        (folder / f"references/{call}.rttm").write_text("".join(lines))


@pytest.fixture(scope="module")
def _calls(tmp_path_factory):
    def build(folder):
        write_calls(folder)
        Workflow(folder)(overlay=overlay())

    return build_once(tmp_path_factory, "linked-calls", build)


@pytest.fixture
def calls(_calls, tmp_path):
    return copied(_calls, tmp_path)


def channels_of(folder, call, product="linked"):
    return read_channels(folder / f"results/calls/{product}/truth/{call}.rttm", 2)


def test_people_of_calls_are_those_of_their_channels(_calls):
    people = people_by_recording(_calls / "results/calls/speakers/truth.parquet")
    assert set(people) == {"one", "two"} and set(people["one"].values()) == set(
        people["two"].values()
    )
    one, two = channels_of(_calls, "one"), channels_of(_calls, "two")
    # the same audio is on the other channel of the other call
    for turns, others in ((one[0], two[1]), (one[1], two[0])):
        assert turns and [turn.speaker for turn in turns] == [turn.speaker for turn in others]
    table = read_table(_calls / "results/calls/linked/truth/one.parquet")
    plain = channels_of(_calls, "one", "rttm")
    for number, turns in enumerate(plain, 1):
        rows = table["channel"] == number
        assert table["speaker"][rows].tolist() == [turn.speaker for turn in turns]
        assert table["person"][rows].tolist() == [people["one"][turn.speaker] for turn in turns]


def test_scores_and_pages_of_linked_calls_have_both_channels(_calls):
    """The turns of each channel are those of its reference, so that only the links could be wrong."""
    report = _calls / "results/report"
    [row] = csv.DictReader((report / "linking/calls.csv").read_text().splitlines())
    assert (row["recordings"], row["reference_people"], row["people"]) == ("2", "4", "4")
    assert (row["link_f1"], row["bcubed_f1"]) == ("100.0", "100.0")
    assert row["der"] == row["cross_der"]
    page = (report / "recordings/calls/one.html").read_text()
    people = people_by_recording(_calls / "results/calls/speakers/truth.parquet")["one"]
    for number, turns in enumerate(channels_of(_calls, "one", "rttm"), 1):
        for turn in turns:
            assert f"{number}: {people[turn.speaker]} (" in page
    assert "calls/calls/one.wav#t=" in (report / "people/calls.truth.html").read_text()
    srt = (_calls / "results/calls/exports/truth/one.srt").read_text()
    assert all(person in srt for person in people.values()) and "SPEAKER_" not in srt


def test_roles_of_channels_become_people(calls):
    calls(overlay=overlay(names=["agent", "customer"]))
    people = people_by_recording(calls.folder / "results/calls/speakers/truth.parquet")
    assert {name for names in people.values() for name in names} == {"agent", "customer"}
    agent, customer = channels_of(calls.folder, "one")
    assert {turn.speaker for turn in agent} == {people["one"]["agent"]}
    assert {turn.speaker for turn in customer} == {people["one"]["customer"]}
    assert people["one"]["agent"] == people["two"]["customer"]


def test_a_name_from_the_page_of_a_call_is_given_on_the_right_channel(calls):
    """The file is what the page of call `one` saves after a speaker of channel 2 was renamed."""
    turns = channels_of(calls.folder, "one", "rttm")
    renamed = turns[1][0].speaker
    lines = ["recording,start,end,speaker,text,channel,corrected\n"]
    for number, of_channel in enumerate(turns, 1):
        for turn in of_channel:
            name = "Zoe" if turn.speaker == renamed else turn.speaker
            lines.append(f"one,{turn.start},{turn.end},{name},,{number},\n")
    (calls.folder / "people").mkdir()
    (calls.folder / "people/one.csv").write_text("".join(lines))
    jobs = calls(overlay=overlay(known="people")).jobs
    assert jobs["enroll_speakers"] == 1 and "embed_segments" not in jobs
    people = people_by_recording(calls.folder / "results/calls/speakers/truth.parquet")
    assert [name for name, person in people["one"].items() if person == "Zoe"] == [renamed]
    one, two = channels_of(calls.folder, "one"), channels_of(calls.folder, "two")
    assert "Zoe" in {turn.speaker for turn in one[1]} & {turn.speaker for turn in two[0]}
    assert "Zoe" not in {turn.speaker for turn in [*one[0], *two[1]]}
