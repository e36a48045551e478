"""Files of the user that are inputs of jobs over several recordings: compared by content, not by the order of times."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from sessions import end_run, open_session, write_corpus

from diarflow.digests import digest

SYSTEM = SimpleNamespace(system="best", embedding="pooled")


@pytest.fixture
def provenances(planning_folder):
    """Return a function that gives the provenance of enrolment, linking and report, by name."""
    corpus = write_corpus("a") | {"link": True, "systems": ["best"]}
    Path("people/Ann").mkdir(parents=True)
    Path("people/Ann/a.wav").write_bytes(b"first")
    Path("same.tsv").write_text("recording\tspeaker\tother_recording\tother_speaker\n")
    Path("der.csv").write_text(
        "corpus,system,recording,protocol,der,missed,false_alarm,confusion,reference\n"
    )

    def of_session():
        digest.cache_clear()
        session = open_session(
            {
                "corpora": [corpus],
                "speakers": {"known": "people"},
                "links": {"default": {"same": "same.tsv"}},
                "report": {"baseline": "der.csv"},
            }
        )
        (group,) = session.links.groups
        found = {
            "people/Ann/a.wav": session.links.enrolment_provenance(SYSTEM),
            "same.tsv": session.links.link_provenance(group)(SYSTEM),
            "der.csv": session.aggregation.report_provenance(None),
        }
        end_run()
        return found

    return of_session


@pytest.mark.parametrize("path", ["people/Ann/a.wav", "same.tsv", "der.csv"])
def test_a_file_that_an_older_one_replaces_changes_the_provenance_of_its_job_alone(
    provenances, path
):
    before = provenances()
    assert provenances() == before
    with open(path, "ab") as file:
        file.write(b" " if path.endswith("wav") else b"\n")
    os.utime(path, (1, 1))
    after = provenances()
    assert {name for name in after if after[name] != before[name]} == {path}


def test_linking_without_known_people_has_another_provenance(planning_folder):
    """The table of people has the same path, and a file that is read no more is no newer input."""
    corpus = write_corpus("a") | {"link": True, "systems": ["best"]}
    Path("people/Ann").mkdir(parents=True)
    Path("people/Ann/a.wav").touch()
    found = set()
    for known in (None, "people"):
        session = open_session({"corpora": [corpus], "speakers": {"known": known}})
        (group,) = session.links.groups
        found.add(session.links.link_provenance(group)(SYSTEM))
        end_run()
    assert len(found) == 2 and all(json.loads(text)["settings"] for text in found)
