"""Removal of a person from the results."""

import numpy as np

from diarflow.cli.main import main
from diarflow.linking.link import LinkedSpeaker
from diarflow.linking.people_table import read_labels, write_labels, write_people
from diarflow.linking.voice_files import write_voices
from diarflow.linking.voices import Voice

KEYS = {"a": ("c", "a", "SPEAKER_00"), "b": ("c", "b", "SPEAKER_00")}


def write_results(folder):
    """Write results in which Ann Lee is a known person, and speaks in recording a only."""
    results = folder / "results"
    for name in ("speakers", "c/speakers", "report/people"):
        (results / name).mkdir(parents=True)
    for id in "ab":
        for path in (
            "voices/s/{}.npy",
            "linked/s/{}.rttm",
            "exports/s/{}.srt",
            "embeddings/v/{}.npy",
            "rttm/s/{}.rttm",
            "exports/s/cuts/{}.csv",
            "exports/s/cuts/{0}/0000_{0}.flac",
            "../report/recordings/c/{}.html",
            "../../logs/{}/other.log",
        ):
            path = results / "c" / path.format(id)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    voices = [Voice("Ann Lee", np.ones(2), 20.0, 20.0, 1.0, 0.0)]
    write_voices(results / "speakers/campplus.npy", results / "speakers/campplus.json", voices)
    people = {"a": "Ann Lee", "b": "PERSON_0001"}
    speakers = [LinkedSpeaker(KEYS[id], person, 0.9, 5.0, ()) for id, person in people.items()]
    write_people(results / "c/speakers/s.parquet", speakers)
    write_labels(
        results / "c/speakers/s.labels.tsv", {KEYS["a"]: "Ann Lee", KEYS["b"]: "PERSON_0001"}
    )
    for path in (
        "report/people/c.s.html",
        "report/people/c.other.html",
        "report/data/0-talk.js",
        "report/data/0-full.js",
        "report/single/index.html",
        "report.zip",
        "../logs/enroll_speakers/campplus.log",
        "../logs/c/link_speakers/s.log",
    ):
        (results / path).parent.mkdir(parents=True, exist_ok=True)
        (results / path).touch()
    return results


def test_all_files_with_the_person_are_removed_and_no_others(tmp_path, capsys):
    results = write_results(tmp_path)
    assert main(["forget", "Ann Lee", "-d", str(tmp_path)]) == 0
    left = {str(path.relative_to(results)) for path in results.rglob("*") if path.is_file()}
    of_b = {
        "voices/s/b.npy",
        "linked/s/b.rttm",
        "exports/s/b.srt",
        "embeddings/v/b.npy",
        "rttm/s/b.rttm",
        "exports/s/cuts/b.csv",
        "exports/s/cuts/b/0000_b.flac",
    }
    of_report = {"people/c.other.html", "data/0-full.js", "recordings/c/b.html"}
    assert left == {
        *(f"c/{path}" for path in of_b | {"rttm/s/a.rttm", "speakers/s.labels.tsv"}),
        *(f"report/{path}" for path in of_report),
    }
    logs = {path.name for path in (tmp_path / "logs").rglob("*.log")}
    assert logs == {"other.log"}
    assert read_labels(results / "c/speakers/s.labels.tsv") == {KEYS["b"]: "PERSON_0001"}
    assert "speakers.known" in capsys.readouterr().out


def test_an_unknown_name_removes_nothing(tmp_path, capsys):
    results = write_results(tmp_path)
    before = sorted(results.rglob("*"))
    assert main(["forget", "Bob", "-d", str(tmp_path)]) == 1
    assert sorted(results.rglob("*")) == before
    assert "no person is named Bob" in capsys.readouterr().err
