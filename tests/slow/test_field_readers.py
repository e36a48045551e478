"""Every RTTM and UEM of a run is read by meeteval and lhotse."""

import pytest
from artifact_corpus import build_artifacts

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
        assert [(turn.filename, turn.channel) for turn in turns] == [(path.stem, "1")] * len(lines)
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
