"""Recordings that are set aside: placeholders, failure records, the exit status, and further attempts."""

import json
import shutil

import pytest
import soundfile
from conftest import ROOT
from damage import DAMAGES, one_of
from workflow_runs import BATCHES, Workflow, build_once, copied, write_tiny_corpus

from diarflow.artifacts.tables import read_rows
from diarflow.formats.rttm import read_turns
from diarflow.scoring.totals import read_csv

ACCEPT = {"on_error": "accept"}
HEADER = "recording\taudio\treference\n"
ROWS = ["noise\taudio/noise.wav\taudio/a.rttm\n", "empty\taudio/empty.wav\taudio/empty.rttm\n",
        "neg\taudio/b.wav\taudio/neg.rttm\n", "a\taudio/a.wav\taudio/a.rttm\n"]  # fmt: skip
TURN = "SPEAKER {} 1 0.5 {} <NA> <NA> Ann <NA> <NA>\n"


@pytest.fixture(scope="module")
def _failed(tmp_path_factory):
    """Run a corpus with two unreadable audio files and two wrong references, in batches."""

    def build(folder):
        write_tiny_corpus(folder, "classic", changes="none")
        (folder / "audio/noise.wav").write_text("not audio")
        (folder / "audio/empty.wav").touch()
        (folder / "audio/empty.rttm").write_text(TURN.format("empty", 2))
        (folder / "audio/neg.rttm").write_text(TURN.format("neg", -2))
        (folder / "tiny.tsv").write_text(HEADER + "".join(ROWS))
        done = Workflow(folder)("--cores", "2", overlay=BATCHES, check=False)
        (folder / "output.json").write_text(json.dumps(vars(done)))

    return build_once(tmp_path_factory, "failed", build)


@pytest.fixture
def failed(_failed, tmp_path):
    """A copy of the corpus after its run."""
    return copied(_failed, tmp_path)


def test_failing_recordings_are_set_aside_and_the_others_are_complete(_failed):
    done = json.loads((_failed / "output.json").read_text())
    assert done["status"] == 3 and set(done["jobs"].values()) == {1}
    lines = {line for line in done["text"].splitlines() if line.startswith("set aside: ")}
    start = "set aside: tiny/"
    assert {line.split(" [")[0].split(" (")[0] for line in lines} == {
        f"{start}noise at prepare_audio: audio/noise.wav: not audio that can be read: a text file; expected audio, such as WAV, FLAC or MP3",
        f"{start}noise at prepare_reference: audio/a.rttm: no turn of recording noise; the file contains a",
        f"{start}empty at prepare_audio: audio/empty.wav: the file is empty, expected audio",
        f"{start}neg at prepare_reference: audio/neg.rttm:1: duration is -2, expected a number >= 0",
    }
    assert read_turns(_failed / "results/tiny/rttm/classic/noise.rttm") == []
    assert read_turns(_failed / "results/tiny/rttm/classic/empty.rttm") == []
    assert read_turns(_failed / "results/tiny/rttm/classic/neg.rttm")
    assert read_turns(_failed / "results/tiny/rttm/classic/a.rttm")
    page = (_failed / "results/report/index.html").read_text()
    assert "duration is -2, expected a number" in page


def test_a_failure_record_holds_rule_recording_reason_and_log(_failed):
    record = json.loads((_failed / "results/tiny/failures/prepare_audio/noise.json").read_text())
    assert record["rule"] == "prepare_audio" and record["recording"] == "noise"
    assert record["log"] == "logs/tiny/prepare_audio/batch-1-of-1.log"
    assert record["reason"] in (_failed / record["log"]).read_text()
    assert "not audio that can be read" in record["reason"]


def test_the_report_links_to_the_logs_of_batches_and_has_the_times_of_rules(_failed):
    page = (_failed / "results/report/recordings/tiny/a.html").read_text()
    assert "logs/tiny/detect_speech/webrtc/batch-1-of-1.log" in page
    assert '"rule":"embed_segments"' in (_failed / "results/report/times.js").read_text()


