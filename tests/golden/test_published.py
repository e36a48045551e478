"""Published scores of NIST's md-eval-22, computed again from the same files."""

import csv

import pytest
from conftest import SHARED

from diarflow.formats.rttm import read_turns
from diarflow.formats.uem import read_uem
from diarflow.scoring.diarization import score
from diarflow.scoring.names import PROTOCOLS
from diarflow.scoring.prepared_reference import span

SCORING = SHARED / "scoring"
pytestmark = pytest.mark.skipif(not SCORING.exists(), reason=f"{SCORING} does not exist")


def error_rates(scores):
    """Return the DER over all recordings in percent, by protocol; `scores` has an entry for each recording."""
    rates = {}
    for protocol in PROTOCOLS:
        first, *others = (of_recording[protocol] for of_recording in scores)
        total = sum(others, start=first)
        errors = total.missed + total.false_alarm + total.confusion
        rates[protocol] = 100 * errors / total.reference
    return rates


def test_vbx_on_the_18_ami_dev_meetings():
    """The README of VBx has 16.33, 9.68 and 1.56 %."""
    folder = SCORING / "ami_dev"
    scores = []
    for path in sorted((folder / "reference").glob("*.rttm")):
        (extent,) = read_uem(folder / "uem" / f"{path.stem}.uem").values()
        hypothesis = read_turns(folder / "hypothesis_vbx" / path.name)
        scores.append(score(read_turns(path), hypothesis, extent, collar_each_side=0.25))
    assert len(scores) == 18
    rates = {protocol: round(rate, 2) for protocol, rate in error_rates(scores).items()}
    assert rates == {"full": 16.33, "fair": 9.68, "forgiving": 1.56}


def test_diaper_on_39_voxconverse_recordings():
    """Each rate is within 0.05 of the published one: collar of 0.25 s on each side, overlap scored, no UEM."""
    folder = SCORING / "voxconverse_test"
    with open(folder / "published.tsv", newline="") as file:
        published = list(csv.DictReader(file, delimiter="\t"))
    assert len(published) == 39
    for row in published:
        recording, expected = list(row.values())[:2]
        reference = read_turns(folder / "reference" / f"{recording}.rttm")
        hypothesis = read_turns(next(folder.glob(f"hypothesis*/{recording}.rttm")))
        extent = span([*reference, *hypothesis])
        scores = score(reference, hypothesis, extent, collar_each_side=0.25)
        assert error_rates([scores])["fair"] == pytest.approx(float(expected), abs=0.05), recording
