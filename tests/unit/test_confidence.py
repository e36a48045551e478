"""Confidence: evidence about pieces of turns, its calibration, and the estimate of a recording."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.artifacts.tables import read_rows
from diarflow.confidence.calibrator import Calibrator, read_calibrator, write_calibrator
from diarflow.confidence.estimate import estimate_channel
from diarflow.confidence.evidence import SOURCES, collect_evidence
from diarflow.confidence.network_evidence import count_probabilities
from diarflow.confidence.pieces import MAX_PIECE, cut_turns, mean_by_turn
from diarflow.confidence.regression import fit_linear, fit_logistic, sigmoid
from diarflow.confidence.tables import read_evidence, write_confidence, write_evidence
from diarflow.confidence.turn_evidence import covered_share, turn_evidence
from diarflow.confidence.voice_evidence import voice_evidence
from diarflow.embedding.windows import Window
from diarflow.errors import InputError
from diarflow.networks.chunks import Chunks
from diarflow.networks.onnx import model_path
from diarflow.scoring.prepared_reference import PreparedReference
from diarflow.scoring.repairs import Repairs
from diarflow.timeline.intervals import Interval, Turn
from diarflow.training.confidence import folds, make_example, train_calibrator

ANN, BOB = np.array([1.0, 0.0]), np.array([0.0, 1.0])
_turns = st.lists(
    st.builds(lambda start, length, speaker: Turn(start / 10, (start + length) / 10, speaker),
              st.integers(0, 99), st.integers(1, 40), st.sampled_from("abc")),
    min_size=1, max_size=8,
)  # fmt: skip


@given(_turns)
def test_pieces_cover_their_turns_and_are_short(turns):
    pieces = cut_turns(turns)
    assert (pieces.duration <= MAX_PIECE + 1e-9).all()
    for index, turn in enumerate(turns):
        rows = np.flatnonzero(pieces.turn == index)
        assert pieces.start[rows[0]] == turn.start and pieces.end[rows[-1]] == turn.end
        assert np.array_equal(pieces.end[rows[:-1]], pieces.start[rows[1:]])
        assert {pieces.names[speaker] for speaker in pieces.speaker[rows]} == {turn.speaker}


@given(_turns, _turns)
def test_covered_share_is_that_of_a_fine_grid(turns, others):
    """The times are tenths of seconds, so that a grid of tenths is exact."""
    grid = np.zeros(200, bool)
    for turn in others:
        grid[round(10 * turn.start) : round(10 * turn.end)] = True
    expected = [grid[round(10 * t.start) : round(10 * t.end)].mean() for t in turns]
    columns = [np.array([t[i] for t in part]) for part in (others, turns) for i in (0, 1)]
    assert covered_share(*columns) == pytest.approx(expected)


def test_evidence_from_turns():
    """Ann talks from 0 to 3 s, Bob from 2 to 3 s: the last two pieces of Ann lie in overlap."""
    turns = [Turn(0.0, 3.0, "Ann"), Turn(2.0, 3.0, "Bob")]
    evidence = turn_evidence(turns, cut_turns(turns))
    assert evidence["overlap"].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert evidence["turn_length"][[0, -1]] == pytest.approx(np.log([3.0, 1.0]))
    assert evidence["talk_share"][[0, -1]] == pytest.approx(np.log([0.75, 0.25]))
    # the centre of the first piece is 0.25 s from the edge, that of the third 1.25 s
    assert evidence["near_edge"][[0, 2]] == pytest.approx(np.exp([-0.5, -2.5]))
    assert evidence["other_edge"][3] == pytest.approx(np.exp(-0.5))


def windows_of(vectors):
    return [Window(float(i), float(i + 1), 0) for i in range(len(vectors))], np.array(vectors)


def test_a_window_with_the_voice_of_another_speaker_has_a_negative_margin():
    """The fourth second has the voice of Bob, but the turns give it to Ann."""
    turns = [Turn(0.0, 4.0, "Ann"), Turn(4.0, 8.0, "Bob")]
    windows, vectors = windows_of([ANN, ANN, ANN, BOB, BOB, BOB, BOB, BOB])
    pieces = cut_turns(turns, length=1.0)
    margin = voice_evidence(windows, vectors, pieces)["voice_margin"]
    assert margin[3] < -0.9 and (np.delete(margin, 3) > 0.5).all()


def chunks_of(classes):
    """Return activations of 20 s in chunks of 10 s, one each 5 s; `classes` (frames of 0.1 s,) are certain."""
    values = np.zeros((3, 100, 7), np.float16)
    for chunk in range(3):
        for frame in range(100):
            values[chunk, frame, classes[min(50 * chunk + frame, 199)]] = 1.0
    return Chunks(values, 0.05, 0.1, 5.0, 20.0)


def test_the_network_disagrees_with_a_turn_in_silence():
    """Local speaker 0 is active up to 10 s by the network, and the turn ends at 12 s."""
    chunks = chunks_of([1] * 100 + [0] * 100)
    assert count_probabilities(chunks)[[0, 150]].tolist() == [[0, 1, 0, 0], [1, 0, 0, 0]]
    windows, vectors = windows_of([ANN] * 12)
    evidence = collect_evidence(
        [Turn(0.0, 12.0, "Ann")], windows=windows, vectors=vectors, chunks=chunks
    )
    inside, outside = evidence.pieces.end <= 9.9, evidence.pieces.start >= 10.1
    for column in ("speech", "count", "activity"):
        assert evidence.columns[column][inside] == pytest.approx(1.0)
        assert evidence.columns[column][outside] == pytest.approx(0.0)
    assert evidence.sources == ("turns", "voices", "network")
    assert evidence.facts["missed"] == 0


def test_speech_that_no_turn_has_is_missed():
    """The network finds one speaker up to 10 s, of which the turn has 4 s."""
    evidence = collect_evidence([Turn(0.0, 4.0, "Ann")], chunks=chunks_of([1] * 100 + [0] * 100))
    assert evidence.facts["missed"] == pytest.approx(6.0)
    assert evidence.sources == ("turns",)


def test_agreement_is_that_of_mapped_speakers():
    """The other system agrees but for the names of the speakers, and for the second from 2 to 3 s."""
    turns = [Turn(0.0, 3.0, "a"), Turn(3.0, 6.0, "b")]
    other = [Turn(0.0, 2.0, "x"), Turn(2.0, 6.0, "y")]
    evidence = collect_evidence(turns, others=[other, turns])
    agreement = evidence.columns["agreement"].reshape(-1, 2).mean(axis=1)
    assert agreement.tolist() == [1, 1, 0.5, 1, 1, 1]
    assert (evidence.columns["agreement_on_speech"] == 1).all()
    assert evidence.facts["difference"] == 0.5 and evidence.facts["other_speakers"] == 2


def test_without_turns_there_are_no_pieces():
    evidence = collect_evidence([], chunks=chunks_of([1] * 200), others=[[Turn(0.0, 1.0, "a")]])
    assert not len(evidence.pieces.start)
    values, estimate = estimate_channel(evidence, Calibrator({}))
    assert not len(values) and estimate.der is None and estimate.speakers == {0: 1.0}


def test_logistic_regression_finds_the_coefficients_of_its_own_probabilities():
    """The targets are the exact probabilities of known coefficients, so that the minimum of the loss is there."""
    columns = np.random.default_rng(0).normal(3.0, 2.0, (500, 2))
    targets = sigmoid(columns @ [0.5, -1.0] + 0.25)
    model = fit_logistic(columns, targets, np.ones(500), penalty=0.0)
    assert model.weights / model.scale == pytest.approx([0.5, -1.0], abs=1e-6)
    assert sigmoid(model.predict(columns)) == pytest.approx(targets, abs=1e-6)


def test_linear_regression_equals_least_squares():
    generator = np.random.default_rng(0)
    columns, targets = generator.normal(size=(50, 3)), generator.normal(size=50)
    model = fit_linear(columns, targets, np.ones(50), penalty=0.0)
    rows = np.column_stack([columns, np.ones(50)])
    expected = rows @ np.linalg.lstsq(rows, targets)[0]
    assert model.predict(columns) == pytest.approx(expected)


def simulated_examples():
    """Return examples of 12 groups: a system gives some seconds of Bob to Ann, and the other system does not."""
    generator = np.random.default_rng(1)
    for number in range(24):
        is_bob = generator.random(40) < 0.4
        is_wrong = generator.random(40) < 0.02 * (number % 12)
        turns = [
            Turn(float(i), i + 1.0, "ab"[int(b and not w)])
            for i, (b, w) in enumerate(zip(is_bob, is_wrong, strict=True))
        ]
        truth = [Turn(float(i), i + 1.0, "AB"[int(b)]) for i, b in enumerate(is_bob)]
        noise = generator.normal(0, 0.2, (40, 2))
        windows, vectors = windows_of(np.where(is_bob[:, None], BOB, ANN) + noise)
        evidence = collect_evidence(turns, windows=windows, vectors=vectors, others=[truth])
        reference = PreparedReference(truth, Repairs(), [Interval(0.0, 40.0)], "uem")
        example = make_example(f"g{number // 2}", evidence, turns, reference)
        assert example is not None
        yield example


@pytest.fixture(scope="module")
def examples():
    return list(simulated_examples())


@pytest.fixture(scope="module")
def calibrator(examples):
    return train_calibrator(examples)


def test_a_calibrator_separates_right_from_wrong_labels(examples, calibrator):
    assert set(calibrator.models) == {
        "turns",
        "turns+voices",
        "turns+systems",
        "turns+voices+systems",
    }
    results = [estimate_channel(example.evidence, calibrator) for example in examples]
    values = np.concatenate([probabilities for probabilities, _ in results])
    correct = np.concatenate([example.correct for example in examples])
    assert values[correct == 0].max() < 0.5 < values[correct == 1].min()
    expected = [estimate.der for _, estimate in results]
    assert np.corrcoef(expected, [example.der for example in examples])[0, 1] > 0.9
    assert all(e.low <= e.der <= e.high for _, e in results)
    assert all(sum(e.speakers.values()) == pytest.approx(1) for _, e in results)


def test_a_calibrator_uses_the_model_for_the_most_sources(calibrator):
    assert calibrator.model(("turns", "voices", "network", "systems"))[1] == (
        "turns",
        "voices",
        "systems",
    )
    assert calibrator.model(("turns",))[1] == ("turns",)
    with pytest.raises(InputError, match="expected one for some of"):
        Calibrator({}).model(("turns",))


def test_a_calibrator_is_read_as_it_was_written(calibrator, examples, tmp_path):
    path = tmp_path / "c.json"
    write_calibrator(path, calibrator)
    for example in examples[:3]:
        first, second = (
            estimate_channel(example.evidence, c) for c in (calibrator, read_calibrator(path))
        )
        assert first[0] == pytest.approx(second[0], abs=1e-4)
        assert first[1].der == pytest.approx(second[1].der, abs=1e-4)


@pytest.mark.parametrize(
    "change", [{"version": 0}, {"models": {"turns": {}}}, {"models": {"x": {}}}, {"models": []}]
)
def test_another_file_is_no_calibrator(calibrator, tmp_path, change):
    path = tmp_path / "c.json"
    write_calibrator(path, calibrator)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InputError, match="expected a calibrator made by"):
        read_calibrator(path)


def test_training_needs_several_groups(examples):
    with pytest.raises(InputError, match="fewer than 5 groups"):
        train_calibrator(examples[:8])


def test_a_group_is_in_one_fold():
    groups = [f"g{i % 7}" for i in range(30)]
    rows = folds(groups, count=3)
    assert sorted(np.concatenate(rows).tolist()) == list(range(30))
    members = [{groups[i] for i in fold} for fold in rows]
    assert sum(map(len, members)) == 7


def test_evidence_is_read_as_it_was_written(examples, tmp_path):
    path = tmp_path / "e.parquet"
    two = [examples[0].evidence, examples[1].evidence]
    write_evidence(path, two, is_number_given=True)
    read = read_evidence(path)
    assert read.is_number_given
    for first, second in zip(two, read.channels, strict=True):
        assert first.facts == second.facts and first.pieces.names == second.pieces.names
        assert set(first.columns) == set(second.columns)
        for name, values in first.columns.items():
            assert np.array_equal(values, second.columns[name])


def test_the_confidence_of_a_turn_is_the_mean_of_its_pieces(tmp_path):
    evidence = collect_evidence([Turn(0.0, 1.0, "a"), Turn(0.5, 1.0, "b")])
    path = tmp_path / "c.parquet"
    write_confidence(path, [evidence], [np.array([0.9, 0.7, 0.5])])
    assert read_rows(path) == [
        (0.0, 0.5, "a", 0.9, 1, 0, 0.8), (0.5, 1.0, "a", 0.7, 1, 0, 0.8), (0.5, 1.0, "b", 0.5, 1, 1, 0.5),
    ]  # fmt: skip
    assert mean_by_turn(np.array([0.9, 0.7, 0.5]), evidence.pieces) == pytest.approx([0.8, 0.5])


def test_the_shipped_calibrator_has_models_for_all_sources():
    models = read_calibrator(model_path("confidence.json")).models
    assert "+".join(SOURCES) in models and "turns" in models
    assert len(models) == 6
