"""All scripts of the systems `classic` and `best` on edge cases of audio files."""

import json
import re
import shutil
from functools import partial
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from edge_case_audio import CONTENTS, FILES, write_files
from table_corpus import source
from workflow_runs import digests

from diarflow.audio.facts import read_note
from diarflow.audio.prepared import duration
from diarflow.formats.rttm import read_turns
from diarflow.planning.plan_files import PlanFiles
from diarflow.planning.table import read_corpus
from diarflow.settings import read_settings

DEFAULTS = yaml.safe_load((ROOT / "config.yaml").read_text())
SETTINGS = read_settings(DEFAULTS, defaults=DEFAULTS, overlay={}, files=[])


@pytest.fixture(scope="module", params=[FILES], ids=["all"])
def corpus(request, tmp_path_factory):
    """The recordings of a folder of edge cases, and the edge case of each."""
    folder = tmp_path_factory.mktemp("edge-cases")
    write_files(folder / "audio", request.param)
    recordings, _ = read_corpus(source(name="h", audio=str(folder / "audio")))
    return {recording: request.param[Path(recording.audio).name] for recording in recordings}


@pytest.fixture
def run_all(run_script, corpus):
    """Run a script over all recordings. Inputs and outputs are given as `product/variant.suffix`."""

    def paths(artifacts):
        return {
            kind: ["results/h/plan.jsonl"] if kind == "plan" else [
                f"results/h/{folder}/{recording.id}.{suffix}"
                for folder, _, suffix in [artifact.rpartition(".")]
                for recording in corpus
            ]
            for kind, artifact in artifacts.items()
        }  # fmt: skip

    def run(rule, *, input, output, **settings):
        return run_script(rule, input=paths(input), output=paths(output), **settings)

    return run


def failures():
    """Return the failure records by rule and recording id."""
    records = map(json.loads, map(Path.read_text, Path("results/h/failures").rglob("*.json")))
    return {(record["rule"], record["recording"]): record for record in records}


def prepare(run_all, corpus):
    PlanFiles(corpus).write()
    outputs = {"audio": "audio.wav", "facts": "audio.json"}
    run_all("prepare_audio", input={"plan": "plan.jsonl"}, output=outputs)


def test_audio_is_prepared_or_the_recording_is_set_aside_with_the_reason(run_all, corpus):
    prepare(run_all, corpus)
    assert len(corpus) == sum(not name.startswith(".") for name in FILES) > 90  # not hidden
    records = failures()
    for recording, case in corpus.items():
        seconds = duration(f"results/h/audio/{recording.id}.wav")
        if case.reason:
            record = records.pop(("prepare_audio", recording.id))
            assert case.reason in record["reason"] and seconds == 0, recording.audio
        else:
            assert seconds == pytest.approx(case.seconds, abs=case.within), recording.audio
    assert not records


def test_the_note_of_a_truncated_file_contains_the_decoded_duration(run_all, corpus):
    prepare(run_all, corpus)
    note = read_note("results/h/audio/cut-off-flac.wav")
    assert re.fullmatch(r"The file is cut off: [12]\.\d s of 4\.0 s could be decoded\.", note)
    assert read_note("results/h/audio/coding-flac.wav") == ""


def test_the_table_of_ids_has_one_line_per_recording(corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PlanFiles(corpus).write()
    lines = Path("results/h/recordings.tsv").read_text().split("\n")
    assert len(lines) == len(corpus) + 2 and all(line.count("\t") == 2 for line in lines[:-1])
    ids = [line.split("\t")[0] for line in lines[1:-1]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"\w[\w .()-]*", id) for id in ids)