def test_a_recording_that_was_set_aside_counts_in_all_and_not_in_completed(_failed):
    rows = read_csv(_failed / "results/report/der.csv")
    full = rows[(rows["system"] == "classic") & (rows["protocol"] == "full")].set_index("recording")
    assert full["missed"]["empty"] == 2.0 and full["failed_rule"]["empty"] == "prepare_audio"
    assert full["recordings"]["ALL"] == full["recordings"]["COMPLETED"] + 1


def test_a_run_without_jobs_lists_the_recordings_set_aside_and_fails_unless_accepted(failed):
    again = failed(check=False)
    assert (
        "Nothing to be done" in again.text
        and "set aside so far: 3 (tiny/empty, tiny/noise, tiny/neg)" in again.text
    )
    assert again.status == 3 and "set aside: tiny/empty at prepare_audio" in again.text
    assert failed(overlay=ACCEPT).status == 0
    assert failed("--dry-run").status == failed("--summary").status == 0


def test_a_failing_run_lists_the_recordings_set_aside_too(fresh):
    (fresh.folder / "audio/b.wav").write_text("not audio")
    # a network with the right header, and with an operator that does not exist
    network = (ROOT / "resources/models/bilstm.onnx").read_bytes()
    (fresh.folder / "bad.onnx").write_bytes(network.replace(b"LSTM", b"LSTX"))
    overlay = {"systems": {"classic": {"changes": "bilstm"}}, "networks": {"bilstm": {"model": "bad.onnx"}}}  # fmt: skip
    done = fresh("changes", "--keep-going", overlay=BATCHES | overlay, check=False)
    assert done.status == 1 and "set aside: tiny/b at prepare_audio" in done.text


def test_a_recording_is_processed_again_if_its_file_changes(failed):
    """Other recordings stay set aside, which this run accepts."""
    shutil.copy(failed.folder / "audio/a.wav", failed.folder / "audio/empty.wav")
    done = failed("speech", overlay=ACCEPT)
    assert done.status == 0
    assert done.jobs == {"prepare_audio": 1, "detect_speech": 1, "speech": 1}
    assert "set aside: tiny/empty" not in done.text and "set aside: tiny/noise" in done.text
    assert read_rows(failed.folder / "results/tiny/speech/webrtc/empty.parquet")


def test_a_removed_reference_removes_its_failure(failed):
    rows = ["neg\taudio/b.wav\t\n", ROWS[-1]]
    (failed.folder / "tiny.tsv").write_text(HEADER + "".join(rows))
    assert failed("results/tiny/der.csv").status == 0


def test_failed_recordings_are_processed_again_after_retry(failed):
    assert not failed.planned("rttm")
    failed("retry", overlay=ACCEPT)
    assert failed.planned("audio")["prepare_audio"] == 2


@pytest.mark.parametrize("damage", one_of(DAMAGES, fast="half"))
def test_a_damaged_failure_record_sets_its_recording_aside_until_retry(failed, damage):
    record = failed.folder / "results/tiny/failures/prepare_audio/noise.json"
    DAMAGES[damage](record)
    again = failed("--dry-run")
    assert "set aside so far: 3" in again.text and "Traceback" not in again.text
    failed("retry", overlay=ACCEPT)
    assert not record.exists()


def test_retry_skips_results_that_cannot_be_read(failed):
    results = failed.folder / "results/tiny"
    DAMAGES["zeros"](results / "audio/empty.wav")
    DAMAGES["random"](results / "speech/webrtc/noise.parquet")
    DAMAGES["folder"](results / "rttm/classic/empty.rttm")
    failed("retry", overlay=ACCEPT)
    assert not list(results.glob("failures/**/*.json"))
    assert not (results / "audio/noise.wav").exists()
    assert (results / "rttm/classic/empty.rttm/notes.txt").exists()


