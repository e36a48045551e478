"""Section of the front page on confidence."""

import contextlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from sample_front_page import ARCHIVE, SECONDS, write_front_page

from diarflow.artifacts.sidecars import write_sidecar
from diarflow.artifacts.tables import write_table
from diarflow.formats.rttm import read_turns
from diarflow.report.confidence import confidence_section, least_certain_threshold

EXPECTED = {"long": 12.0, "short": 40.0, "gecko": 5.0}


def write_confidences(system="ours"):
    """Give each turn of 1.5 s three pieces, of which the first one of the recording has the confidence 0.2, the others 0.9."""
    for corpus, ids in (("talk", SECONDS), ("archive", ARCHIVE)):
        for id in ids:
            turns = read_turns(Path(f"results/{corpus}/rttm/{system}/{id}.rttm"))
            rows = [
                (turn.start + 0.5 * n, turn.start + 0.5 * (n + 1), turn.speaker,
                 0.9 if number or n else 0.2, 1, number, 0.9 if number else 0.667)
                for number, turn in enumerate(turns) for n in range(3)
            ]  # fmt: skip
            path = Path(f"results/{corpus}/confidence/{system}/{id}.parquet")
            write_table(path, "confidence", rows)
            der = EXPECTED.get(id, 10.0)
            estimate = {
                "expected_der": der, "expected_der_low": der / 2, "expected_der_high": 2 * der,
                "confidence": 0.85, "speakers": {"2": 0.8, "3": 0.2}, "speech_seconds": 7.5,
            }  # fmt: skip
            path.with_suffix(".json").write_text(json.dumps(estimate))


CONTENT = {"confidence": {"talk": ["ours"], "archive": ["ours"]}}


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("confidence")
    with contextlib.chdir(folder):
        write_front_page()
        assert 'id="confidence"' not in Path("results/report/index.html").read_text()
        write_confidences()
        report = write_front_page(**CONTENT)
        return (report / "index.html").read_text()


def test_the_recordings_with_the_largest_expected_der_come_first(page):
    section = page.partition('id="confidence"')[2].partition("</section>")[0]
    names = re.findall(r'<th scope="row" class="text"><a [^>]+>(\w+)</a>', section)
    assert names[:2] == ["short", "long"] and names[len(EXPECTED) + len(ARCHIVE) - 1] == "gecko"
    assert re.search(r"20\.0.80\.0", section) and "2 (80 %), 3 (20 %)" in section


def test_a_review_covers_more_errors_than_speech(page):
    """Of 15 pieces, the least certain one has 0.8 of 0.8 + 14 * 0.1 expected wrong pieces: 36 % in 7 % of the speech."""
    assert "is expected to cover" in page
    assert least_certain_threshold(np.array([0.2, 0.9, 0.9]), np.ones(3), 0.34) == 0.2


def test_the_least_certain_segment_has_a_link_to_its_place(page):
    assert 'recordings/talk/long.html#system=ours&amp;t=0.000-0.500"' in page


def test_recordings_with_references_give_a_reliability_diagram(page):
    """The reference of Ann is active from 0 to 9 s, and Bob from 4 to 5 s; the system has two speakers in turn."""
    assert "Expected calibration error" in page and "<svg" in page


def test_without_references_the_section_has_no_measured_numbers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_front_page()
    write_confidences()
    recordings = [
        {"corpus": "archive", "recording": id, "title": id, "systems": ["ours"], "reference": False}
        for id in ARCHIVE
    ]
    content = {
        "systems": {"ours": {}},
        "recordings": recordings,
        "confidence": {"archive": ["ours"]},
    }
    [part] = confidence_section(content)["systems"]
    assert part["reliability"] is None and part["measured"] is None
    assert len(part["recordings"]) == len(ARCHIVE) and part["segments"]


def test_the_chosen_system_of_each_recording_is_listed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_sidecar(
        Path("results/archive/rttm/auto/one.json"), chosen="b", expected_der={"a": 30.0, "b": 10.0}
    )
    entry = {
        "corpus": "archive",
        "recording": "one",
        "title": "one",
        "systems": ["auto"],
        "reference": False,
    }
    content = {"systems": {"auto": {"choose": ["a", "b"]}}, "recordings": [entry]}
    [choice] = confidence_section(content)["choices"]
    assert choice["counts"] == [("b", 1)] and choice["rows"][0]["expected"] == {
        "a": 30.0,
        "b": 10.0,
    }