def diarize(run_all, system, **config):
    """Run all stages of a system on prepared recordings."""
    run_all = partial(run_all, config=config)

    def variant(stage, name=None):
        name = name or getattr(SETTINGS.systems[system], stage)
        return getattr(SETTINGS, stage)[name].model_dump()

    best = system == "best"
    network = "segmentation" if best else "bilstm"
    audio = {"audio": "audio.wav"}
    activations = {
        "activations": f"activations/{network}.npy",
        "times": f"activations/{network}.json",
    }
    run_all("compute_activations", input=audio, output=activations,
            **variant("networks", network))  # fmt: skip
    chunks = activations if best else {}
    run_all("detect_speech", input=audio | chunks, output={"speech": "speech.parquet"},
            **variant("speech"))  # fmt: skip
    run_all("detect_changes", input=audio | activations,
            output={"candidates": "candidates.parquet", "changes": "changes.parquet"},
            **variant("changes"))  # fmt: skip
    run_all("detect_overlap", input=audio | chunks, output={"overlap": "overlap.parquet"},
            **variant("overlap"))  # fmt: skip
    run_all("resegment", input={"speech": "speech.parquet", "changes": "changes.parquet"},
            output={"segments": "segments.parquet"}, **SETTINGS.segments.model_dump())  # fmt: skip
    regions = {"segments": "segments.parquet", "overlap": "overlap.parquet"}
    embeddings = {"embeddings": "embeddings.npy", "windows": "embeddings.parquet"}
    frames = {}
    if best:
        pooled = {"activations": "activations/campplus.npy", "times": "activations/campplus.json"}
        run_all("compute_activations", input=audio, output=pooled,
                **variant("networks", "campplus"))  # fmt: skip
        frames = {"frames": pooled["activations"], "frame_times": pooled["times"]}
    run_all("embed_segments", input=audio | chunks | frames | regions, output=embeddings,
            **variant("embedding"))  # fmt: skip
    clusters = {"clusters": "clusters.parquet"}
    run_all("cluster_segments", input=embeddings | {"plan": "plan.jsonl"},
            output=clusters, **variant("clustering"))  # fmt: skip
    run_all("build_turns", input=regions | embeddings | clusters | chunks | frames,
            output={"turns": "turns.parquet"}, **variant("turns"))  # fmt: skip
    run_all(
        "write_rttm",
        input={"channel_turns": "turns.parquet"},
        output={"rttm": "rttm.rttm", "sidecar": "rttm.json"},
    )


@pytest.mark.parametrize("corpus", [CONTENTS], indirect=True, ids=["contents"])
@pytest.mark.parametrize("system", ["classic", "best"])
def test_no_stage_fails_on_prepared_audio(run_all, corpus, system):
    prepare(run_all, corpus)
    failures_before = failures()
    diarize(run_all, system)
    assert failures() == failures_before
    with_turns = 0
    for recording, case in corpus.items():
        turns = read_turns(f"results/h/rttm/{recording.id}.rttm")
        with_turns += bool(turns)
        assert all(0 <= turn.start < turn.end <= (case.seconds or 0) + 1.6 for turn in turns)
        if case.reason or case.seconds < 0.1 or recording.id in ("silence", "constant"):
            assert not turns, recording.id
    assert with_turns >= 8


TWO_FILES = {name: CONTENTS[name] for name in ("chunk-and-a-sample.wav", "silence.wav")}


@pytest.mark.parametrize("corpus", [TWO_FILES], indirect=True, ids=["two"])
@pytest.mark.parametrize("system", ["classic", pytest.param("best", marks=pytest.mark.slow)])
def test_child_processes_write_the_same_bytes(run_all, corpus, tmp_path, monkeypatch, system):
    """Child processes, as on the last attempt at a job, use the networks that their parent loaded."""
    prepare(run_all, corpus)
    diarize(run_all, system)
    expected = digests(tmp_path)
    assert len(expected) > 20 and read_turns("results/h/rttm/chunk-and-a-sample.rttm")
    for path in Path("results/h").iterdir():
        if path.name not in ("audio", "plan.jsonl", "recordings.tsv"):
            shutil.rmtree(path)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")  # --set-threads
    diarize(run_all, system, time_limit=100)
    assert not failures() and digests(tmp_path) == expected
