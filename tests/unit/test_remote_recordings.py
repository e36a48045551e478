"""Recordings whose audio or reference is remote: what planning accepts, writes and reports."""

from pathlib import Path

import pytest
from sessions import TURN, open_session

from diarflow.cli.main import main
from diarflow.errors import InputError

URL = "https://example.org/calls/a%20b.wav?X-Signature=secret"


@pytest.fixture(autouse=True)
def folder(planning_folder):
    return planning_folder


def opened(*rows, **keys):
    Path("c.tsv").write_text("\n".join(["recording\taudio\tchannel\treference", *rows]) + "\n")
    return open_session(
        {"corpora": [{"name": "c", "recordings": "c.tsv", "systems": ["classic"]} | keys]}
    )


def test_a_row_with_urls(folder):
    session = opened(f"a\t{URL}\t\thttps://example.org/a.rttm")
    recording = session.plan.recordings["c", "a"]
    assert (recording.audio, recording.reference) == (URL, "https://example.org/a.rttm")
    assert recording.source_audio() == [] and recording.row_parts()["audio"]["stamps"] == []
    session.folder.prepare()
    texts = {path: path.read_text() for path in Path("results").rglob("*") if path.is_file()}
    secret = [path.as_posix() for path, text in texts.items() if "secret" in text]
    assert secret == ["results/c/plan.jsonl"]
    (line,) = Path("results/c/recordings.tsv").read_text().splitlines()[1:]
    assert line.endswith("\thttps://example.org/calls/a%20b.wav")


def test_a_corpus_of_one_url_is_named_after_its_file():
    session = open_session({"corpora": [{"name": "c", "audio": URL, "systems": ["classic"]}]})
    assert [recording.name for recording in session.plan.recordings.values()] == ["a b"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("a\thttps://me:secret@example.org/a.wav", "c.tsv:2: audio https://example.org/a.wav contains a user"),
        (f"a\t{URL}\teach", "channel is each, but https://example.org/calls/a%20b.wav is not on this machine"),
        ("a\ts3://bucket/a.wav", "s3://bucket/a.wav needs snakemake-storage-plugin-s3"),
        ("a\tftp://example.org/a.wav", "does not exist"),
    ],
)  # fmt: skip
def test_rows_that_are_refused(row, problem, monkeypatch):
    monkeypatch.setattr("diarflow.planning.requirements.find_spec", lambda name: None)
    with pytest.raises(InputError) as error:
        opened(row)
    assert problem in str(error.value) and "secret" not in str(error.value)


def test_a_listing_shows_the_location_without_its_query(capsys):
    Path("c.tsv").write_text(f"recording\taudio\na\t{URL}\n")
    assert main(["check", "c.tsv"]) == 0
    text = capsys.readouterr().out
    assert "https://example.org/calls/a%20b.wav" in text and "secret" not in text


def test_a_table_may_mix_files_and_urls():
    Path("b.wav").touch()
    Path("all.rttm").write_text(TURN.format("b"))
    session = opened("b\tb.wav\t\tall.rttm", f"a\t{URL}")
    assert session.plan.recordings["c", "b"].row_parts()["audio"]["stamps"] != []