def test_retry_keeps_what_is_behind_a_link(failed):
    results = failed.folder / "results/tiny"
    shutil.move(results / "audio", failed.folder / "elsewhere")
    (results / "audio").symlink_to(failed.folder / "elsewhere")
    done = failed("retry", overlay=ACCEPT)
    assert (failed.folder / "elsewhere/noise.wav").exists()
    assert "results/tiny/audio/empty.wav is behind a symbolic link" in done.text


@pytest.mark.slow
def test_a_reference_of_many_wrong_lines_gives_short_messages(failed):
    lines = (f"SPEAKER a 1 {n} -\x1b[2J{n} <NA> <NA> Ann <NA> <NA>\n" for n in range(5000))
    (failed.folder / "audio/a.rttm").write_text("".join(lines))
    done = failed(check=False)
    line = next(line for line in done.text.splitlines() if line.startswith("set aside: tiny/a "))
    assert len(line) <= 300
    assert "; ... and 4997 more of this kind [" in line  # three lines are examples
    assert "\x1b" not in done.text
    page = failed.folder / "results/report/recordings/tiny/a.html"
    assert page.stat().st_size < 100_000


def test_only_the_last_attempt_sets_a_recording_aside_for_a_lack_of_memory(fresh, tmp_path):
    """The script of a copy of the code raises MemoryError for recording a."""
    ignored = shutil.ignore_patterns(".*", "results", "logs", "__pycache__", "tests", "bench")
    shutil.copytree(ROOT, tmp_path / "code", ignore=ignored)
    with open(tmp_path / "code/scripts/prepare_audio.py", "r+") as script:
        text = script.read()
        assert "job.each(prepare)" in text
        script.seek(0)
        script.write(text.replace("job.each(prepare)", "job.each(lambda item: prepare(item) if item.id != 'a' else bytes(10**18))"))  # fmt: skip
    workflow = Workflow(fresh.folder, tmp_path / "code")
    done = workflow("audio", "--retries", "2", overlay=BATCHES, check=False)
    assert done.status == 3 and done.text.count("Trying to restart job") == 2
    assert "set aside: tiny/a at prepare_audio: MemoryError" in done.text


@pytest.mark.slow
def test_a_recording_that_exceeded_the_time_limit_succeeds_after_retry_with_more_time(fresh):
    (fresh.folder / "tiny.tsv").write_text("recording\taudio\na\taudio/a.wav\n")
    done = fresh("audio", overlay={"time_limit": 0.001}, check=False)
    assert done.status == 3
    assert "set aside: tiny/a at prepare_audio: exceeded the time limit of 0.001 s" in done.text
    fresh("retry")
    assert fresh("audio", overlay={"time_limit": 300}).status == 0
    assert soundfile.info(fresh.folder / "results/tiny/audio/a.wav").duration > 1


@pytest.mark.slow
def test_a_failed_recording_is_processed_again_if_its_settings_or_the_code_change(fresh, tmp_path):
    (fresh.folder / "tiny.tsv").write_text("recording\taudio\tchannel\na\taudio/a.wav\t5\n")
    done = fresh("audio", check=False)
    assert done.status == 3 and "channel is 5, expected 1 to 1" in done.text
    assert not fresh.planned("audio")

    ignored = shutil.ignore_patterns(".*", "results", "logs", "__pycache__")
    shutil.copytree(ROOT, tmp_path / "code", ignore=ignored)
    audio = tmp_path / "code/scripts/diarflow/audio/prepare.py"
    code = audio.read_text()
    assert "1 <= self._channel" in code
    audio.write_text(code.replace("1 <= self._channel", "0 < self._channel"))
    assert Workflow(fresh.folder, tmp_path / "code").planned("audio")["prepare_audio"] == 1

    (fresh.folder / "tiny.tsv").write_text("recording\taudio\tchannel\na\taudio/a.wav\t1\n")
    assert fresh("audio").status == 0
    assert not list(fresh.folder.glob("results/tiny/failures/**/*.json"))
