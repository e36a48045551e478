"""Corrected RTTM files as references: the files that the page of a recording saves, in one folder, without renaming."""

import csv
import json
import shutil

import pytest
import yaml
from workflow_runs import Workflow, build_once, copied

from diarflow.formats.rttm import read_turns

NAMES = ["Interview Müller (1)", "monday/x", "tuesday/x", "y.wav", "y.flac"]
LINE = "SPEAKER {} {} {} {} <NA> <NA> {} <NA> <NA>\n"


def configure(folder, **changes):
    """Write a configuration with a corpus of recordings and one of calls; `changes` apply to both."""
    corpora = [
        {"name": "talks", "recordings": "talks.tsv", "systems": ["s"]},
        {"name": "calls", "recordings": "calls.tsv", "channel": "each", "systems": ["s"]},
    ]
    corpora = [corpus | changes for corpus in corpora]
    config = {"corpora": corpora, "systems": {"s": {"rttm": "all.rttm"}}, "batch_size": 10}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))


def corrected(text):
    """Return an RTTM with the second half of the turn of 8 s as another speaker, as the page saves it."""
    changed = []
    for line in text.splitlines():
        fields = line.split()
        if fields[4] == "8.000":
            for start, speaker in (("0.000", "Ann"), ("4.000", "Bob")):
                changed.append(
                    " ".join([*fields[:3], start, "4.000", *fields[5:7], speaker, *fields[8:]])
                )
        else:
            changed.append(line)
    return "".join(f"{line}\n" for line in changed)  # fmt: skip


@pytest.fixture(scope="module")
def _diarized(tmp_path_factory):
    """Results without references: a turn of 8 s in each recording, and one on each channel of the call."""

    def build(folder):
        folder.mkdir()
        lines = [LINE.format(name.replace(" ", "_"), 1, 0, 8, "p") for name in NAMES]
        lines += [LINE.format("my_call", 1, 0, 8, "p"), LINE.format("my_call", 2, 9, 1, "q")]
        (folder / "all.rttm").write_text("".join(lines))
        (folder / "talks.tsv").write_text("recording\n" + "".join(f"{name}\n" for name in NAMES))
        (folder / "calls.tsv").write_text("recording\nmy call\n")
        configure(folder)
        Workflow(folder)()

    return build_once(tmp_path_factory, "diarized", build)


@pytest.fixture
def diarized(_diarized, tmp_path):
    return copied(_diarized, tmp_path)


def write_corrected(folder):
    """Save the corrected RTTM of each recording with its file of corrections, and return the ids."""
    (folder / "corrected").mkdir()
    ids = []
    for corpus in ("talks", "calls"):
        for path in (folder / f"results/{corpus}/rttm/s").glob("*.rttm"):
            assert (folder / f"results/report/recordings/{corpus}/{path.stem}.html").is_file()
            (folder / f"corrected/{path.name}").write_text(corrected(path.read_text()))
            turns = [turn._asdict() for turn in read_turns(folder / f"corrected/{path.name}")]
            content = {"format": "diarflow corrections", "version": 1, "turns": turns}
            (folder / f"corrected/{path.stem}.corrections.json").write_text(json.dumps(content))
            ids.append(path.stem)
    return ids


def scores(folder, corpus):
    with open(folder / f"results/{corpus}/der.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["protocol"] == "full"]
    return {row["recording"]: row for row in rows}


def test_saved_files_are_references_without_renaming(diarized):
    """By hand: half of 8 s is confusion. The call has 1 s more of speech, without an error, on its other channel."""
    folder = diarized.folder
    ids = write_corrected(folder)
    configure(folder, reference="corrected")
    done = diarized()
    talks = scores(folder, "talks")
    assert {*talks, "my call"} - {"ALL", "COMPLETED"} == set(ids)
    for id in set(ids) - {"my call"}:
        assert (talks[id]["der"], talks[id]["confusion"]) == ("50.0", "4.0"), id
    assert scores(folder, "calls")["my call"]["der"] == "44.44"
    for kind in ("without a file", "are all of", "may each be"):
        assert kind not in done.text
    # each of the two corpora names the files of the other one
    assert "corpus calls: reference corrected: 5 files without a recording" in done.text
    assert (
        "corpus talks: reference corrected: 1 file without a recording (my call.rttm)" in done.text
    )


def test_recordings_that_were_not_corrected_are_named_and_not_scored(diarized):
    folder = diarized.folder
    write_corrected(folder)
    for path in (folder / "corrected").glob("[!I]*"):
        path.unlink()
    shutil.rmtree(folder / "results/calls")
    configure(folder, reference="corrected")
    done = diarized()
    assert (
        "corpus talks: reference corrected: 4 of 5 recordings without a file (monday/x" in done.text
    )
    assert set(scores(folder, "talks")) - {"ALL", "COMPLETED"} == {"Interview Müller (1)"}
