"""Recordings that fail: set aside, said, counted, and tried again."""

import json
import shutil

import soundfile
from conftest import ROOT, Workflow

from diarflow.formats.rttm import read_turns


def broken(fresh):
    """A corpus of which two recordings cannot be worked on, and one reference."""
    (fresh.folder / "audio/noise.wav").write_text("not audio")
    (fresh.folder / "audio/empty.wav").touch()
    (fresh.folder / "audio/neg.rttm").write_text("SPEAKER neg 1 0.5 -2 <NA> <NA> Ann <NA> <NA>\n")
    rows = ["noise\taudio/noise.wav\taudio/a.rttm", "empty\taudio/empty.wav\t",
            "neg\taudio/b.wav\taudio/neg.rttm", "a\taudio/a.wav\taudio/a.rttm"]  # fmt: skip
    (fresh.folder / "tiny.tsv").write_text("recording\taudio\treference\n" + "\n".join(rows) + "\n")


def test_what_fails_is_set_aside_the_rest_completes_and_the_status_says_so(fresh):
    broken(fresh)
    done = fresh(check=False)
    assert done.status == 3
    said = {line for line in done.text.splitlines() if line.startswith("set aside: ")}
    start = "set aside: tiny/"
    assert {line.split(" [")[0].split(" (")[0] for line in said} == {
        f"{start}noise at prepare_audio: audio/noise.wav: not audio that can be read",
        f"{start}noise at prepare_reference: audio/a.rttm: no turn of recording noise; the file contains a",
        f"{start}empty at prepare_audio: audio/empty.wav: the file is empty, expected audio",
        f"{start}neg at prepare_reference: audio/neg.rttm:1: duration is -2, expected a number >= 0",
    }
    for recording in ("noise", "empty", "neg", "a"):
        assert (fresh.folder / f"results/tiny/rttm/classic/{recording}.rttm").exists()
    assert read_turns(fresh.folder / "results/tiny/rttm/classic/neg.rttm")
    page = (fresh.folder / "results/report/index.html").read_text()
    assert "duration is -2, expected a number" in page


def test_a_run_that_finds_nothing_to_do_still_says_what_is_set_aside(fresh):
    broken(fresh)
    fresh(check=False)
    again = fresh(check=False)
    assert (
        "Nothing to be done" in again.text
        and "set aside so far: 3 (tiny/empty, tiny/noise, tiny/neg)" in again.text
    )
    assert again.status == 3 and "set aside: tiny/empty at prepare_audio" in again.text
    assert fresh(overlay={"on_error": "accept"}).status == 0
    assert fresh("--dry-run").status == fresh("--summary").status == 0


def test_a_run_that_fails_says_what_is_set_aside_too(fresh):
    (fresh.folder / "audio/b.wav").write_text("not audio")
    (fresh.folder / "bad.onnx").write_text("no model")
    overlay = {"systems": {"classic": {"changes": "bilstm"}}, "networks": {"bilstm": {"model": "bad.onnx"}}}  # fmt: skip
    done = fresh("rttm", "--keep-going", overlay=overlay, check=False)
    assert done.status == 1 and "set aside: tiny/b at prepare_audio" in done.text


def test_a_recording_is_tried_again_when_its_file_is_mended(fresh):
    broken(fresh)
    fresh(check=False)
    shutil.copy(fresh.folder / "audio/a.wav", fresh.folder / "audio/empty.wav")
    done = fresh(check=False)
    assert "set aside: tiny/empty" not in done.text and "set aside: tiny/noise" in done.text
    assert read_turns(fresh.folder / "results/tiny/rttm/classic/empty.rttm")


def test_a_reference_that_is_taken_away_takes_its_failure_with_it(fresh):
    (fresh.folder / "audio/a.rttm").write_text("SPEAKER a 1 0 -1 <NA> <NA> x <NA> <NA>\n")
    assert fresh(check=False).status == 3
    (fresh.folder / "tiny.tsv").write_text("recording\taudio\na\taudio/a.wav\nb\taudio/b.wav\n")
    assert fresh().status == 0


def test_with_on_error_accept_the_status_is_0(fresh):
    (fresh.folder / "audio/a.wav").write_text("not audio")
    assert fresh(overlay={"on_error": "accept"}).status == 0


def test_a_recording_that_was_set_aside_counts_in_all_and_not_in_completed(fresh):
    from diarflow.scoring.totals import read_csv

    (fresh.folder / "audio/a.wav").write_text("not audio")
    (fresh.folder / "audio/a.rttm").write_text("SPEAKER a 1 0 2 <NA> <NA> Ann <NA> <NA>\n")
    fresh(check=False)
    rows = read_csv(fresh.folder / "results/report/der.csv")
    full = rows[(rows["system"] == "classic") & (rows["protocol"] == "full")].set_index("recording")
    assert full["recordings"]["ALL"] == full["recordings"]["COMPLETED"] + 1
    assert full["missed"]["a"] == 2.0 and full["failed_rule"]["a"] == "prepare_audio"


def test_the_ledger_names_rule_variant_reason_and_log(fresh):
    (fresh.folder / "audio/a.wav").write_text("not audio")
    fresh(check=False)
    entry = fresh.folder / "results/tiny/failures/prepare_audio/a.json"
    said = json.loads(entry.read_text())
    assert said["rule"] == "prepare_audio" and said["recording"] == "a"
    assert "not audio that can be read" in (fresh.folder / said["log"]).read_text()


def test_what_was_set_aside_is_tried_again_on_demand(fresh):
    (fresh.folder / "audio/a.wav").write_bytes(b"")
    (fresh.folder / "tiny.tsv").write_text("recording\taudio\na\taudio/a.wav\n")
    fresh("rttm", check=False)
    assert not fresh.planned("rttm")
    fresh("retry")
    assert fresh.planned("rttm")["prepare_audio"] == 1


def test_what_took_too_long_is_tried_again_on_demand_with_more_time(fresh):
    (fresh.folder / "tiny.tsv").write_text("recording\taudio\na\taudio/a.wav\n")
    done = fresh("audio", overlay={"time_limit": 0.001}, check=False)
    assert done.status == 3
    assert "set aside: tiny/a at prepare_audio: exceeded the time limit of 0.001 s" in done.text
    fresh("retry")
    assert fresh("audio", overlay={"time_limit": 300}).status == 0
    assert soundfile.info(fresh.folder / "results/tiny/audio/a.wav").duration > 1


def test_what_was_set_aside_is_tried_again_when_its_settings_or_the_code_change(fresh, tmp_path):
    (fresh.folder / "tiny.tsv").write_text("recording\taudio\tchannel\na\taudio/a.wav\t5\n")
    done = fresh("audio", check=False)
    assert done.status == 3 and "channel is 5, expected 1 to 1" in done.text
    assert not fresh.planned("audio")

    ignored = shutil.ignore_patterns(".*", "results", "logs", "benchmarks", "__pycache__")
    shutil.copytree(ROOT, tmp_path / "code", ignore=ignored)
    audio = tmp_path / "code/scripts/diarflow/audio/prepared.py"
    audio.write_text(audio.read_text().replace("1 <= channel", "0 < channel"))
    assert Workflow(fresh.folder, tmp_path / "code").planned("audio")["prepare_audio"] == 1

    (fresh.folder / "tiny.tsv").write_text("recording\taudio\tchannel\na\taudio/a.wav\t1\n")
    assert fresh("audio").status == 0
    assert not list(fresh.folder.glob("results/tiny/failures/**/*.json"))
