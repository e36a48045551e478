"""Bootstrap intervals of error rates and of other statistics."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diarflow.scoring.bootstrap import bootstrap_interval, error_rate_interval


def test_an_interval_is_reproducible_and_narrows_with_more_recordings():
    """The width is proportional to 1 / sqrt(recordings): 400 recordings give a width 6.3 times smaller than 10."""
    generator = np.random.default_rng(1)
    few, many = generator.uniform(0, 4, (10, 1)), generator.uniform(0, 4, (400, 1))
    wide, again = (error_rate_interval(few, np.full_like(few, 10.0)) for _ in range(2))
    narrow = error_rate_interval(many, np.full_like(many, 10.0))
    assert (wide == again).all()
    assert np.diff(narrow, axis=0) < np.diff(wide, axis=0) / 3


def test_95_percent_of_the_intervals_contain_the_true_rate():
    """A recording of 10 s has an error of 0 to 4 s, so the true rate is 20 %.

    Of 400 intervals, 380 are expected to contain it, with a standard deviation of sqrt(400 x 0.95 x 0.05) = 4.4.
    Bootstrap intervals of 40 recordings are slightly too narrow, so the lower limit of the test is farther away.
    """
    errors = np.random.default_rng(2).uniform(0, 4, (40, 400))
    low, high = error_rate_interval(errors, np.full_like(errors, 10.0))
    assert 360 <= ((low < 20.0) & (high > 20.0)).sum() <= 395


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0.1, 10)), min_size=2, max_size=6))
def test_an_interval_lies_between_the_lowest_and_the_highest_rate(recordings):
    errors, speech = np.array(recordings).T
    low, high = error_rate_interval(errors[:, None], speech[:, None])[:, 0]
    rates = 100 * errors / speech
    assert rates.min() - 1e-6 <= low <= high <= rates.max() + 1e-6


def test_the_seed_determines_the_interval_of_a_statistic():
    items = list(np.arange(20.0))

    def interval(seed):
        return bootstrap_interval(items, np.mean, samples=50, seed=seed).tolist()

    assert interval(0) == interval(0) != interval(1)
    assert interval(0)[0] < 9.5 < interval(0)[1]


def test_a_statistic_that_is_nan_in_a_sample_has_no_interval():
    interval = bootstrap_interval([0.0, np.nan], np.max, samples=50, seed=0)
    assert np.isnan(interval).all()
