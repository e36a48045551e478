"""Folder of a job of a module with a prefix, and its paths there."""

import os
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.iocontainers import InputFiles, Log, OutputFiles

from diarflow.runs.job_folder import JobFolder, enter_folder


@pytest.fixture
def run_folder(tmp_path, monkeypatch):
    """The folder of a run, with a file of the user."""
    monkeypatch.chdir(tmp_path)
    Path("audio").mkdir()
    Path("audio/a.wav").touch()
    Path("tools").mkdir()
    Path("tools/run.py").touch()
    Path("p/q").mkdir(parents=True)
    return tmp_path


def job(prefix, **input):
    return SimpleNamespace(
        input=InputFiles(fromdict=input),
        output=OutputFiles(fromdict={"audio": f"{prefix}results/c/audio/a.wav"}),
        log=Log([f"{prefix}logs/c/prepare_audio/a.log"]),
    )


def test_a_job_works_below_its_prefix(run_folder):
    snakemake = job("p/q/", plan="p/q/results/c/plan.jsonl", known="audio/a.wav")
    enter_folder(snakemake)
    assert Path.cwd() == run_folder / "p/q"
    assert snakemake.output.audio == "results/c/audio/a.wav"
    assert snakemake.log[0] == "logs/c/prepare_audio/a.log"
    assert snakemake.input.plan == "results/c/plan.jsonl"
    assert snakemake.input.known == str(run_folder / "audio/a.wav")


def test_lists_of_inputs_keep_their_names(run_folder):
    snakemake = job("p/")
    snakemake.input = InputFiles(["p/results/x", "p/results/y"])
    snakemake.input._set_name("scores", 0, end=2)
    enter_folder(snakemake)
    assert list(snakemake.input.scores) == ["results/x", "results/y"]


def test_an_absolute_prefix(run_folder):
    snakemake = job(f"{run_folder}/p/")
    enter_folder(snakemake)
    assert Path.cwd() == run_folder / "p"
    assert snakemake.output[0] == "results/c/audio/a.wav"


def test_a_job_without_a_prefix_stays(run_folder):
    snakemake = job("", known="audio/a.wav")
    before = snakemake.input
    folder = enter_folder(snakemake)
    assert Path.cwd() == run_folder and snakemake.input is before
    row = {"audio": "audio/a.wav"}
    assert folder.row(row) is row


def test_the_job_of_a_rule_without_output(run_folder):
    snakemake = SimpleNamespace(
        input=InputFiles(), output=OutputFiles(), log=Log(["p/logs/retry.log"])
    )
    enter_folder(snakemake)
    assert Path.cwd() == run_folder / "p" and snakemake.log[0] == "logs/retry.log"


def test_rows_have_absolute_paths_of_the_user(run_folder):
    folder = JobFolder("p")
    row = {"channels": [{"audio": "audio/a.wav", "channel": 1, "reference": None}],
           "lines": {"reference": ["a", "b"]}, "uem": "results/sim/x.uem",
           "audio": "https://host/audio/a.wav", "name": "audio/a.wav"}  # fmt: skip
    assert folder.row(row) == row | {
        "channels": [
            {"audio": str(run_folder / "audio/a.wav"), "channel": 1, "reference": None},
        ],
    }  # fmt: skip


def test_settings_have_absolute_paths_of_the_user(run_folder):
    folder = JobFolder("p")
    embedding = {"model": "tools/run.py", "frames": {"model": "campplus.onnx"}}
    assert folder.settings("enroll_speakers", {"variant": embedding}) == {
        "variant": {"model": f"{run_folder}/tools/run.py", "frames": {"model": "campplus.onnx"}}
    }
    assert folder.settings("embed_segments", {"model": "models/x/y.onnx"}) == {
        "model": "models/x/y.onnx"
    }
    baseline = folder.settings("report_all", {"baseline": "results/der.csv", "audio": "tools"})
    assert baseline == {"baseline": f"{run_folder}/results/der.csv", "audio": "tools"}
    search = {"overlay": {"model": "tools/run.py"}}
    assert folder.settings("tune_system", search) == search


def test_the_words_of_a_command_that_are_files_become_absolute(run_folder):
    Path("python3").mkdir()  # not a program
    command = "python3 tools/run.py {audio} {rttm} --mode tools"
    settings = JobFolder("p").settings("run_command", {"command": command, "environment": None})
    assert shlex.split(settings["command"]) == [
        "python3", f"{run_folder}/tools/run.py", "{audio}", "{rttm}", "--mode", "tools",
    ]  # fmt: skip
    assert os.path.isdir(run_folder / "tools")
