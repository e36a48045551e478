"""Telephone calls: two channels, and one RTTM, score and page."""

import csv
import json
from collections import Counter

import numpy as np
import pytest
import soundfile
from workflow_runs import BATCHES, Workflow, build_once, copied, write_tiny_corpus

from diarflow.formats.rttm import read_channels

LINE = "SPEAKER {} {} {} {} <NA> <NA> {} <NA> <NA>\n"
TRUTH = {
    "speech": "oracle", "changes": "none", "overlap": "none", "embedding": "dvector",
    "clustering": "kmeans", "turns": "join",
}  # fmt: skip
NAMES = ["agent", "customer"]


def overlay(batch_size=10, names=NAMES):
    calls = {
        "name": "calls", "audio": "calls", "channel": "each", "reference": "calls.rttm",
        "channel_speakers": names, "systems": ["truth", "other"],
    }  # fmt: skip
    texts = {
        "name": "texts", "recordings": "texts.tsv", "channel": "each", "systems": ["other"],
    }  # fmt: skip
    systems = {"truth": TRUTH, "other": {"rttm": "other.rttm"}}
    return {"corpora": [calls, texts], "systems": systems, "batch_size": batch_size}


def write_call(folder):
    """Write a call of two dialogues. The other system has no error on channel 1, and misses 1 s on channel 2."""
    write_tiny_corpus(folder)
    pair = [soundfile.read(folder / f"audio/{name}.wav", dtype="int16")[0] for name in "ab"]
    shortest = min(map(len, pair))
    (folder / "calls").mkdir()
    stereo = np.stack([samples[:shortest] for samples in pair], axis=1)
    soundfile.write(folder / "calls/my call.wav", stereo, 16_000)
    (folder / "calls.rttm").write_text(
        LINE.format("my_call", 1, 0.5, 4, "Ann")
        + LINE.format("my_call", 2, 1, 3, "Bob")
        + LINE.format("my_call", 2, 6, 2, "Bob")
    )
    (folder / "other.rttm").write_text(
        LINE.format("my_call", "A", 0.5, 4, "p")
        + LINE.format("my_call", "B", 1, 2, "p")
        + LINE.format("my_call", "B", 6, 2, "p")
    )
    (folder / "texts.tsv").write_text("recording\treference\nmy call\tcalls.rttm\n")


@pytest.fixture(scope="module")
def _calls(tmp_path_factory):
    def build(folder):
        write_call(folder)
        Workflow(folder)("--cores", "2", overlay=overlay())

    return build_once(tmp_path_factory, "calls", build)


@pytest.fixture
def calls(_calls, tmp_path):
    """A copy of the corpora after a run."""
    return copied(_calls, tmp_path)


def scores(folder, corpus, system="other"):
    with open(folder / f"results/{corpus}/der.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["protocol"] == "full"]
    return {row["recording"]: row for row in rows if row["system"] == system}


def test_a_call_has_one_rttm_with_both_channels_and_their_names(_calls):
    """The oracle of speech gives each channel the speech of its reference, which starts at 0.5 and 1 s."""
    agent, customer = read_channels(_calls / "results/calls/rttm/truth/my call.rttm", 2)
    assert {turn.speaker for turn in agent} == {"agent"}
    assert {turn.speaker for turn in customer} == {"customer"}
    assert (agent[0].start, customer[0].start) == (0.5, 1.0)
    assert sum(turn.end - turn.start for turn in customer) == pytest.approx(5.0, abs=0.01)
    folders = {
        path.parent.name: path.stem for path in (_calls / "results/calls").glob("*/*/my*.rttm")
    }
    assert folders == {"truth": "my call", "other": "my call"}


def usage(folder):
    """Return the rows of the corpus of calls in the report's table of time and memory."""
    text = (folder / "results/report/times.js").read_text()
    rules = json.loads(text[text.index("{") : text.rindex("}") + 1])["rules"]
    return [row for row in rules if row["corpus"] == "calls"]


@pytest.mark.parametrize("corpus", ["calls", "texts"])
def test_a_call_has_one_score_that_adds_up_its_channels(_calls, corpus):
    """By hand: 1 of 9 s is missed. Each channel has one speaker. Without audio the extents are 4 and 7 s."""
    rows = scores(_calls, corpus)
    assert set(rows) == {"my call", "ALL", "COMPLETED"}
    call = rows["my call"]
    assert (float(call["missed"]), float(call["der"])) == (1.0, 11.11)
    assert (call["reference_speakers"], call["hypothesis_speakers"]) == ("2", "2")
    if corpus == "texts":
        assert (call["extent"], float(call["scored_seconds"])) == ("turns", 11.0)
    assert rows["ALL"]["recordings"] == "1"


def test_a_call_has_one_page_whose_player_has_both_channels(_calls):
    pages = sorted((_calls / "results/report/recordings/calls").iterdir())
    assert [page.name for page in pages] == ["my call.html"]
    text = pages[0].read_text()
    assert "<h1>my call</h1>" in text and "1: Ann" in text and "2: customer" in text
    assert 'src="../../../calls/calls/my%20call.wav"' in text
    joined, _ = soundfile.read(_calls / "results/calls/calls/my call.wav", dtype="int16")
    source, _ = soundfile.read(_calls / "calls/my call.wav", dtype="int16")
    np.testing.assert_array_equal(joined, source)
    table = (_calls / "results/calls/recordings.tsv").read_text().splitlines()
    assert table[1:] == ["my call\tmy call\tcalls/my call.wav"]


def test_a_second_run_with_any_batch_size_does_nothing(_calls):
    for batch_size in (10, 1):
        done = Workflow(_calls)("--dry-run", overlay=overlay(batch_size))
        assert "Nothing to be done" in done.text


def test_changed_names_rerun_the_rttm_and_what_follows(calls):
    done = calls(overlay=overlay(batch_size=1, names=["Ann", "Bob"]))
    assert done.jobs == Counter(
        ["write_rttm", "score_recording", "report_corpus", "report_all", "all"]
    )
    channels = read_channels(calls.folder / "results/calls/rttm/truth/my call.rttm", 2)
    assert [{turn.speaker for turn in turns} for turns in channels] == [{"Ann"}, {"Bob"}]
    # the first run used batches: the job of its only call does not count any more
    jobs = {(row["rule"], row["variant"]): row["jobs"] for row in usage(calls.folder)}
    assert jobs["write_rttm", "truth"] == jobs["prepare_audio", ""] == 1


def test_a_changed_reference_reruns_the_score_of_its_call(calls):
    with open(calls.folder / "calls.rttm", "a") as file:
        file.write(LINE.format("my_call", 2, 9, 1, "Bob"))
    target = "results/calls/scores/other/my call.parquet"
    jobs = calls.planned(target, overlay=overlay(batch_size=1))
    # both channels read the lines of the call
    assert jobs == {"prepare_reference": 2, "score_recording": 1}


def test_a_call_is_set_aside_with_one_of_its_channels(calls):
    (calls.folder / "calls.rttm").write_text(
        LINE.format("my_call", 1, 0.5, 4, "Ann") + LINE.format("my_call", 2, 900, 3, "Bob")
    )
    target = "results/calls/rttm/truth/my call.rttm"
    done = calls(target, overlay=BATCHES | overlay(), check=False)
    assert done.status == 3
    reason = "set aside: calls/my call at prepare_reference: my call_ch2: calls.rttm: 3 of 3 s"
    assert reason in done.text
    assert (calls.folder / target).read_text() == ""
