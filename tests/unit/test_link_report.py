"""People in the report: links and scores on the front page, and names on the pages of recordings."""

import json
from pathlib import Path

import pandas as pd
import pytest
from sample_front_page import SECONDS, write_front_page
from sample_linked_report import NAMES, write_linked_report

from diarflow.linking.link import LinkedSpeaker
from diarflow.linking.people_table import write_people
from diarflow.report.page_summary import read_summary
from diarflow.scoring.link_totals import LINK_SCORES, add_link_scores


@pytest.fixture
def report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / write_linked_report()


def test_the_front_page_has_the_scores_of_links_and_the_page_of_people(report):
    page = (report / "index.html").read_text()
    assert '<a href="people/talk.ours.html">People of talk</a>' in page
    assert "<td>12.50</td>" in page and "talk: all corpora" in page
    assert '<a href="#people">People</a>' in page


def test_the_front_page_of_an_unlinked_corpus_has_no_people(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert 'id="people"' not in (write_front_page() / "index.html").read_text()


def test_linked_speakers_have_names_on_the_page_of_a_recording(report):
    path = report / "recordings/talk/long.html"
    text = path.read_text()
    data = json.loads(text.split('id="data">')[1].split("</script>")[0])
    labels = {
        track["name"]: {row["name"]: row["label"] for row in track["speakers"]}
        for track in data["tracks"]
    }
    assert labels["ours"]["speaker0"].startswith("Ann_O'Neil (speaker0")
    assert (
        "speaker0" in labels["theirs"]["speaker0"] and "Ann_O" not in labels["theirs"]["speaker0"]
    )
    assert "begin with the people whom the speakers are linked to" in text
    talk = read_summary(path)["talk"]
    assert {row[0] for row in talk["ours"]["speakers"]} == set(NAMES.values())
    assert {row[0] for row in talk["theirs"]["speakers"]} == set(NAMES)


def test_a_changed_person_writes_only_the_pages_of_its_recordings_again(report):
    before = {path.name: path.read_bytes() for path in report.glob("recordings/*/*.html")}
    table = Path("results/talk/speakers/ours.parquet")
    people = [
        LinkedSpeaker(("talk", recording, speaker), person, 0.9, 5.0, ())
        for recording in SECONDS
        for speaker, person in NAMES.items()
        if recording != "long" or speaker != "speaker1"
    ]
    write_people(table, people)
    write_front_page(linked={"talk": ["ours"]})
    after = {path.name: path.read_bytes() for path in report.glob("recordings/*/*.html")}
    assert [name for name in before if before[name] != after[name]] == ["long.html"]


def test_scores_of_links_are_in_the_totals_of_their_corpus_only():
    der = pd.DataFrame(
        [
            {"corpus": corpus, "system": "s", "recording": recording, "protocol": protocol}
            for corpus in ("c", "ALL")
            for recording in ("a", "ALL", "COMPLETED")
            for protocol in ("full", "fair")
        ]
    )
    links = pd.DataFrame(
        [
            {"corpus": name, "system": "s", **dict.fromkeys(LINK_SCORES, 5.0)}
            for name in ("c", "ALL")
        ]
    )
    scored = add_link_scores(der, links)
    assert len(scored) == len(der)
    [row] = scored[scored["cross_der"].notna()].to_dict("records")
    assert (row["corpus"], row["recording"], row["protocol"]) == ("c", "ALL", "full")
