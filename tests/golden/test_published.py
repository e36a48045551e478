"""Scores that others have published, with NIST's md-eval-22, computed again from the same files."""

import csv

import pytest
from conftest import SHARED

from diarflow.formats.rttm import read_turns
from diarflow.formats.uem import read_uem
from diarflow.scoring.diarization import PROTOCOLS, score
from diarflow.timeline.intervals import Interval

SCORING = SHARED / "scoring"
pytestmark = pytest.mark.skipif(not SCORING.exists(), reason=f"{SCORING} is not there")


def rates(scored):
    """Error rates in percent over all recordings together, by protocol."""
    found = {}
    for protocol in PROTOCOLS:
        parts = [one[protocol] for one in scored]
        wrong = sum(one.missed + one.false_alarm + one.confusion for one in parts)
        found[protocol] = 100 * wrong / sum(one.reference for one in parts)
    return found


def test_vbx_on_the_18_ami_dev_meetings():
    """16.33 / 9.68 / 1.56 in the README of VBx."""
    folder = SCORING / "ami_dev"
    scored = []
    for path in sorted((folder / "reference").glob("*.rttm")):
        (extent,) = read_uem(folder / "uem" / f"{path.stem}.uem").values()
        hypothesis = read_turns(folder / "hypothesis_vbx" / path.name)
        scored.append(score(read_turns(path), hypothesis, extent, collar_each_side=0.25))
    assert len(scored) == 18
    found = {protocol: round(rate, 2) for protocol, rate in rates(scored).items()}
    assert found == {"full": 16.33, "fair": 9.68, "forgiving": 1.56}


def test_diaper_on_39_voxconverse_recordings():
    """Each within 0.05 of what was published: 0.25 s each side, overlap scored, no UEM."""
    folder = SCORING / "voxconverse_test"
    with open(folder / "published.tsv", newline="") as file:
        published = list(csv.DictReader(file, delimiter="\t"))
    assert len(published) == 39
    for row in published:
        recording, expected = list(row.values())[:2]
        truth = read_turns(folder / "reference" / f"{recording}.rttm")
        found = read_turns(next(folder.glob(f"hypothesis*/{recording}.rttm")))
        extent = [Interval(min(t.start for t in truth + found), max(t.end for t in truth + found))]
        rate = rates([score(truth, found, extent, collar_each_side=0.25)])["fair"]
        assert rate == pytest.approx(float(expected), abs=0.05), recording
