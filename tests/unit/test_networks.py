"""Networks that look at a whole recording, and what their chunks say together."""

import itertools

import numpy as np
import pytest
import soundfile

from diarflow.artifacts.arrays import write_array, write_times
from diarflow.networks import NETWORKS
from diarflow.networks.chunks import CLASSES, Chunks, counts, overlap_added, read_chunks, stretches
from diarflow.networks.onnx import session
from diarflow.settings.stages import BilstmNetwork, SegmentationNetwork
from diarflow.simulation.synthetic import synthesize_dialogue
from diarflow.timeline.intervals import Interval

SETTINGS = {"bilstm": BilstmNetwork(), "segmentation": SegmentationNetwork()}


def load(name):
    return NETWORKS[name].load(**SETTINGS[name].model_dump())


def kept(path, activated):
    """What a rule writes, read again."""
    values, times, facts = activated
    write_array(path, values)
    write_times(path.with_suffix(".json"), times, **facts)
    return path


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("samples", [0, 1, 512, 8000, 170_000])
def test_recordings_of_any_length_give_scores_between_0_and_1(name, samples, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.random.default_rng(0).normal(0, 0.05, samples), 16_000)
    activate = load(name)
    values, times, facts = activate(tmp_path / "a.wav")
    assert ((values >= 0) & (values <= 1)).all()
    assert values.shape[-1] == len(facts["outputs"])
    assert len(times) == values.shape[-2]
    np.testing.assert_array_equal(values, activate(tmp_path / "a.wav")[0])


def test_the_segmentation_network_hears_the_turns_of_a_dialogue(tmp_path):
    turns = synthesize_dialogue(tmp_path / "a.wav", seed=3, speakers=2, turns=6, pause=1.0)
    chunks = read_chunks(kept(tmp_path / "a.npy", load("segmentation")(tmp_path / "a.wav")))
    assert chunks.values.dtype == np.float16 and chunks.values.shape[1:] == (589, 7)
    middles = [np.abs(chunks.times() - (t.start + t.end) / 2).argmin() for t in turns]
    silent = [
        np.abs(chunks.times() - (a.end + b.start) / 2).argmin()
        for a, b in itertools.pairwise(turns)
    ]
    assert counts(chunks)[middles].mean() > 0.8 > 0.2 > counts(chunks)[silent].mean()


def chunks_of(*classes, chunk_step=2.0, duration=4.0):
    """Chunks of four frames of 1 s, each frame surely of the class of this number."""
    values = np.zeros((len(classes), 4, 7), np.float16)
    for chunk, names in enumerate(classes):
        values[chunk, np.arange(4), names] = 1
    return Chunks(values, 0.5, 1.0, chunk_step, duration)


def test_overlapping_chunks_are_averaged_where_they_overlap():
    """Frames 2 and 3 are in both chunks; class 4 is two speakers; 4 s hold four frames."""
    chunks = chunks_of([0, 1, 1, 4], [2, 1, 6, 6])
    assert counts(chunks).tolist() == [0, 1, 1, 1.5]
    assert overlap_added(chunks, chunks.probable, width=3)[3].tolist() == [1, 0.5, 0]
    assert CLASSES[4] == "01"


def test_a_chunks_frames_are_moved_to_the_nearest_on_the_grid():
    chunks = chunks_of([0] * 4, [0] * 4, chunk_step=2.4)
    assert chunks.first(1) == 2 and chunks.chunk_times(1)[0] == 2.5


def test_a_stretch_begins_above_onset_and_ends_at_offset():
    chunks = chunks_of([0] * 4, duration=6.0)
    values = np.array([0.5, 0.9, 0.5, 0.2, 0.5, 0.9])
    assert stretches(chunks, values, onset=0.8, offset=0.4) == [
        Interval(1.0, 3.0),
        Interval(5.0, 6.0),
    ]
    assert stretches(chunks, values, onset=0.4, offset=0.4) == [
        Interval(0.0, 3.0),
        Interval(4.0, 6.0),
    ]
    assert stretches(chunks, np.zeros(6), onset=0.5, offset=0.5) == []


def test_a_recording_that_was_set_aside_has_no_chunks(tmp_path):
    write_array(tmp_path / "a.npy", [])
    write_times(tmp_path / "a.json", [], mark="prepare_audio", outputs=[])
    chunks = read_chunks(tmp_path / "a.npy")
    assert chunks.frames == 0 and counts(chunks).shape == (0,)


@pytest.mark.parametrize("threads", [1, 3])
def test_onnx_runtime_has_the_threads_that_the_rule_grants(monkeypatch, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", str(threads))
    options = session("segmentation.onnx").get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (threads, 1)
