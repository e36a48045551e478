"""Every RTTM and UEM of a run, and the exports for them, are read by meeteval and lhotse."""

import numpy as np
import pytest
import soundfile
from artifact_corpus import build_artifacts

from diarflow.exports import EXPORTS
from diarflow.exports.recording import ExportedRecording
from diarflow.formats.text import as_field
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
        "a", "a", "s", (Turn(0.5, 2.0, "Ann"), Turn(1.5, 3.0, "Bob")), "", "/a.wav", 4.0
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
        "a", "a", "s", (Turn(0.5, 2.0, "Ann"),), "", str(tmp_path / "a.wav"), 4.0
    )
    for name, content in EXPORTS["kaldi"].load().render_corpus([recording]).items():
        (tmp_path / name).write_text(content)
    # lhotse requires a transcript
    (tmp_path / "text").write_text("a-Ann-000000500-000002000 hello\n")
    recordings, supervisions, _ = kaldi.load_kaldi_data_dir(tmp_path, 16_000)
    assert recordings["a"].duration == 4.0
    (supervision,) = supervisions
    assert (supervision.start, supervision.duration, supervision.speaker) == (0.5, 1.5, "a-Ann")
