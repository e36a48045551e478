"""The comparison with other systems: its corpora, and its measurements."""

import json
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pandas as pd
import pytest
import yaml
from conftest import ROOT

from bench.job_logs import read_work
from bench.measure import measure
from bench.peers import corpora, scoring, session, systems, tables
from diarflow.formats.rttm import read_turns, write_rttm
from diarflow.formats.uem import write_uem
from diarflow.timeline.intervals import Interval, Turn


def test_simulated_corpora_contain_no_speaker_of_the_training_data():
    """Folders of LibriSpeech with the same number are the same person, in any part of LibriSpeech."""
    lines = (ROOT / "resources" / "models" / "bilstm-speakers.tsv").read_text().splitlines()[1:]
    parts = dict(line.split("\t") for line in lines)
    config = yaml.safe_load((ROOT / "bench" / "configs" / "peers.yaml").read_text())
    simulated = [corpus["simulate"] for corpus in config["corpora"] if "simulate" in corpus]
    trained = {name.split("/")[1] for name, part in parts.items() if part == "train"}
    assert simulated
    for corpus in simulated:
        used = {name for name, part in parts.items() if part == corpus["part"]}
        used -= set(corpus["leave_out"])
        people = [name.split("/")[1] for name in used]
        assert corpus["part"] == "test" and not trained & set(people)
        assert len(people) == len(set(people)) == 79


def test_the_cost_of_a_command_includes_its_child_processes(tmp_path):
    burn = "import time\nwhile time.process_time() < 0.4: pass"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    # in another process: the peak memory of a child begins with that of its parent
    code = f"import sys; from bench.measure import measure; print(*measure([sys.executable, '-c', {child!r}]))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    status, seconds, cpu_seconds, peak_mb = map(float, done.stdout.split())
    assert status == 0 and seconds >= 0.4
    assert 0.4 <= cpu_seconds < 2 and 5 < peak_mb < 500


def test_the_output_and_the_status_of_a_command_are_kept(tmp_path):
    cost = measure([sys.executable, "-c", "print('text'); exit(3)"], tmp_path / "log.txt")
    assert cost.status == 3 and (tmp_path / "log.txt").read_text() == "text\n"


def test_a_peer_writes_rttm_and_costs_and_a_failure_is_an_empty_hypothesis(tmp_path, monkeypatch):
    rows = [
        {"recording": "a", "audio": "a.wav", "num_speakers": 2},
        {"recording": "b", "audio": "b"},
    ]
    (tmp_path / "recordings.json").write_text(json.dumps(rows))
    calls = []

    def diarize(audio, num_speakers):
        calls.append((audio, num_speakers))
        if audio == "b":
            raise ValueError("not audio")
        yield Turn(0.0, 1.5, "x")

    arguments = ["run_peer.py", str(tmp_path / "recordings.json"), str(tmp_path)]
    monkeypatch.setattr(sys, "argv", arguments)
    session.run(lambda: diarize, ["numpy"])
    assert calls == [("a.wav", 2), ("b", None)]
    content = json.loads((tmp_path / "session.json").read_text())
    assert content["recordings"]["a"]["failed"] is None
    assert content["recordings"]["b"]["failed"] == "ValueError: not audio"
    assert read_turns(tmp_path / "a.rttm") == [Turn(0.0, 1.5, "x")]
    assert read_turns(tmp_path / "b.rttm") == []


def test_a_system_is_measured_again_if_audio_or_number_of_speakers_differ(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"one")
    recordings = (systems.Recording("a", tmp_path / "a.wav", None),)
    assert not systems.is_measured(tmp_path, recordings)
    (tmp_path / "cost.json").write_text(json.dumps({"stamp": systems.stamp(recordings)}))
    assert systems.is_measured(tmp_path, recordings)
    assert not systems.is_measured(tmp_path, (recordings[0]._replace(num_speakers=2),))
    (tmp_path / "a.wav").write_bytes(b"two")
    systems.stamp.cache_clear()
    assert not systems.is_measured(tmp_path, recordings)


def test_a_table_has_a_corpus_for_each_value_of_its_column_or_is_one_corpus(tmp_path):
    (tmp_path / "mine.tsv").write_text("recording\taudio\na\ta.wav\n")
    (tmp_path / "both.tsv").write_text("corpus\trecording\taudio\nx\ta\ta.wav\ny\tb\tb.wav\n")
    entries = corpora.read_corpora([tmp_path / "mine.tsv", tmp_path / "both.tsv"])
    assert [entry["name"] for entry in entries] == ["mine", "x", "y"]


