"""Inputs of a rule's jobs, with jobs of one recording (`batch_size: 1`) and of several."""

import os
from pathlib import Path

import pytest
from sessions import WINDOWS, evaluated, job_of, open_session, write_corpus

from diarflow.planning.file_states import scan_again

AUDIO = "results/{corpus}/audio/{recording}.wav"
SPEECH = "results/{corpus}/speech/{speech}/{recording}.parquet"
ACTIVATIONS = "results/{corpus}/activations/{network}/{recording}.npy"
REFERENCE = "results/{corpus}/reference/{recording}.rttm"
RTTM = "results/{corpus}/rttm/{system}/{recording}.rttm"
TURNS = "results/{corpus}/turns/{system}/{recording}.parquet"
CLUSTERS = "results/{corpus}/clusters/{speech}.{changes}.{overlap}.{embedding}.{clustering}/{recording}.parquet"
FRAMES = "results/{corpus}/activations/{frames}/{recording}.npy"
DENSE = "results/{corpus}/embeddings/{speech}.{changes}.{overlap}.{dense}/{recording}.npy"
WORDS = "results/{corpus}/words/{system}/{recording}.parquet"
# with and without a network, with and without an oracle; their variants are in config.yaml
SYSTEMS = ["best", "windows", "classic", "classic-oracle-changes"]


@pytest.fixture(params=[1, 10], ids=["jobs of a recording", "batches"])
def inputs(request, planning_folder):
    """Return a function that gives the inputs of the job on a recording, as its rule declares them."""
    corpus = write_corpus("a") | {"systems": SYSTEMS}
    session = open_session({"corpora": [corpus], "batch_size": request.param} | WINDOWS)

    def of_job(rule, output, method, *arguments, **values):
        batch, wildcards = job_of(session, rule, "a", corpus="c", **values)
        assert batch.is_wildcard == (request.param == 1)
        declared = getattr(batch, method)(*arguments)
        batch.outputs(output)
        return evaluated(declared, wildcards)

    return of_job


@pytest.mark.parametrize(
    ("speech", "expected"),
    [("segmentation", ["results/c/activations/segmentation/a.npy"]), ("webrtc", [])],
)
def test_a_variant_reads_the_activations_of_its_network(inputs, speech, expected):
    files = inputs("detect_speech", SPEECH, "inputs_of_network", ACTIVATIONS, speech=speech)
    assert files == expected


@pytest.mark.parametrize(
    ("changes", "expected"), [("oracle", ["results/c/reference/a.rttm"]), ("none", [])]
)
def test_only_an_oracle_reads_the_reference(inputs, changes, expected):
    output = "results/{corpus}/changes/{changes}/{recording}.parquet"
    files = inputs("detect_changes", output, "inputs_if_oracle", REFERENCE, changes=changes)
    assert files == expected


def test_turns_read_the_clusters_of_the_variants_that_their_system_selects(inputs):
    files = inputs("build_turns", TURNS, "inputs_of_system", CLUSTERS, system="classic")
    assert files == ["results/c/clusters/webrtc.bilstm-divergence.none.dvector.meanshift/a.parquet"]


@pytest.mark.parametrize(
    ("setting", "pattern", "system", "expected"),
    [
        ("network", ACTIVATIONS, "best", ["results/c/activations/segmentation/a.npy"]),
        ("frames", FRAMES, "best", ["results/c/activations/campplus/a.npy"]),
        ("embedding", DENSE, "best", []),
        ("embedding", DENSE, "windows", ["results/c/embeddings/{}.campplus-short/a.npy"]),
        ("frames", FRAMES, "windows", []),
        ("network", ACTIVATIONS, "classic", []),
        ("embedding", DENSE, "classic", []),
    ],
)
def test_turns_read_a_network_and_a_second_embedding_only_if_they_are_set(
    inputs, setting, pattern, system, expected
):
    files = inputs("build_turns", TURNS, "inputs_of_turns", setting, pattern, system=system)
    stages = "segmentation.none.segmentation"  # of `windows`
    assert files == [path.format(stages) for path in expected]


@pytest.mark.parametrize(
    ("method", "pattern"),
    [("source_audio", None), ("source_annotations", None), ("inputs_if_transcripts", WORDS),
     ("plan_file", None)],
)  # fmt: skip
def test_files_of_the_user_transcripts_and_rows_of_calls_are_no_inputs_without_need(
    inputs, method, pattern
):
    """The corpus has neither simulated audio nor transcripts nor calls."""
    arguments = [pattern] if pattern else []
    assert inputs("write_rttm", RTTM, method, *arguments, system="classic") == []


def test_prepared_audio_is_an_input_if_the_corpus_has_audio(inputs):
    files = inputs("prepare_reference", REFERENCE, "inputs_if_audio", AUDIO)
    assert files == ["results/c/audio/a.wav"]


def test_the_plan_file_is_an_input_that_exists_before_the_first_job(inputs):
    assert inputs("prepare_audio", AUDIO, "plan_file") == ["results/c/plan.jsonl"]
    assert Path("results/c/plan.jsonl").exists()


def test_a_shipped_model_is_no_input(inputs):
    output = "results/{corpus}/activations/{network}/{recording}.npy"
    assert inputs("compute_activations", output, "model", network="segmentation") == []


