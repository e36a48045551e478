"""Outputs that batches declare in a compact plan."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.planning.declared_outputs import DeclaredOutputs
from diarflow.planning.file_states import scan_again

AUDIO = [f"results/c/audio/{id}.wav" for id in ("a", "b", "d.e")]
SPEECH = [f"results/c/speech/v/{id}.parquet" for id in ("a", "b", "d.e")]


def declare(*kinds, requested=()):
    """Return the outputs of a compact plan with one batch, after it has declared files by time."""
    outputs = DeclaredOutputs(True, lambda corpus: 1, requested)
    for times in kinds:
        outputs.add(list(times), times.values())
    return outputs


def test_a_plan_that_is_not_compact_declares_all_outputs():
    outputs = DeclaredOutputs(False, lambda corpus: 1)
    assert outputs.add(AUDIO, [1.0, None, 2.0]) == AUDIO
    assert outputs.of(AUDIO) == AUDIO
    assert outputs.files_of("prepare_audio", AUDIO[0]) == [AUDIO[0]]


@pytest.mark.parametrize(
    ("times", "expected"), [([2.0, 1.0, 3.0], 1), ([2.0, 1.0, None], 2), ([None, None, 1.0], 0)]
)
def test_a_missing_output_is_declared_and_otherwise_the_oldest_one(times, expected):
    outputs = DeclaredOutputs(True, lambda corpus: 1)
    assert outputs.add(AUDIO, times) == [AUDIO[expected]]
    assert outputs.of(AUDIO) == [AUDIO[expected]]
    assert outputs.representative(AUDIO[2]) == AUDIO[expected]


def test_requested_outputs_are_declared_too():
    outputs = DeclaredOutputs(True, lambda corpus: 1, [AUDIO[2], "results/c/der.csv"])
    assert outputs.add(AUDIO, [1.0, 2.0, 3.0]) == [AUDIO[0], AUDIO[2]]


def test_each_batch_has_a_representative_of_its_own():
    outputs = DeclaredOutputs(True, lambda corpus: 2)
    ids = [f"r{number}" for number in range(20)]
    batches: dict[int, list[str]] = {}
    for id in ids:
        path = f"results/c/audio/{id}.wav"
        batches.setdefault(outputs._place(path)[1], []).append(path)
    assert len(batches) == 2
    declared = [outputs.add(paths, [1.0] * len(paths))[0] for paths in batches.values()]
    assert [outputs.of(paths) for paths in batches.values()] == [[path] for path in declared]


def test_files_that_no_batch_makes_stay_as_they_are():
    outputs = declare(dict(zip(AUDIO, [1.0, 2.0, 3.0], strict=True)))
    assert outputs.of(["results/c/audio/a.json", "models/m.onnx"]) == ["results/c/audio/a.json", "models/m.onnx"]  # fmt: skip


def test_all_outputs_of_a_rule_are_found_from_a_declared_one():
    outputs = DeclaredOutputs(True, lambda corpus: 1)
    outputs.add_rule("prepare_audio-c-1-of-1", ["a", "b", "d.e"])
    assert outputs.files_of("prepare_audio-c-1-of-1", AUDIO[1]) == AUDIO
    assert outputs.files_of("report_all", "results/report/der.csv") == ["results/report/der.csv"]


def write(times):
    for path, time in times.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).touch()
        os.utime(path, (1e9 + time, 1e9 + time))
    scan_again()


def test_a_job_declares_the_representative_and_newer_inputs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(dict(zip(AUDIO, [0, 60, 120], strict=True)))
    outputs = declare(dict(zip(AUDIO, [0, 60, 120], strict=True)))
    assert outputs.inputs(AUDIO, [1e9 + 1, 1e9 + 61, 1e9 + 121]) == [AUDIO[0]]
    assert outputs.inputs(AUDIO, [1e9 + 1, 1e9 + 59, 1e9 + 121]) == [AUDIO[0], AUDIO[1]]
    assert outputs.inputs(AUDIO[1:], [1e9 + 61, None]) == [AUDIO[0]]


_times = st.tuples(st.floats(0, 1000), st.floats(0, 1000))


@given(st.dictionaries(st.sampled_from("abcdefgh"), _times, min_size=1), st.data())
def test_no_representative_is_older_than_that_of_its_inputs_if_no_result_is(times, data):
    """Snakemake compares representatives of different recordings; it must not find one out of date."""
    inputs = {f"results/c/audio/{id}.wav": min(pair) for id, pair in times.items()}
    some = data.draw(st.sets(st.sampled_from(sorted(times)), min_size=1))  # with a reference
    results = {f"results/c/scores/s/{id}.parquet": max(times[id]) for id in some}
    outputs = declare(inputs, results)
    (of_input,), (of_result,) = outputs.of(inputs), outputs.of(results)
    assert inputs[of_input] <= results[of_result]
