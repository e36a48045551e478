"""RTTM made elsewhere, scored beside the workflow's own, and without any audio."""

import csv

import pytest

SYSTEMS = {"elsewhere": {"rttm": "made/{corpus}"}, "one-file": {"rttm": "made/all.rttm"}}


def line(recording, start, duration, speaker):
    return f"SPEAKER {recording} 1 {start} {duration} <NA> <NA> {speaker} <NA> <NA>\n"


@pytest.fixture
def made(fresh):
    """Two recordings of which no audio is there: x with a UEM and y without; of y nothing was found."""
    (fresh.folder / "made/texts").mkdir(parents=True)
    (fresh.folder / "x.rttm").write_text(line("x", 0, 4, "Ann") + line("x", 4, 4, "Bob"))
    (fresh.folder / "y.rttm").write_text(line("y", 10, 5, "Cy"))
    (fresh.folder / "x.uem").write_text("x 1 0 9\n")
    found = line("x", 0, 5, "p") + line("x", 5, 3, "q") + line("x", 4.5, 0.5, "p")
    (fresh.folder / "made/texts/x.rttm").write_text(found)
    (fresh.folder / "made/all.rttm").write_text(found + line("y", 8, 7, "r"))
    (fresh.folder / "texts.tsv").write_text(
        "recording\treference\tuem\nx\tx.rttm\tx.uem\ny\ty.rttm\t\n"
    )
    return fresh


def overlay(corpus="texts", systems=("elsewhere", "one-file")):
    listed = {"name": corpus, "recordings": f"{corpus}.tsv", "systems": list(systems)}
    return {"corpora": [listed], "systems": SYSTEMS}


def scores(folder, corpus="texts"):
    with open(folder / f"results/{corpus}/der.csv") as file:
        return {
            (row["system"], row["recording"]): row
            for row in csv.DictReader(file)
            if row["protocol"] == "full"
        }


def test_rttm_made_elsewhere_is_scored_without_audio(made):
    """x: q is 1 s late, of 8 s. y, without UEM: 2 s of false alarm before its 5 s; or nothing found."""
    done = made(overlay=overlay(), check=False)
    assert done.status == 3
    assert (
        "set aside: texts/y at import_rttm (elsewhere): made/texts/y.rttm: does not exist, expected the RTTM of y"
        in done.text
    )
    found = scores(made.folder)
    assert float(found["elsewhere", "x"]["der"]) == 12.5
    assert found["elsewhere", "x"]["extent"] == "uem"
    assert float(found["elsewhere", "y"]["missed"]) == 5.0
    assert found["elsewhere", "y"]["failed_rule"] == "import_rttm"
    y = found["one-file", "y"]
    assert (y["extent"], float(y["scored_seconds"]), float(y["false_alarm"])) == ("turns", 7.0, 2.0)
    assert found["one-file", "ALL"]["extent"] == "turns uem"
    assert not (made.folder / "results/texts/audio").exists()
    assert (made.folder / "results/report/index.html").exists()


def test_a_changed_rttm_is_read_again_and_that_of_another_recording_is_not(made):
    made(overlay=overlay(systems=["one-file"]))
    with open(made.folder / "made/all.rttm", "a") as file:
        file.write(line("x", 8, 1, "q"))
    planned = made.planned_recordings(overlay=overlay(systems=["one-file"]))
    assert {one for one in planned if one[1]} == {("import_rttm", "x"), ("score_recording", "x")}


def test_a_line_that_is_none_and_another_recordings_name_are_told_with_the_file(made):
    (made.folder / "made/texts/x.rttm").write_text(line("x", 0, 4, "p") + line("x", 4, -3, "q"))
    (made.folder / "made/texts/y.rttm").write_text(line("y.wav", 10, 5, "r"))
    done = made(overlay=overlay(systems=["elsewhere"]), check=False)
    assert done.status == 3
    for told in (
        "x at import_rttm (elsewhere): made/texts/x.rttm:2: duration is -3, expected a number >= 0",
        "y at import_rttm (elsewhere): made/texts/y.rttm: no turn of recording y; the file contains y.wav",
    ):
        assert told in done.text


def test_it_stands_beside_the_workflows_own(made):
    text = line("a", 0, 3, "p") + line("b", 0, 3, "p")
    (made.folder / "made/all.rttm").write_text(text)
    made(overlay=overlay("tiny", ["classic", "one-file"]))
    assert {system for system, _ in scores(made.folder, "tiny")} == {"classic", "one-file"}


def test_a_folder_that_is_not_there_and_a_system_of_both_kinds_stop_the_run(made):
    wrong = overlay()
    wrong["systems"] = {"elsewhere": {"rttm": "nowhere/{corpus}"}, "one-file": SYSTEMS["one-file"]}
    done = made(overlay=wrong, check=False)
    assert done.status == 1
    assert "systems.elsewhere.rttm: nowhere/texts does not exist (corpus texts)" in done.text
    wrong["systems"]["elsewhere"] = {"rttm": "made", "speech": "webrtc"}
    done = made(overlay=wrong, check=False)
    assert "has rttm and speech, expected either rttm or stages" in done.text
