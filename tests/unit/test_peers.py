"""The comparison with other systems: its corpora, and its measurements."""

import json
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import ROOT
from scipy.linalg import eigh

from bench.job_logs import read_work
from bench.measure import measure
from bench.peers import corpora, pyannote_folder, scoring, systems, tables
from diarflow.clustering.plda import read_plda
from diarflow.formats.rttm import write_rttm
from diarflow.formats.uem import write_uem
from diarflow.settings.systems import System
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
    peer = systems.PEERS["senko"]._replace(environment=tmp_path / ".venv-senko")
    monkeypatch.setitem(systems.PEERS, "senko", peer)
    with pytest.raises(systems.PeerError, match=r"senko: the environment .* is missing; run `make peers`"):  # fmt: skip
        systems.run_system("senko", "c", (), tmp_path / "out", systems.RunSettings([], 1))


def test_the_folder_of_a_pipeline_contains_its_models_under_the_names_of_pyannote_audio(tmp_path):
    import onnx

    (tmp_path / "network.bin").write_bytes(b"weights")
    folder = tmp_path / "step-5"
    pyannote_folder.write_pipeline(
        folder, step=5.0, segmentation=tmp_path / "network.bin", clustering="VBxClustering"
    )
    config = yaml.safe_load((folder / "config.yaml").read_text())
    assert config["params"]["clustering"] == {"threshold": 0.6, "Fa": 0.07, "Fb": 0.8}
    parameters = config["pipeline"]["params"]
    assert parameters["clustering"] == "VBxClustering"
    assert parameters["segmentation_step"] == 0.5  # of a chunk of 10 s
    assert (folder / "segmentation/pytorch_model.bin").read_bytes() == b"weights"
    graph = onnx.load(parameters["embedding"]).graph
    assert [graph.input[0].name, graph.output[0].name] == ["feats", "embs"]
    onnx.checker.check_model(onnx.load(parameters["embedding"]))


def test_the_plda_of_a_pipeline_gives_the_vectors_of_ours(tmp_path):
    """The formulas are those of `vbx_setup` in pyannote/audio/utils/vbx.py, version 4.0.7; signs of directions are free."""
    model = read_plda(pyannote_folder.PLDA)
    pyannote_folder.write_plda(tmp_path, model)
    x, p = np.load(tmp_path / "xvec_transform.npz"), np.load(tmp_path / "plda.npz")
    lda, tr, psi = x["lda"], p["tr"], p["psi"]

    def unit(vectors):
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    vectors = np.random.default_rng(0).normal(size=(20, 192))
    reduced = np.sqrt(lda.shape[0]) * unit(vectors - x["mean1"]) @ lda - x["mean2"]
    reduced = np.sqrt(lda.shape[1]) * unit(reduced)
    within, between = np.linalg.inv(tr.T @ tr), np.linalg.inv((tr.T / psi) @ tr)
    variances, directions = eigh(between, within)
    projected = (reduced - p["mu"]) @ directions[:, ::-1]
    np.testing.assert_allclose(variances[::-1], model.between, rtol=1e-4)
    np.testing.assert_allclose(np.abs(projected), np.abs(model.project(vectors)), atol=1e-3)


def test_other_systems_are_external_systems_of_the_workflow(tmp_path):
    """A path that contains "pyannote" would select another class of embeddings."""
    settings = {name: System(**peer.settings) for name, peer in systems.PEERS.items()}
    assert settings["senko"].command and settings["resemblyzer"].command
    for name in ("pyannote", "pyannote-5s", "pyannote-vbx"):
        assert "pyannote" not in Path(settings[name].pipeline).relative_to(ROOT).as_posix()


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


def test_costs_are_those_of_an_hour_of_audio():
    recordings = pd.DataFrame({"seconds": [1800, 3600]})
    cost = {"cpu_seconds": 1500.0, "seconds": 3000.0, "peak_mb": 812.4}
    assert tables.cost_cells([cost], recordings) == ["1000", "2000", "812"]


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
    costs = {("diarflow-best", "c"): {"recordings": {"a": None}}}
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
