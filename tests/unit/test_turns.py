import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diarflow.artifacts.arrays import write_array
from diarflow.artifacts.tables import write_table
from diarflow.embedding.windows import Window, cut_windows
from diarflow.errors import InputError
from diarflow.networks.chunks import read_chunks
from diarflow.scoring.hypothesis import name_speakers
from diarflow.settings.stages import ActivationsTurns, JoinTurns
from diarflow.timeline.intervals import Interval, Turn, union
from diarflow.turns import BUILDERS
from diarflow.turns.activations import spread
from diarflow.turns.join import join, nearest, second_turns, shares

moments = st.integers(0, 400).map(lambda n: n / 8)
segments = st.lists(
    st.tuples(moments, moments).filter(lambda p: p[0] < p[1]).map(lambda p: Interval(*p)),
    max_size=8,
).map(union)


@given(segments, st.data(), st.sampled_from([0.5, None]))
def test_the_shares_of_the_windows_are_the_speech(pieces, data, hop):
    windows = cut_windows(pieces, length=1.0, hop=hop)
    labels = data.draw(st.lists(st.integers(0, 2), min_size=len(windows), max_size=len(windows)))
    found = shares(windows, labels, pieces)
    assert union(Interval(t.start, t.end) for t in found) == pieces
    assert sum(t.end - t.start for t in found) == pytest.approx(sum(e - s for s, e in pieces))


@given(segments, st.data(), st.sampled_from([0.0, 0.5, 5.0]))
def test_turns_never_overlap_and_neighbours_of_one_speaker_are_one_turn(
    pieces, data, gap
):  # bug 26
    windows = cut_windows(pieces, length=1.0, hop=0.5)
    labels = data.draw(st.lists(st.integers(0, 2), min_size=len(windows), max_size=len(windows)))
    turns = BUILDERS["join"].load(backend="join", max_gap=gap, second_speaker="nearest")(
        windows, labels, pieces
    )
    for before, after in itertools.pairwise(turns):
        assert before.end <= after.start
        assert before.speaker != after.speaker or after.start - before.end > gap


def test_a_gap_with_another_speaker_in_it_is_not_bridged():
    turns = [Turn(0.0, 1.0, 1), Turn(1.0, 1.2, 2), Turn(1.2, 2.0, 1)]
    assert join(turns, max_gap=1.0) == turns


def test_in_overlap_the_nearest_other_speaker_is_added_and_joined_to_their_turn(tmp_path):
    """1 speaks to 3 s, 2 from there: between 2.5 and 3.5 both do."""
    files = SimpleNamespace(overlap=tmp_path / "a.parquet")
    write_table(files.overlap, "overlap", [(2.5, 3.5)])
    build = BUILDERS["join"].load(backend="join", max_gap=0.0, second_speaker="nearest")
    pieces = [Interval(0.0, 3.0), Interval(3.0, 6.0)]
    windows = cut_windows(pieces, length=3.0, hop=None)
    found = build(windows, [1, 2], pieces, files)
    assert found == [Turn(0.0, 3.5, 1), Turn(2.5, 6.0, 2)]
    alone = BUILDERS["join"].load(backend="join", max_gap=0.0, second_speaker="none")
    assert alone(windows, [1, 2], pieces, files) == [Turn(0, 3, 1), Turn(3, 6, 2)]


def test_where_one_speaks_alone_nobody_is_added_in_overlap():
    assert second_turns([Turn(0.0, 3.0, 1)], [Interval(1.0, 2.0)]) == []


def test_the_last_window_counts():  # bug 25
    assert shares([*cut_windows([Interval(0, 1), Interval(2, 3)], length=1, hop=1)], [0, 1],
                  [Interval(0, 1), Interval(2, 3)])[-1] == Turn(2, 3, 1)  # fmt: skip


def test_windows_of_a_grid_share_out_all_speech_and_local_speakers_none():
    """The second segment has no window; the nearest is that of 1.0 to 2.0."""
    pieces = [Interval(0.2, 1.9), Interval(2.0, 2.2)]
    windows = [Window(0.0, 1.0, 0), Window(1.0, 2.0, 0), Window(0.2, 1.9, 0, 3, 1)]
    build = BUILDERS["join"].load(backend="join", max_gap=0.0, second_speaker="none")
    assert build(windows, [5, 6, 7], pieces) == [
        Turn(0.2, 1.0, 5), Turn(1.0, 1.9, 6), Turn(2.0, 2.2, 6),
    ]  # fmt: skip


@given(st.lists(moments, min_size=1, max_size=9).map(sorted), moments)
def test_the_nearest_moment_is_the_first_of_those_that_are_nearest(sorted_moments, moment):
    distances = [abs(one - moment) for one in sorted_moments]
    assert nearest(sorted_moments, moment) == distances.index(min(distances))


