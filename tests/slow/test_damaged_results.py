"""Damage every result of real systems in six ways: the next run ends with the results of an undisturbed one."""

import pytest
from damage import DAMAGES
from workflow_runs import BATCHES, Workflow, build_once, copied, digests, write_tiny_corpus

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def _diarized(tmp_path_factory):
    def build(folder):
        write_tiny_corpus(folder, "classic", "best", "fast")
        Workflow(folder)("--cores", "2", overlay=BATCHES)

    return build_once(tmp_path_factory, "diarized", build)


def final(folder):
    """Return the digests of the results without what was moved aside, and without facts that contain times."""
    return {path: digest for path, digest in digests(folder).items() if ".aside" not in path}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_damaged_result_is_made_again(_diarized, tmp_path, damage):
    diarized = copied(_diarized, tmp_path)
    expected = final(diarized.folder)
    results = [path for path in (diarized.folder / "results").rglob("*") if path.is_file()]
    for path in results:
        if "records" not in path.parts:
            DAMAGES[damage](path)
    diarized("--cores", "2", overlay=BATCHES)
    assert final(diarized.folder) == expected
    assert "Nothing to be done" in diarized(overlay=BATCHES).text
