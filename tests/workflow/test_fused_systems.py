"""Fused systems in a run: their turns, failures of members, and re-runs."""

import json

import pytest
import yaml
from workflow_runs import Workflow, build_once, copied

from diarflow.formats.rttm import read_turns

LINE = "SPEAKER {} 1 {} {} <NA> <NA> {} <NA> <NA>\n"


def write_corpus(folder):
    """Write three imported systems. All miss recording b but the second; the third is malformed in recording c."""
    starts = {"one": 0.0, "two": 0.0, "three": 2.0}
    for system, start in starts.items():
        (folder / system).mkdir(parents=True)
        for id in "abc":
            text = LINE.format(id, start, 5, "x") if id != "b" or system == "two" else ""
            if id == "c" and system == "three":
                text = "SPEAKER c 1 zero 1 <NA> <NA> x <NA> <NA>\n"
            (folder / system / f"{id}.rttm").write_text(text)
    for id in "abc":
        (folder / f"{id}.rttm").write_text(LINE.format(id, 0, 5, "Ann"))
    (folder / "table.tsv").write_text(
        "recording\treference\n" + "".join(f"{id}\t{id}.rttm\n" for id in "abc")
    )
    systems = {name: {"rttm": name} for name in starts} | {"all": {"fuse": list(starts)}}
    corpus = {"name": "c", "recordings": "table.tsv", "systems": ["all"]}
    config = {"corpora": [corpus], "systems": systems, "batch_size": 10}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))


@pytest.fixture(scope="module")
def _fused(tmp_path_factory):
    def build(folder):
        write_corpus(folder)
        done = Workflow(folder)("results/c/der.csv", check=False)
        assert done.status == 3 and done.jobs["fuse_systems"] == 1, done.text

    return build_once(tmp_path_factory, "fused", build)


def test_members_vote_and_one_that_failed_does_not(_fused):
    rttm = _fused / "results/c/rttm/all"
    assert read_turns(rttm / "a.rttm") == [(0.0, 5.0, "SPEAKER_00")]
    assert read_turns(rttm / "b.rttm") == []
    assert read_turns(rttm / "c.rttm") == [(0.0, 5.0, "SPEAKER_00")]
    assert json.loads((rttm / "c.json").read_text())["members"] == ["one", "two"]
    assert ",all,c,full," in (_fused / "results/c/der.csv").read_text()


def test_a_changed_member_reruns_only_the_fusion_and_what_follows(_fused, tmp_path):
    run = copied(_fused, tmp_path)
    assert run.planned("results/c/der.csv") == {}
    text = (run.folder / "two/a.rttm").read_text()
    (run.folder / "two/a.rttm").write_text(text.replace(" 5 ", " 6 "))
    single = {"batch_size": 1}
    assert run.planned("results/c/der.csv", overlay=single) == {
        "import_rttm": 1, "fuse_systems": 1, "score_recording": 2, "report_corpus": 1,
    }  # fmt: skip
    weights = {"systems": {"all": {"weights": [1.0, 1.0, 4.0]}}}
    assert run.planned("results/c/rttm/all/a.rttm", overlay=weights)["fuse_systems"] == 1