def test_a_share_never_leaves_its_segment():
    pieces = [Interval(2.0, 3.0)]
    windows = [Window(0.5, 2.5, 0), Window(1.0, 3.0, 0), Window(2.5, 4.5, 0)]
    found = shares(windows, [0, 1, 2], pieces)
    assert found == [Turn(2.0, 2.0, 0), Turn(2.0, 2.75, 1), Turn(2.75, 3.0, 2)]


@pytest.fixture
def conversation(tmp_path, segmented):
    """Two speakers for 4 s each, the last two together; windows of 1 s every 0.5 s, whose vectors say who."""
    activations = segmented(("1", 400), ("", 100), ("0", 200), ("01", 200))
    windows = [Window(s / 2, s / 2 + 1, 0) for s in range(7)]
    windows += [Window(5 + s / 2, 6 + s / 2, 1) for s in range(3)]
    labels = [3] * 7 + [5] * 3
    vectors = np.eye(4)[[0] * 7 + [1] * 3]
    write_array(tmp_path / "vectors.npy", vectors)
    write_table(tmp_path / "overlap.parquet", "overlap", [(7.0, 9.0)])
    files = SimpleNamespace(
        activations=activations,
        embeddings=tmp_path / "vectors.npy",
        overlap=tmp_path / "overlap.parquet",
    )
    return windows, labels, [Interval(0.0, 4.0), Interval(5.0, 9.0)], files


ACTIVATIONS = ActivationsTurns(embedding=None).model_dump()


@pytest.mark.parametrize("mix", [0.0, 0.5, 0.9])
def test_local_speakers_have_the_names_of_the_clusters_they_are_matched_to(conversation, mix):
    build = BUILDERS["activations"].load(**ACTIVATIONS | {"mix": mix})
    turns = build(*conversation)
    first, *rest = turns
    assert first == (pytest.approx(0.0), pytest.approx(4.0), 3)
    assert (pytest.approx(5.0), pytest.approx(9.0), 5) in rest
    # who speaks along is known by the network alone
    assert [turn.speaker for turn in turns].count(3) == 2
    assert build(*conversation) == turns


def test_without_overlap_there_is_one_speaker_at_a_time(conversation):
    windows, labels, segments, files = conversation
    write_table(files.overlap, "overlap", [])
    turns = BUILDERS["activations"].load(**ACTIVATIONS)(windows, labels, segments, files)
    for before, after in itertools.pairwise(turns):
        assert before.end <= after.start + 1e-9


@pytest.mark.parametrize("name", BUILDERS)
def test_no_window_gives_no_turn_and_one_speaker_one_turn(name, conversation):
    windows, _, segments, files = conversation
    known = {"join": JoinTurns().model_dump(), "activations": ACTIVATIONS}
    build = BUILDERS[name].load(**known[name])
    assert build([], [], [], files) == []
    write_table(files.overlap, "overlap", [])
    assert {turn.speaker for turn in build(windows, [0] * 10, segments, files)} == {0}
    assert [t.speaker for t in build(windows[:1], [7], segments[:1], files)] == [7]


def test_a_further_embedding_of_other_dimensions_is_refused(conversation, tmp_path):
    *known, files = conversation
    write_array(tmp_path / "dense.npy", np.ones((1, 6)))
    write_table(tmp_path / "dense.parquet", "windows", [Window(0.0, 1.0, 0)])
    files.dense, files.dense_windows = tmp_path / "dense.npy", tmp_path / "dense.parquet"
    with pytest.raises(InputError, match="6 dimensions and 4"):
        BUILDERS["activations"].load(**ACTIVATIONS)(*known, files)


def test_windows_are_spread_over_frames_and_bare_frames_have_the_nearest(segmented):
    chunks = read_chunks(segmented(("0", 400)))
    windows = [Window(0.5, 1.5, 0), Window(2.5, 3.5, 0)]
    found = spread(chunks, windows, np.array([[1.0, 0.0], [0.0, 1.0]]))
    np.testing.assert_allclose(found[:, 0], [1.0] * 200 + [0.0] * 200, atol=1e-6)


def test_speakers_are_named_by_first_appearance_and_never_run_out():  # bug 24
    turns = [Turn(float(n), n + 1.0, 200 - n) for n in range(120)]
    names = [turn.speaker for turn in name_speakers(turns)]
    assert names[:2] == ["SPEAKER_00", "SPEAKER_01"] and names[-1] == "SPEAKER_119"
    assert len(set(names)) == 120


def test_neighbours_stay_neighbours_when_times_are_rounded():
    first, second = name_speakers([Turn(0.0, 1.00049, 0), Turn(1.00049, 2.0, 1)])
    assert first.end == second.start == 1.0


def test_a_turn_that_is_nothing_is_left_out():
    assert name_speakers([Turn(0.0, 0.0001, 0)]) == []