def test_a_missing_environment_is_an_error_that_names_the_command(tmp_path, monkeypatch):
    monkeypatch.setitem(systems.PEERS, "senko", (tmp_path / ".venv-senko", "module"))
    with pytest.raises(systems.PeerError, match=r"senko: the environment .* is missing; run `make peers`"):  # fmt: skip
        systems.run_system("senko", "c", (), tmp_path / "out", systems.OwnSettings([], 1))


def test_long_speakers_speak_for_a_second_within_the_scored_extent(tmp_path):
    write_rttm(tmp_path / "a.rttm", "a", [Turn(0, 0.5, "x"), Turn(1, 1.6, "x"), Turn(2, 2.9, "y")])
    assert scoring.count_long_speakers(tmp_path / "a.rttm", [Interval(0, 9)]) == 1
    assert scoring.count_long_speakers(tmp_path / "a.rttm", [Interval(0.2, 9)]) == 0


def test_a_comparison_names_our_system_first():
    columns = "system other system_der other_der difference difference_low difference_high"
    row = namedtuple("Row", columns)
    swapped = tables.ours_first(row("senko", "diarflow-best", 30.0, 20.0, 10.0, 4.0, 13.0))
    assert swapped == row("diarflow-best", "senko", 20.0, 30.0, -10.0, -13.0, -4.0)
    assert tables.ours_first(swapped) == swapped


def test_the_warm_cost_excludes_the_first_recording():
    recordings = pd.DataFrame(
        {"seconds": [1800, 3600], "cpu_seconds": [900, 100], "first": [True, False]}
    )
    cost = {"cpu_seconds": 1500.0, "seconds": 3000.0, "peak_mb": 812.4}
    assert tables.cost_cells([cost], recordings) == ["1000", "100", "2000", "812"]


def test_the_log_of_a_job_has_the_cpu_time_of_each_recording(run_script, tone):
    (row := Path("row.json")).write_text(json.dumps({"audio": str(tone()), "channel": "mix"}))
    audio = "results/c/audio/a.wav"
    log = run_script(
        "prepare_audio", input={"source": str(tone()), "row": str(row)}, output={"audio": audio}
    )
    Path("job.log").write_text(log)
    [work] = read_work(Path("job.log"))
    assert work.recording == "a" and 0 <= work.cpu_seconds < 5


def test_hypotheses_are_scored_as_in_the_workflow(tmp_path, monkeypatch):
    """Ann speaks 8 s, Bob 2 s. Two seconds of Ann are attributed to Bob: 20 % confusion."""
    monkeypatch.chdir(tmp_path)
    write_rttm("results/c/reference/a.rttm", "a", [Turn(0, 8, "Ann"), Turn(8, 10, "Bob")])
    write_uem("results/c/reference/a.uem", "a", [Interval(0, 12)])
    hypothesis = [Turn(0, 4, "S1"), Turn(4, 6, "S1"), Turn(6, 10, "S2"), Turn(7, 8, "S2")]
    write_rttm("output/best/c/a.rttm", "a", hypothesis)
    costs = {("diarflow-best", "c"): {"recordings": {"a": {"cpu_seconds": 1.0}}}}
    der, _ = scoring.score_all(Path("output"), {"best": "diarflow-best"}, costs, {"c": "test"})
    full = der[(der["recording"] == "ALL") & (der["protocol"] == "full")].iloc[0]
    assert (full["missed"], full["false_alarm"], full["confusion"]) == (0.0, 0.0, 2.0)
    assert full["der"] == 20.0
    assert full["hypothesis_speakers"] == full["reference_speakers"] == 2


def test_all_versions_of_a_system_are_listed():
    cost = {"measured": "2026-11-24", "load": 2.2}
    costs = {
        ("diarflow-best", corpus): cost | {"versions": {"diarflow": commit}}
        for corpus, commit in (("a", "5a79e79"), ("b", "40fbac4"), ("c", "40fbac4"))
    }
    line = tables.circumstances_of("diarflow-best", costs)
    assert line == "- diarflow-best: diarflow 40fbac4 and 5a79e79; 2026-11-24, load 2 to 2"
