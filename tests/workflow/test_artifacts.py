"""Every RTTM and UEM of a run is read by pyannote.database."""

import json

import pytest
from artifact_corpus import build_artifacts
from pyannote.database.util import load_rttm, load_uem

from diarflow.formats.text import as_field


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Results of two imported systems on three recordings; the second one is set aside."""
    return build_artifacts(tmp_path_factory)


def test_pyannote_reads_each_rttm_and_uem_also_of_recordings_that_were_set_aside(results):
    seconds, extents = {}, {}
    for path in results.rglob("*.rttm"):
        for name, turns in load_rttm(path).items():
            assert name == as_field(path.stem)
            key = path.parent.name, name.split("-")[0]
            seconds[key] = sum(segment.duration for segment in turns.itersegments())
    for path in results.rglob("*.uem"):
        extents |= {path.stem.split("-")[0]: uri.extent() for uri in load_uem(path).values()}
    # merged turns of Frau Müller end at 4.7 s; those of 李 雷 last from 2 to 4.5 s
    assert seconds == pytest.approx(
        {
            (place, name): 4.7 + 2.5
            for place in ("reference", "file", "folder")
            for name in ("Gespräch_1", "call_2")
            if (place, name) != ("folder", "call_2")
        }
    )
    assert {name: (extent.start, extent.end) for name, extent in extents.items()} == {
        "Gespräch 1": (0.0, 4.5)
    }
    assert len(list(results.rglob("*.rttm"))) == 9 and len(list(results.rglob("*.uem"))) == 3


def test_repairs_and_failures_are_in_sidecars(results):
    facts = {
        path.relative_to(results).as_posix().partition("-")[0].removesuffix(".json"): json.loads(
            path.read_text()
        )
        for path in [*results.glob("reference/*.json"), *results.glob("rttm/*/*.json")]
    }
    assert facts["reference/bad"] == {"set_aside": "prepare_reference"}
    assert facts["rttm/folder/bad"] == {"set_aside": "import_rttm"}
    repairs = {"merged": 1, "clipped": 0, "dropped": 0}
    spaces = {"turns with a space in the speaker's name": 3}
    assert facts["reference/Gespräch 1"]["extent"] == "uem"
    assert facts["reference/call 2"] == {"extent": "turns", "repairs": repairs, "notes": spaces}
    assert facts["rttm/file/call 2"] == {"repairs": repairs, "notes": spaces}
