"""Cepstral features."""

import numpy as np
import pytest

from diarflow.audio.features import (
    cepstrum,
    delta_features,
    frame_count,
    frame_time,
    span_features,
)
from diarflow.audio.mel import derivative
from diarflow.audio.prepared import AudioReader

HOP = 372


@pytest.fixture
def reader(two_timbres):
    with AudioReader(two_timbres) as reader:
        yield reader


def in_pieces(features, reader, frames):
    """Features computed 50 frames at a time."""
    starts = range(0, frames, 50)
    return np.concatenate(
        [features(reader, start, min(start + 50, frames), hop=HOP) for start in starts]
    )


def test_137_frames_are_3_2_seconds():
    assert frame_count(51_199, hop=HOP) == frame_count(51_200, hop=HOP) == 137


def test_a_frame_does_not_depend_on_the_others(reader):
    frames = cepstrum(reader, 0, frame_count(reader.samples))
    assert frames.shape == (frame_count(9 * 16_000), 12)
    np.testing.assert_allclose(cepstrum(reader, 300, 310), frames[300:310], atol=2e-3)


def test_delta_features_are_11_static_ones_and_12_of_each_derivative(reader):
    """Compared with derivatives over the whole recording, except at its ends."""
    frames = frame_count(reader.samples, hop=HOP)
    static = cepstrum(reader, 0, frames, hop=HOP)
    features = delta_features(reader, 0, frames, hop=HOP)
    assert features.shape == (frames, 35)
    np.testing.assert_array_equal(features[:, :11], static[:, 1:])
    for order, first in ((1, 11), (2, 23)):
        expected = derivative(static, width=9, order=order)
        np.testing.assert_allclose(features[4:-4, first : first + 12], expected[4:-4], atol=1e-3)
    np.testing.assert_allclose(in_pieces(delta_features, reader, frames), features, atol=5e-3)


def test_span_features_have_their_largest_divergence_at_the_change(reader):
    """Frames with less than 1 s (43 frames) of audio on one side have no divergence."""
    frames = frame_count(reader.samples, hop=HOP)
    features = span_features(reader, 0, frames, hop=HOP)
    deltas = delta_features(reader, 0, frames, hop=HOP)
    assert features.shape == (frames, 35)
    np.testing.assert_allclose(features[:, :23], deltas[:, :23], atol=1e-4)
    divergence = (features[:, 23:] ** 2).sum(axis=1)
    assert frame_time(divergence.argmax(), hop=HOP) == pytest.approx(5.0, abs=0.1)
    assert np.abs(divergence[:43]).max() == np.abs(divergence[-42:]).max() == 0 < divergence[43]
    np.testing.assert_allclose(in_pieces(span_features, reader, frames), features, atol=5e-3)
