"""End of a run: its last lines, with recordings, audio and time, the result of a search and links; and its status."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from test_calls import CALL, MONO, plan_of

from diarflow.artifacts.failures import Failure
from diarflow.runs.linking_summary import linking_lines
from diarflow.runs.recording_summary import RecordingFiles, files_by_recording, recording_lines
from diarflow.runs.run_end import RunEnd
from diarflow.runs.summary import result_lines
from diarflow.runs.tuning_summary import tuning_lines

START = 1_000_000.0


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Results of three recordings: 60 s of audio each, written 5 s after the start, and RTTM of one system."""
    monkeypatch.chdir(tmp_path)
    for name in "abc":
        for product in ("audio", "rttm/s"):
            (tmp_path / "results/c" / product).mkdir(parents=True, exist_ok=True)
        audio = tmp_path / f"results/c/audio/{name}.wav"
        soundfile.write(audio, np.zeros(60 * 16_000, np.int16), 16_000)
        os.utime(audio, (START + 5, START + 5))
        (tmp_path / f"results/c/rttm/s/{name}.rttm").touch()
    return {
        ("c", name): RecordingFiles(
            [f"results/c/rttm/s/{name}.rttm"], [f"results/c/audio/{name}.wav"]
        )
        for name in "abc"
    }


def line(recordings, failures=(), now=START + 60):
    return list(recording_lines(recordings, failures, start=START, now=now))


def test_a_run_ends_with_recordings_audio_and_time(results):
    # 180 s of audio in 60 s
    assert line(results) == [
        "3 of 3 recordings, 3.0 min of audio, 0 set aside, 60 s (3.0 times real time)"
    ]


def test_recordings_set_aside_or_without_rttm_do_not_count(results):
    os.remove("results/c/rttm/s/b.rttm")
    failures = [Failure("c", rule, "", "a", "", "") for rule in ("detect_speech", "build_turns")]
    assert line(results, failures) == [
        "1 of 3 recordings, 1.0 min of audio, 1 set aside, 60 s (1.0 times real time)"
    ]


def test_a_call_is_one_recording_with_the_length_of_its_longest_channel(results):
    call = {
        ("c", "ab"): RecordingFiles(
            ["results/c/rttm/s/a.rttm"], ["results/c/audio/a.wav", "results/c/audio/b.wav"]
        )
    }
    assert line(call)[0].startswith("1 of 1 recordings, 1.0 min of audio")
    files = files_by_recording(plan_of(*CALL, MONO))
    assert files["c", "call"] == RecordingFiles(
        ["results/c/rttm/classic/call.rttm"],
        ["results/c/audio/call_ch1.wav", "results/c/audio/call_ch2.wav"],
    )
    assert set(files) == {("c", "call"), ("c", "mono")}


def test_a_run_that_did_not_prepare_all_of_the_audio_has_no_speed(results):
    os.utime("results/c/audio/a.wav", (START - 5, START - 5))
    assert line(results) == ["3 of 3 recordings, 3.0 min of audio, 0 set aside, 60 s"]


def test_a_run_without_results_has_no_such_line(results):
    for name in "abc":
        os.remove(f"results/c/rttm/s/{name}.rttm")
    assert line(results) == []


def test_recordings_of_imported_systems_have_no_audio(results):
    for name in "abc":
        os.remove(f"results/c/audio/{name}.wav")
    assert line(results) == ["3 of 3 recordings, 0 set aside, 60 s"]


def test_the_report_is_an_absolute_link(tmp_path):
    report = tmp_path / "Gespräche 1" / "report"
    report.mkdir(parents=True)
    (report / "der.csv").write_text(
        "corpus,system,recording,protocol,recordings,missed,false_alarm,confusion,der\n"
    )
    lines = list(result_lines([], root=report.parent))
    assert lines[-1] == f"report: file://{tmp_path}/Gespr%C3%A4che%201/report/index.html"


