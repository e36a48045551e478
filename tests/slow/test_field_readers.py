"""Every RTTM and UEM of a run, and the exports for them, are read by meeteval and lhotse, and theirs are read here."""

import json

import numpy as np
import pytest
import soundfile
from artifact_corpus import build_artifacts
from table_corpus import source

from diarflow.exports import EXPORTS
from diarflow.exports.recording import ExportedRecording
from diarflow.formats.recognition import parse_annotation_file, read_annotation_file
from diarflow.formats.text import as_field
from diarflow.planning.table import read_corpus
from diarflow.timeline.intervals import Turn

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Results of two imported systems on three recordings; the second one is set aside."""
    return build_artifacts(tmp_path_factory)


def test_meeteval_reads_each_rttm_and_uem(results):
    io = pytest.importorskip("meeteval.io")
    for path in results.rglob("*.rttm"):
        turns = io.RTTM.load(path)
        lines = path.read_text().splitlines()
        assert [(turn.filename, turn.channel) for turn in turns] == [
            (as_field(path.stem), "1")
        ] * len(lines)
        assert [turn.speaker_id for turn in turns] == [line.split()[7] for line in lines]
    for path in results.rglob("*.uem"):
        intervals = io.UEM.load(path)
        assert len(intervals) == len(path.read_text().splitlines())


def test_lhotse_reads_each_rttm(results):
    lhotse = pytest.importorskip("lhotse")
    for path in results.rglob("*.rttm"):
        supervisions = lhotse.SupervisionSet.from_rttm(path)
        assert [turn.speaker for turn in supervisions] == [
            line.split()[7] for line in path.read_text().splitlines()
        ]


def test_lhotse_reads_an_exported_corpus(tmp_path):
    lhotse = pytest.importorskip("lhotse")
    recording = ExportedRecording(
        "a", "a", "s", (Turn(0.5, 2.0, "Ann"), Turn(1.5, 3.0, "Bob")), "", ("/a.wav",), 4.0
    )
    for name, content in EXPORTS["lhotse"].load().render_corpus([recording]).items():
        (tmp_path / name).write_bytes(content)
    (read,) = lhotse.load_manifest(tmp_path / "recordings.jsonl.gz")
    assert (read.id, read.duration, read.num_channels) == ("a", 4.0, 1)
    supervisions = lhotse.load_manifest(tmp_path / "supervisions.jsonl.gz")
    assert [(s.start, s.end, s.speaker) for s in supervisions] == [
        (0.5, 2.0, "Ann"),
        (1.5, 3.0, "Bob"),
    ]


def test_lhotse_reads_an_exported_kaldi_directory(tmp_path):
    kaldi = pytest.importorskip("lhotse.kaldi")
    soundfile.write(tmp_path / "a.wav", np.zeros(64_000, np.int16), 16_000)
    recording = ExportedRecording(
        "a", "a", "s", (Turn(0.5, 2.0, "Ann"),), "", (str(tmp_path / "a.wav"),), 4.0
    )
    for name, content in EXPORTS["kaldi"].load().render_corpus([recording]).items():
        (tmp_path / name).write_text(content)
    # lhotse requires a transcript
    (tmp_path / "text").write_text("a-Ann-000000500-000002000 hello\n")
    recordings, supervisions, _ = kaldi.load_kaldi_data_dir(tmp_path, 16_000)
    assert recordings["a"].duration == 4.0
    (supervision,) = supervisions
    assert (supervision.start, supervision.duration, supervision.speaker) == (0.5, 1.5, "a-Ann")


STM = "a 1 Ann 0.5 2.0 hello there\na 1 Bob 1.5 3.25 yes\nb 1 Cy 0 1 x\n"
CTM = "a 1 0.5 1.5 hello\na 2 1.5 1.75 yes\nb 1 0 1 x\nb 2 1 1 y\n"
SEGLST = json.dumps(
    [
        {"session_id": name, "speaker": speaker, "start_time": start, "end_time": end, "words": "x"}
        for name, speaker, start, end in (("a", "Ann", 0.5, 2.0), ("b", "Cy", 0.25, 1.0))
    ]
)


@pytest.mark.parametrize(
    ("kind", "text", "columns"),
    [
        ("STM", STM, ("filename", "speaker_id", "begin_time", "end_time")),
        ("CTM", CTM, ("filename", "channel", "begin_time", "duration")),
        ("SegLST", SEGLST, ("session_id", "speaker", "start_time", "end_time")),
    ],
)
def test_meeteval_reads_the_same_turns(tmp_path, kind, text, columns):
    io = pytest.importorskip("meeteval.io")
    path = tmp_path / f"x.{kind.lower().replace('seglst', 'json')}"
    path.write_text(text)
    expected = set()
    for line in getattr(io, kind).load(path):
        name, speaker, start, end = (
            line[column] if kind == "SegLST" else getattr(line, column) for column in columns
        )
        end = end + start if "duration" in columns else end
        expected.add((name, str(speaker), float(start), float(end)))
    file = read_annotation_file(path)
    found = {
        (name, turn.speaker, turn.start, turn.end)
        for name in file.lines
        for turn in parse_annotation_file(file, [name]).all_turns()
    }
    assert found == expected


def test_lhotse_writes_a_corpus_that_is_read(tmp_path):
    lhotse = pytest.importorskip("lhotse")
    soundfile.write(tmp_path / "a.wav", np.zeros(16_000), 16_000)
    recordings = lhotse.RecordingSet.from_recordings(
        [lhotse.Recording.from_file(tmp_path / "a.wav")]
    )
    turn = lhotse.SupervisionSegment("1", "a", 0.25, 0.5, channel=0, speaker="Ann")
    recordings.to_file(tmp_path / "x_recordings.jsonl.gz")
    lhotse.SupervisionSet.from_segments([turn]).to_file(tmp_path / "x_supervisions.jsonl.gz")
    (recording,), _ = read_corpus(source(recordings=str(tmp_path / "x_recordings.jsonl.gz")))
    assert (recording.id, recording.audio) == ("a", str(tmp_path / "a.wav"))
    file = read_annotation_file(recording.reference)
    assert parse_annotation_file(file, ["a"]).all_turns() == [Turn(0.25, 0.75, "Ann")]
