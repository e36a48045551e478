"""Turns from windows and clusters. Numbers of bugs are those of docs/method.md."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.embedding.pooled import pooled_vectors
from diarflow.embedding.windows import Window, cut_windows
from diarflow.errors import InputError
from diarflow.networks.campplus import read_head
from diarflow.networks.chunks import read_chunks
from diarflow.settings.turns import ActivationsTurns, JoinTurns, PooledTurns
from diarflow.timeline.intervals import Interval, Turn, merge_overlapping
from diarflow.turns import BUILDERS
from diarflow.turns.activations import windows_to_frames
from diarflow.turns.join import (
    join_turns,
    nearest_index,
    second_speaker_turns,
    split_segments_by_window,
)

SETTINGS = {
    block.backend: block.model_dump()
    for block in (JoinTurns(), ActivationsTurns(embedding=None), PooledTurns())
}


def load(backend, **settings):
    return BUILDERS[backend].load(**SETTINGS[backend] | settings)


# Times are multiples of an eighth of a second, which are exact in binary.
times = st.integers(0, 400).map(lambda n: n / 8)
segment_lists = st.lists(
    st.tuples(times, times).filter(lambda t: t[0] < t[1]).map(lambda t: Interval(*t)),
    max_size=8,
).map(merge_overlapping)


def draw_labels(data, windows):
    return data.draw(st.lists(st.integers(0, 2), min_size=len(windows), max_size=len(windows)))


@pytest.fixture
def conversation(segmented):
    """Inputs of a builder: two speakers for 4 s each, the last 2 s together.

    Windows of 1 s, one every 0.5 s, have one of two orthogonal vectors. Speaker 3 is local speaker 1, 5 is 0.
    """
    return {
        "windows": [
            *(Window(n / 2, n / 2 + 1, 0) for n in range(7)),
            *(Window(5 + n / 2, 6 + n / 2, 1) for n in range(3)),
        ],
        "labels": [3] * 7 + [5] * 3,
        "segments": [Interval(0.0, 4.0), Interval(5.0, 9.0)],
        "overlap": [Interval(7.0, 9.0)],
        "activations": read_chunks(segmented(("1", 400), ("", 100), ("0", 200), ("01", 200))),
        "vectors": np.eye(4)[[0] * 7 + [1] * 3],
    }


@pytest.fixture(params=BUILDERS)
def backend(request):
    return request.param


@pytest.fixture
def inputs(backend, conversation):
    """Inputs of a backend: for pooled frames, their statistics are noise, with another mean for each speaker."""
    if backend != "pooled":
        return conversation
    random = np.random.default_rng(0)
    frames = np.abs(random.normal(random.normal(0, 1, (2, 1024))[[0] * 45 + [1] * 50], 0.1))
    vectors = pooled_vectors(conversation["windows"], frames, *read_head("campplus-int8.onnx"))
    return conversation | {"frames": frames.astype(np.float16), "vectors": vectors}


def test_without_windows_there_are_no_turns(backend, inputs):
    empty = {"windows": [], "labels": [], "vectors": np.zeros((0, 4))}
    assert load(backend)(**inputs | empty) == []


def test_all_turns_of_one_cluster_have_one_speaker(backend, inputs):
    build = load(backend)
    inputs = inputs | {"overlap": []}
    assert {turn.speaker for turn in build(**inputs | {"labels": [0] * 10})} == {0}
    single = {name: inputs[name][:1] for name in ("windows", "segments", "vectors")}
    assert [turn.speaker for turn in build(**inputs | single | {"labels": [7]})] == [7]


def test_every_builder_is_deterministic_and_ignores_local_speakers(backend, inputs):
    build = load(backend)
    turns = build(**inputs)
    local_speaker = Window(0.2, 1.9, 0, chunk=3, local_speaker=1)
    with_local_speaker = {
        "windows": [*inputs["windows"], local_speaker],
        "labels": [*inputs["labels"], 8],
        "vectors": np.vstack([inputs["vectors"], np.ones_like(inputs["vectors"][:1])]),
    }
    assert build(**inputs | with_local_speaker) == turns != []


def test_without_overlap_turns_do_not_overlap(backend, inputs):
    turns = load(backend)(**inputs | {"overlap": []})
    for before, after in itertools.pairwise(turns):
        assert before.end <= after.start + 1e-9


@pytest.mark.parametrize("mix", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("backend", ["activations", "pooled"])
def test_local_speakers_are_matched_to_the_clusters_of_their_windows(backend, inputs, mix):
    turns = load(backend, mix=mix)(**inputs)
    assert turns[0] == (pytest.approx(0.0), pytest.approx(4.0), 3)
    assert (pytest.approx(5.0), pytest.approx(9.0), 5) in turns[1:]
    # only the network recognizes the second speaker in overlap
    assert [turn.speaker for turn in turns].count(3) == 2


def test_a_further_embedding_with_other_dimensions_is_rejected(conversation):
    dense = {"dense_windows": [Window(0.0, 1.0, 0)], "dense_vectors": np.ones((1, 6))}
    with pytest.raises(InputError, match="has 6 dimensions and that of the clusters 4"):
        load("activations")(**conversation | dense)


def test_frames_outside_windows_have_the_values_of_the_nearest_window():
    frame_times = 0.005 + 0.01 * np.arange(400)
    windows = [Window(0.5, 1.5, 0), Window(2.5, 3.5, 0)]
    values = windows_to_frames(frame_times, windows, np.array([[1.0, 0.0], [0.0, 1.0]]))
    np.testing.assert_allclose(values[:, 0], [1.0] * 200 + [0.0] * 200, atol=1e-6)


@given(segment_lists, st.data(), st.sampled_from([0.5, None]))
def test_the_parts_of_the_windows_cover_the_segments_exactly(segments, data, hop):
    windows = cut_windows(segments, length=1.0, hop=hop)
    turns = split_segments_by_window(windows, draw_labels(data, windows), segments)
    assert merge_overlapping(Interval(t.start, t.end) for t in turns) == segments
    assert sum(t.end - t.start for t in turns) == pytest.approx(sum(e - s for s, e in segments))


@given(segment_lists, st.data(), st.sampled_from([0.0, 0.5, 5.0]))
def test_joined_turns_do_not_overlap_and_are_maximal(segments, data, max_gap):  # bug 26
    windows = cut_windows(segments, length=1.0, hop=0.5)
    turns = load("join", max_gap=max_gap)(
        windows, draw_labels(data, windows), segments=segments, overlap=[]
    )
    for before, after in itertools.pairwise(turns):
        assert before.end <= after.start
        assert before.speaker != after.speaker or after.start - before.end > max_gap


def test_a_gap_with_a_turn_of_another_speaker_is_not_bridged():
    turns = [Turn(0.0, 1.0, 1), Turn(1.0, 1.2, 2), Turn(1.2, 2.0, 1)]
    assert join_turns(turns, max_gap=1.0) == turns


@pytest.mark.parametrize(
    ("second_speaker", "expected"),
    [
        ("nearest", [Turn(0.0, 3.5, 1), Turn(2.5, 6.0, 2)]),
        ("none", [Turn(0.0, 3.0, 1), Turn(3.0, 6.0, 2)]),
    ],
)
def test_the_turn_of_a_second_speaker_is_merged_with_their_own(second_speaker, expected):
    segments = [Interval(0.0, 3.0), Interval(3.0, 6.0)]
    build = load("join", max_gap=0.0, second_speaker=second_speaker)
    windows = cut_windows(segments, length=3.0, hop=None)
    assert build(windows, [1, 2], segments=segments, overlap=[Interval(2.5, 3.5)]) == expected


def test_a_recording_with_one_speaker_has_no_second_speaker_in_overlap():
    assert second_speaker_turns([Turn(0.0, 3.0, 1)], [Interval(1.0, 2.0)]) == []


def test_the_last_window_is_used():  # bug 25
    segments = [Interval(0, 1), Interval(2, 3)]
    windows = cut_windows(segments, length=1, hop=1)
    assert split_segments_by_window(windows, [0, 1], segments)[-1] == Turn(2, 3, 1)


def test_a_segment_without_windows_gets_the_speaker_of_the_nearest_window():
    """The second segment has no window. The nearest one is that from 1 to 2 s."""
    segments = [Interval(0.2, 1.9), Interval(2.0, 2.2)]
    windows = [Window(0.0, 1.0, 0), Window(1.0, 2.0, 0)]
    assert split_segments_by_window(windows, [5, 6], segments) == [
        Turn(0.2, 1.0, 5), Turn(1.0, 1.9, 6), Turn(2.0, 2.2, 6),
    ]  # fmt: skip


def test_the_part_of_a_window_does_not_leave_its_segment():
    windows = [Window(0.5, 2.5, 0), Window(1.0, 3.0, 0), Window(2.5, 4.5, 0)]
    turns = split_segments_by_window(windows, [0, 1, 2], [Interval(2.0, 3.0)])
    assert turns == [Turn(2.0, 2.0, 0), Turn(2.0, 2.75, 1), Turn(2.75, 3.0, 2)]


@given(st.lists(times, min_size=1, max_size=9).map(sorted), times)
def test_the_nearest_index_is_the_first_of_equally_near_times(sorted_times, time):
    distances = [abs(other - time) for other in sorted_times]
    assert nearest_index(sorted_times, time) == distances.index(min(distances))
