"""Conversion of the output of segmentation networks to sets of up to two of three local speakers."""

import numpy as np
import pytest

from diarflow.networks.chunks import CLASSES
from diarflow.networks.local_speakers import convert_multilabel, convert_powerset

# order of the sets of pyannote.audio's Powerset(3, 2)
POWERSET = np.array(
    [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]], bool
)


def test_a_powerset_of_three_speakers_stays_the_same():
    values = np.random.default_rng(0).dirichlet(np.ones(7), 20).astype(np.float32)
    converted = convert_powerset(values, POWERSET)
    np.testing.assert_array_equal(converted.classes, values)
    assert (converted.is_crowded, converted.full_frames) == (False, 0)


def test_independent_speakers_become_sets():
    """By hand: 0.9 * 0.2 for both, 0.9 * 0.8 and 0.1 * 0.2 for one, 0.1 * 0.8 for none."""
    converted = convert_multilabel(np.array([[0.9, 0.2, 0.0]]))
    expected = dict.fromkeys(CLASSES, 0.0) | {"": 0.08, "0": 0.72, "1": 0.02, "01": 0.18}
    np.testing.assert_allclose(converted.classes[0], list(expected.values()), atol=1e-6)


def test_three_speakers_at_once_become_pairs_in_equal_parts():
    converted = convert_multilabel(np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 1.0]]))
    np.testing.assert_allclose(converted.classes[0, 4:], [1 / 3] * 3, atol=1e-6)
    assert converted.classes[1, CLASSES.index("02")] == 1.0
    assert converted.full_frames == 1


def test_the_three_most_active_of_more_speakers_are_kept_in_their_order():
    """Speaker 1 is never active and speaker 2 in one frame, so that speakers 0, 3 and 4 remain."""
    values = np.zeros((10, 5))
    values[:4, 0] = values[4:8, 3] = values[6:, 4] = 1.0
    values[0, 2] = 0.6
    converted = convert_multilabel(values)
    active = [CLASSES[index] for index in converted.classes.argmax(axis=1)]
    assert active == ["0"] * 4 + ["1"] * 2 + ["12"] * 2 + ["2"] * 2
    assert converted.is_crowded


@pytest.mark.parametrize("speakers", [1, 2, 4])
def test_probabilities_add_up_to_one(speakers):
    random = np.random.default_rng(speakers)
    multilabel = convert_multilabel(random.random((30, speakers)))
    members = np.array([list(np.binary_repr(n, speakers)) for n in range(2**speakers)]) == "1"
    powerset = convert_powerset(random.dirichlet(np.ones(len(members)), 30), members)
    for converted in (multilabel, powerset):
        assert converted.classes.shape == (30, 7) and converted.classes.dtype == np.float32
        np.testing.assert_allclose(converted.classes.sum(axis=1), 1.0, atol=1e-5)