@pytest.mark.parametrize("batch_size", [1, 10])
def test_a_model_that_a_rule_makes_is_an_input(planning_folder, batch_size):
    session = open_session(
        {
            "corpora": [write_corpus("a") | {"systems": ["classic"]}],
            "networks": {"bilstm": {"model": "models/bilstm/bilstm.onnx"}},
            "batch_size": batch_size,
        }
    )
    batch, wildcards = job_of(session, "compute_activations", "a", corpus="c", network="bilstm")
    assert evaluated(batch.model(), wildcards) == ["models/bilstm/bilstm.onnx"]


@pytest.mark.parametrize("batch_size", [1, 10])
def test_the_rttm_of_a_call_reads_the_turns_of_its_channels(planning_folder, batch_size):
    corpus = write_corpus("mono", calls=["call"])
    session = open_session({"corpora": [corpus], "batch_size": batch_size})
    batch, wildcards = job_of(session, "write_rttm", "call", corpus="c", system="classic")
    batch.outputs(RTTM)
    Path("results/c/turns/classic").mkdir(parents=True)
    for id in ("mono", "call_ch1", "call_ch2"):  # none is missing, and all are newer than the RTTM
        Path(f"results/c/turns/classic/{id}.parquet").touch()
    Path("results/c/rttm/classic").mkdir(parents=True)
    for id in ("mono", "call"):
        Path(f"results/c/rttm/classic/{id}.rttm").touch()
        os.utime(f"results/c/rttm/classic/{id}.rttm", (1000, 1000))
    scan_again()
    of_call = [f"results/c/turns/classic/call_ch{number}.parquet" for number in (1, 2)]
    of_mono = ["results/c/turns/classic/mono.parquet"]
    files = evaluated(batch.inputs_of_channels(TURNS), wildcards)
    assert sorted(files) == sorted(of_call + (of_mono if batch_size > 1 else []))
    assert evaluated(batch.plan_file(), wildcards) == ["results/c/plan.jsonl"]


@pytest.mark.parametrize("batch_size", [1, 10])
def test_exports_of_a_corpus_without_audio_read_none(planning_folder, batch_size):
    write_corpus("a")
    corpus = {"name": "c", "recordings": "c.tsv", "systems": ["s"], "exports": ["srt"]}
    overlay = {"corpora": [corpus], "systems": {"s": {"rttm": "all.rttm"}}}
    session = open_session(overlay | {"batch_size": batch_size})
    batch, wildcards = job_of(session, "export_srt", "a", corpus="c", system="s")
    batch.outputs("results/{corpus}/exports/{system}/{recording}.srt")
    facts = "results/{corpus}/audio/{recording}.json"
    assert evaluated(batch.inputs_of_channels(facts, only_if_audio=True), wildcards) == []
    assert evaluated(batch.inputs_of_channels(facts), wildcards) == ["results/c/audio/a.json"]
    assert evaluated(batch.inputs_if_audio(AUDIO), wildcards) == []


@pytest.mark.parametrize("batch_size", [1, 10])
def test_audio_and_references_that_a_rule_makes_are_inputs(planning_folder, batch_size):
    """A simulated corpus: its audio and its references are results of `simulate_conversations`."""
    Path("speakers").mkdir()
    corpus = {"name": "c", "simulate": {"speakers": "speakers", "conversations": 1}}
    session = open_session({"corpora": [corpus], "batch_size": batch_size})
    (id,) = session.plan.ids("c")
    batch, wildcards = job_of(session, "prepare_audio", id, corpus="c")
    batch.outputs(AUDIO)
    assert evaluated(batch.source_audio(), wildcards) == [f"results/c/simulated/{id}.wav"]
    assert evaluated(batch.source_annotations(), wildcards) == [f"results/c/simulated/{id}.rttm"]


def test_an_edited_source_of_a_batch_is_declared_with_one_other(planning_folder):
    """Snakemake compares each input with the oldest output. Of the older inputs, one connects the jobs."""
    session = open_session({"corpora": [write_corpus(*"abc")], "batch_size": 10})
    batch, wildcards = job_of(session, "detect_speech", "b", corpus="c", speech="webrtc")
    batch.outputs(SPEECH)
    for product, ending, time in (("audio", "wav", 1000), ("speech/webrtc", "parquet", 2000)):
        Path("results/c", product).mkdir(parents=True)
        for id in "abc":
            path = Path("results/c", product, f"{id}.{ending}")
            path.touch()
            os.utime(path, (time, time))
    os.utime("results/c/audio/b.wav", (3000, 3000))
    assert evaluated(batch.inputs(AUDIO), wildcards) == [
        "results/c/audio/b.wav", "results/c/audio/a.wav",
    ]  # fmt: skip


def test_words_of_a_corpus_with_transcripts_are_inputs_of_its_exports(planning_folder):
    Path("transcripts").mkdir()
    Path("transcripts/a.json").write_text('[{"word": "yes", "start": 1.0, "end": 1.5}]')
    corpus = write_corpus("a") | {"transcript": "transcripts", "exports": ["srt"]}
    session = open_session({"corpora": [corpus]})
    batch, wildcards = job_of(session, "export_srt", "a", corpus="c", system="classic")
    assert evaluated(batch.inputs_if_transcripts(WORDS), wildcards) == [
        "results/c/words/classic/a.parquet"
    ]