@pytest.fixture
def overlay(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "results/report/tuning/mine.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("# 3 trials: full DER 20.00 % before, 10.00 % after\nsystems: {}\n")
    return path


def tuning(**changes):
    options = {"snakefile": os.path.abspath("Snakefile"), "configfiles": ["my corpus.yaml"],
               "lists_systems": False, "since": 0.0}  # fmt: skip
    return list(tuning_lines({"mine": "best", "other": "fast"}, **options | changes))


def test_a_search_ends_with_both_error_rates_and_the_command_that_uses_its_result(overlay):
    assert tuning() == [
        "search mine: 3 trials: full DER 20.00 % before, 10.00 % after",
        "to use it: snakemake --cores all --configfile 'my corpus.yaml' results/report/tuning/mine.yaml "
        "--config 'default_systems=[best-tuned]'",
    ]
    assert tuning(snakefile="/x/Snakefile")[1].startswith(
        "to use it: snakemake --cores all --snakefile /x/Snakefile --configfile"
    )


def test_a_corpus_that_lists_systems_needs_the_tuned_one_in_its_list(overlay):
    assert tuning(lists_systems=True)[1].startswith(
        "to use it, add best-tuned to `systems` of the corpus: snakemake --cores all --configfile"
    )


def test_the_result_of_an_earlier_search_is_not_shown(overlay):
    assert tuning(since=overlay.stat().st_mtime + 1) == []


# --- hooks and exit status ----------------------------------------------------------------------

FAILURE = Failure("c", "prepare_audio", "", "a", "a.wav: not audio", "logs/x.log")
RTTM_LINE, FAILURE_LINE = (
    "RTTM:   results/c/rttm/",
    "set aside: c/a at prepare_audio: a.wav: not audio [logs/x.log]",
)


@pytest.fixture
def run_end(results, monkeypatch):
    """Return a function that makes the end of a run with an RTTM, and with a failure or without."""
    # another test may have a display
    monkeypatch.setattr("diarflow.progress.handler._active", None)

    def make(failures=(FAILURE,), *, accept=False, jobs=0, **workflow):
        planned = SimpleNamespace(
            is_main_process=True, scheduler=object(), dryrun=False, dag=[None] * jobs,
            logger_manager=SimpleNamespace(get_logfile=lambda: [".snakemake/log/1.log"]),
        )  # fmt: skip
        vars(planned).update(workflow)
        return RunEnd(
            planned, corpora=["c"], failures=lambda: failures, counts=lambda: ["3 of 3 recordings"],
            notes=lambda: ["audio: 1 note"], remove=lambda: ["2 files removed that are not kept"],
            accept_failures=accept, start=START,
        )  # fmt: skip

    return make


@pytest.fixture
def exits(monkeypatch):
    """Statuses with which the process would have ended."""
    statuses = []
    monkeypatch.setattr(os, "_exit", statuses.append)
    return statuses


def test_a_run_that_set_recordings_aside_ends_with_status_3(run_end, capsys):
    with pytest.raises(SystemExit) as ended:
        run_end().on_success()
    assert ended.value.code == 3
    assert capsys.readouterr().err.splitlines() == [
        "2 files removed that are not kept",
        FAILURE_LINE,
        "They are tried again when their file, their settings or the code changes, or after `snakemake retry`.",
        "audio: 1 note", "3 of 3 recordings", RTTM_LINE, "log: .snakemake/log/1.log",
    ]  # fmt: skip


@pytest.mark.parametrize("options", [{"failures": ()}, {"accept": True}])
def test_a_run_without_failures_or_with_accepted_ones_succeeds(run_end, capsys, options):
    run_end(**options).on_success()
    assert (FAILURE_LINE in capsys.readouterr().err) == ("accept" in options)


def test_a_run_that_failed_prints_the_same_and_leaves_its_status_to_snakemake(run_end, capsys):
    run_end().on_error()
    text = capsys.readouterr().err
    assert FAILURE_LINE in text and "files removed" not in text


@pytest.mark.parametrize("succeeded", [True, False])
def test_the_display_of_the_progress_ends_before_the_summary(
    run_end, monkeypatch, capsys, succeeded
):
    ended = []

    def end_display(workflow, *, succeeded):
        ended.append((succeeded, capsys.readouterr().err))

    handler = SimpleNamespace(end_display=end_display)
    monkeypatch.setitem(sys.modules, "diarflow.progress.handler", handler)
    end = run_end(failures=())
    (end.on_success if succeeded else end.on_error)()
    assert ended == [(succeeded, "")] and RTTM_LINE in capsys.readouterr().err


def test_a_run_without_jobs_ends_with_status_3_if_recordings_are_still_set_aside(
    run_end, exits, capsys, monkeypatch
):
    """Snakemake has left the folder by then, and calls no hook."""
    end = run_end()
    monkeypatch.chdir("/")
    end.at_exit()
    lines = capsys.readouterr().err.splitlines()
    assert exits == [3] and {RTTM_LINE, FAILURE_LINE} <= set(lines)
    run_end(failures=()).at_exit()
    assert exits == [3]


@pytest.mark.parametrize(
    "options", [{"jobs": 1}, {"dryrun": True}, {"scheduler": None}, {"is_main_process": False}]
)
def test_the_exit_of_a_run_with_jobs_of_a_dry_run_a_listing_and_a_job_prints_nothing(
    run_end, exits, capsys, options
):
    run_end(**options).at_exit()
    assert exits == [] and capsys.readouterr().err == ""


def test_a_linking_names_the_number_of_speakers_whose_person_has_changed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    log = Path("logs/c/link_speakers/best.log")
    log.parent.mkdir(parents=True)
    log.write_text("INFO: 2 speakers\nINFO: changed: x of c/a was Ann and is Bob\n")
    links = [("c", "best"), ("c", "missing")]
    assert list(linking_lines(links, since=0.0)) == [
        "people of c (best): 1 speaker has another person than before, see logs/c/link_speakers/best.log"
    ]
    assert not list(linking_lines(links, since=log.stat().st_mtime + 1))
