"""Imported systems: RTTM of other tools, scored like the systems that run here, without any audio."""

import csv

import pytest
from workflow_runs import BATCHES, Workflow, build_once, copied, write_tiny_corpus

SYSTEMS = {"folder": {"rttm": "rttm/{corpus}"}, "file": {"rttm": "rttm/all.rttm"}}


def line(recording, start, duration, speaker):
    return f"SPEAKER {recording} 1 {start} {duration} <NA> <NA> {speaker} <NA> <NA>\n"


def overlay(*systems, corpus="texts"):
    listed = {"name": corpus, "recordings": f"{corpus}.tsv", "systems": list(systems)}
    return {"corpora": [listed], "systems": SYSTEMS}


def write_texts(folder):
    """Write corpora without audio: x with a UEM, y without. The folder of RTTM has no file for y."""
    (folder / "rttm/texts").mkdir(parents=True)
    (folder / "x.rttm").write_text(line("x", 0, 4, "Ann") + line("x", 4, 4, "Bob"))
    (folder / "y.rttm").write_text(line("y", 10, 5, "Cy"))
    (folder / "x.uem").write_text("x 1 0 9\n")
    hypothesis = line("x", 0, 5, "p") + line("x", 5, 3, "q") + line("x", 4.5, 0.5, "p")
    (folder / "rttm/texts/x.rttm").write_text(hypothesis)
    (folder / "rttm/all.rttm").write_text(hypothesis + line("y", 8, 7, "r"))
    for name in ("texts", "more", "heldout"):
        (folder / f"{name}.tsv").write_text(
            "recording\treference\tuem\nx\tx.rttm\tx.uem\ny\ty.rttm\t\n"
        )
    (folder / "plain.tsv").write_text("recording\nx\n")


@pytest.fixture(scope="module")
def _imported(tmp_path_factory):
    def build(folder):
        write_tiny_corpus(folder, "classic", changes="none")
        write_texts(folder)
        corpora = [
            {"name": name, "recordings": f"{name}.tsv", "split": split, "systems": ["file"]}
            for name, split in (("more", "dev"), ("heldout", "test"), ("plain", None))
        ]
        changes = overlay("folder", "file")
        changes["corpora"][0]["split"] = "dev"
        changes["corpora"] += corpora
        done = Workflow(folder)("--cores", "2", overlay=BATCHES | changes, check=False)
        (folder / "output.txt").write_text(f"{done.status}\n{done.text}")

    return build_once(tmp_path_factory, "imported", build)


@pytest.fixture
def imported(_imported, tmp_path):
    """A copy of the corpus after a run of both systems."""
    return copied(_imported, tmp_path)


def scores(folder, corpus="texts"):
    with open(folder / f"results/{corpus}/der.csv") as file:
        return {
            (row["system"], row["recording"]): row
            for row in csv.DictReader(file)
            if row["protocol"] == "full"
        }


def test_imported_rttm_is_scored_without_audio(_imported):
    """In x, q begins 1 s late, of 8 s. In y, a false alarm of 2 s precedes 5 s of speech, or the RTTM is missing."""
    status, _, output = (_imported / "output.txt").read_text().partition("\n")
    assert status == "3"
    assert (
        "set aside: texts/y at import_rttm (folder): rttm/texts/y.rttm: does not exist, expected the RTTM of y"
        in output
    )
    rows = scores(_imported)
    assert float(rows["folder", "x"]["der"]) == 12.5
    assert rows["folder", "x"]["extent"] == "uem"
    assert float(rows["folder", "y"]["missed"]) == 5.0
    assert rows["folder", "y"]["failed_rule"] == "import_rttm"
    y = rows["file", "y"]
    assert (y["extent"], float(y["scored_seconds"]), float(y["false_alarm"])) == ("turns", 7.0, 2.0)
    assert rows["file", "ALL"]["extent"] == "turns uem"
    assert not (_imported / "results/texts/audio").exists()
    assert (_imported / "results/report/index.html").exists()


def test_a_changed_rttm_is_imported_again_for_its_recording_only(imported):
    with open(imported.folder / "rttm/all.rttm", "a") as file:
        file.write(line("x", 8, 1, "q"))
    planned = imported.planned_recordings(overlay=overlay("file"))
    assert {(rule, id) for rule, id in planned if id} == {
        ("import_rttm", "x"), ("score_recording", "x"),
    }  # fmt: skip


def test_a_malformed_line_and_a_name_of_another_recording_are_reported_with_the_file(imported):
    folder = imported.folder / "rttm/texts"
    (folder / "x.rttm").write_text(line("x", 0, 4, "p") + line("x", 4, -3, "q"))
    (folder / "y.rttm").write_text(line("z.wav", 10, 5, "r"))
    done = imported("rttm", overlay=BATCHES | overlay("folder"), check=False)
    assert done.status == 3
    for message in (
        "x at import_rttm (folder): rttm/texts/x.rttm:2: duration is -3, expected a number >= 0",
        "y at import_rttm (folder): rttm/texts/y.rttm: no turn of recording y; the file contains z.wav",
    ):
        assert message in done.text


def test_an_imported_system_is_scored_with_a_system_that_runs_here(finished):
    (finished.folder / "rttm").mkdir()
    text = line("a", 0, 3, "p") + line("b", 0, 3, "p")
    (finished.folder / "rttm/all.rttm").write_text(text)
    changes = BATCHES | overlay("classic", "file", corpus="tiny")
    done = finished("results/tiny/der.csv", overlay=changes)
    assert done.jobs == {"import_rttm": 1, "score_recording": 1, "report_corpus": 1}
    assert {system for system, _ in scores(finished.folder, "tiny")} == {"classic", "file"}


def test_dev_and_test_corpora_have_no_common_total_and_totals_are_rounded(_imported):
    """A corpus without references does not change the format of the other totals."""
    with open(_imported / "results/report/der.csv") as file:
        rows = list(csv.DictReader(file))
    assert {row["corpus"] for row in rows} == {"texts", "more", "heldout", "ALL dev"}
    totals = [row["der"] for row in rows if row["recording"] == "ALL"]
    assert totals and all(len(rate.partition(".")[2]) <= 2 for rate in totals)
