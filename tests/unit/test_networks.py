"""Networks and their activations."""

import itertools

import numpy as np
import onnxruntime
import pytest
import soundfile

from diarflow.artifacts.arrays import write_array, write_times
from diarflow.embedding.campplus import filterbank
from diarflow.errors import InputError
from diarflow.networks import NETWORKS
from diarflow.networks.activations import FrameScores, read_activations
from diarflow.networks.campplus import CHANNELS, block_statistics, pool_blocks, read_head
from diarflow.networks.chunks import (
    CLASSES,
    Chunks,
    average_over_chunks,
    read_chunks,
    speaker_counts,
)
from diarflow.networks.onnx import session
from diarflow.settings.networks import BilstmNetwork, CampplusNetwork, SegmentationNetwork
from diarflow.simulation.synthetic import synthesize_dialogue
from diarflow.timeline.frames import frames_to_intervals
from diarflow.timeline.intervals import Interval

SETTINGS = {
    "bilstm": BilstmNetwork(), "campplus": CampplusNetwork(), "segmentation": SegmentationNetwork(),
}  # fmt: skip
RESULTS = {"bilstm": FrameScores, "campplus": FrameScores, "segmentation": Chunks}


def load(backend):
    return NETWORKS[backend].load(**SETTINGS[backend].model_dump())


def write(path, activations):
    """Write activations as the rule compute_activations does."""
    write_array(path, activations.values)
    write_times(path.with_suffix(".json"), activations.times, **activations.metadata)
    return path


@pytest.mark.parametrize("backend", SETTINGS)  # without pyannote.audio, see tests/slow
@pytest.mark.parametrize("samples", [0, 1, 512, 8000, 170_000])
def test_recordings_of_any_length_have_activations(backend, samples, tmp_path):
    soundfile.write(tmp_path / "a.wav", np.random.default_rng(0).normal(0, 0.05, samples), 16_000)
    activate = load(backend)
    activations = activate(tmp_path / "a.wav")
    values = activations.values
    assert np.isfinite(values).all() and (values >= 0).all()
    assert backend == "campplus" or (values <= 1).all()
    outputs = len(activations.metadata["outputs"]) * activations.metadata.get("channels", 1)
    assert values.shape[-1] == outputs
    assert len(activations.times) == values.shape[-2]
    np.testing.assert_array_equal(values, activate(tmp_path / "a.wav").values)
    result = read_activations(write(tmp_path / "a.npy", activations))
    assert isinstance(result, RESULTS[backend])
    np.testing.assert_array_equal(result.values, values)


def test_the_segmentation_network_counts_the_speakers_of_a_dialogue(tmp_path):
    turns = synthesize_dialogue(tmp_path / "a.wav", seed=3, speakers=2, turns=6, pause=1.0)
    chunks = read_chunks(write(tmp_path / "a.npy", load("segmentation")(tmp_path / "a.wav")))
    assert chunks.values.dtype == np.float16 and chunks.values.shape[1:] == (589, 7)
    counts = speaker_counts(chunks)

    def mean_count(times):
        return np.mean([counts[np.abs(chunks.times() - time).argmin()] for time in times])

    in_turns = [(turn.start + turn.end) / 2 for turn in turns]
    in_pauses = [(a.end + b.start) / 2 for a, b in itertools.pairwise(turns)]
    assert mean_count(in_turns) > 0.8 > 0.2 > mean_count(in_pauses)


def chunks_of(*classes, chunk_step=2.0, duration=4.0):
    """Chunks of four frames of one second; each frame has the class of this number with probability 1."""
    values = np.zeros((len(classes), 4, 7), np.float16)
    for chunk, numbers in enumerate(classes):
        values[chunk, np.arange(4), numbers] = 1
    return Chunks(values, 0.5, 1.0, chunk_step, duration)


def test_chunks_are_averaged_where_they_overlap():
    """Frames 2 and 3 are in both chunks. Class 4 is two speakers. 4 s contain four frames."""
    chunks = chunks_of([0, 1, 1, 4], [2, 1, 6, 6])
    assert CLASSES[4] == "01"
    assert speaker_counts(chunks).tolist() == [0, 1, 1, 1.5]
    probabilities = average_over_chunks(chunks, chunks.probabilities, width=3)
    assert probabilities[3].tolist() == [1, 0.5, 0]


def test_the_frames_of_a_chunk_are_moved_to_the_nearest_ones_of_the_grid():
    chunks = chunks_of([0] * 4, [0] * 4, chunk_step=2.4)
    assert chunks.first_frame(1) == 2 and chunks.chunk_times(1)[0] == 2.5


def test_the_first_frame_starts_with_the_recording_and_the_last_one_ends_with_it():
    """Frames of one second have their centres at 0.4, 1.4 and 2.4 s in a recording of 3.2 s."""
    chunks = chunks_of([0] * 4, duration=3.2)._replace(start=0.4)
    bounds = chunks.frame_bounds()
    assert bounds.starts.tolist() == pytest.approx([0.0, 0.9, 1.9])
    assert bounds.ends.tolist() == pytest.approx([0.9, 1.9, 3.2])
    assert frames_to_intervals(np.ones(3, bool), bounds) == [Interval(0.0, 3.2)]


def test_the_placeholder_of_a_recording_that_was_set_aside_has_no_chunks(tmp_path):
    write_array(tmp_path / "a.npy", [])
    write_times(tmp_path / "a.json", [], failed_rule="prepare_audio", outputs=[])
    chunks = read_chunks(tmp_path / "a.npy")
    assert chunks.frame_count == 0 and speaker_counts(chunks).shape == (0,)


@pytest.mark.parametrize("threads", [1, 3])
def test_onnx_runtime_uses_the_threads_of_the_rule(monkeypatch, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", str(threads))
    options = session("segmentation.onnx").get_session_options()
    assert (options.intra_op_num_threads, options.inter_op_num_threads) == (threads, 1)


def test_pooled_blocks_have_the_mean_and_deviation_of_their_frames():
    frames = np.random.default_rng(0).normal(0, 1, (35, CHANNELS)).astype(np.float32)
    pooled = pool_blocks(block_statistics(frames))
    np.testing.assert_allclose(pooled[:CHANNELS], frames.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(pooled[CHANNELS:], frames.std(axis=0, ddof=1), atol=1e-5)


def test_one_piece_without_a_margin_pools_to_the_vector_of_the_network(tmp_path):
    synthesize_dialogue(tmp_path / "a.wav", seed=3, speakers=1, turns=1)
    audio = soundfile.read(tmp_path / "a.wav", 24_240, dtype="float32")[0]  # 150 frames of Kaldi
    soundfile.write(tmp_path / "b.wav", audio, 16_000, "PCM_16")
    bands = filterbank(soundfile.read(tmp_path / "b.wav", dtype="float32")[0])
    settings = CampplusNetwork(model="campplus.onnx", piece=4.0, margin=0.0).model_dump()
    statistics = NETWORKS["campplus"].load(**settings)(tmp_path / "b.wav").values
    weights, bias = read_head("campplus.onnx")
    vector = weights @ pool_blocks(statistics) + bias
    fbank = bands[None] - bands.mean(axis=0)
    expected = session("campplus.onnx").run(["embedding"], {"fbank": fbank})[0][0]
    cosine = vector @ expected / np.linalg.norm(vector) / np.linalg.norm(expected)
    assert cosine > 0.999  # the statistics are float16


def test_a_network_without_the_frames_of_campplus_is_an_error():
    settings = CampplusNetwork(model="dvector.onnx").model_dump()
    with pytest.raises(InputError, match="expected CAM"):
        NETWORKS["campplus"].load(**settings)


@pytest.mark.parametrize(
    ("device", "usable", "providers"),
    [
        ("cpu", True, ["CPUExecutionProvider"]),
        ("auto", False, ["CPUExecutionProvider"]),
        ("auto", True, ["CUDAExecutionProvider", "CPUExecutionProvider"]),
        ("cuda", True, ["CUDAExecutionProvider", "CPUExecutionProvider"]),
    ],
)
def test_a_network_runs_on_the_gpu_if_there_is_one(monkeypatch, device, usable, providers):
    gpu = ["CUDAExecutionProvider"] if usable else []

    class Opened:
        def __init__(self, source, options, providers):
            self.providers = providers

        def get_providers(self):
            return self.providers

    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [*gpu, "CPUExecutionProvider"])  # fmt: skip
    monkeypatch.setattr(onnxruntime, "InferenceSession", Opened)
    assert session("segmentation.onnx", device=device).providers == providers


def test_cuda_without_a_gpu_is_an_error():
    with pytest.raises(InputError, match="ONNX Runtime finds no GPU: install onnxruntime-gpu"):
        session("dvector.onnx", device="cuda")
