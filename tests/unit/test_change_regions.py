"""Speaker regions and the changes between them, on conversations that can be checked by eye."""

import numpy as np
import pytest
from conversations import TURNS, count_frames, regions_of

from diarflow.scoring.change_regions import has_change, number_regions, reference_changes
from diarflow.timeline.intervals import Turn


def test_frames_with_one_speaker_are_kept_and_the_others_dropped():
    assert count_frames(regions_of(TURNS)) == [
        (0, 300), (-1, 100), (1, 150), (-1, 50), (2, 300), (-1, 100),
    ]  # fmt: skip


def test_a_set_of_speakers_is_a_region():
    assert count_frames(regions_of(TURNS, "set")) == [
        (0, 300), (-1, 100), (1, 150), (2, 50), (3, 300), (-1, 100),
    ]  # fmt: skip


def test_a_region_continues_after_a_pause_and_after_overlap():
    turns = [Turn(0, 1, "Ann"), Turn(3, 6, "Ann"), Turn(4, 5, "Bob")]
    assert count_frames(regions_of(turns, duration=6)) == [
        (0, 100), (-1, 200), (0, 100), (-1, 100), (0, 100),
    ]  # fmt: skip


@pytest.mark.parametrize(("start", "dropped"), [(1.3, 0), (1.31, 31)])
def test_pauses_of_one_speaker_up_to_300_ms_are_filled(start, dropped):
    regions = regions_of([Turn(0, 1, "Ann"), Turn(start, 2, "Ann")], duration=2)
    assert np.count_nonzero(regions == -1) == dropped


def test_turns_are_clipped_to_the_recording():
    turns = [Turn(-1, 1, "Ann"), Turn(1, 3, "Bob"), Turn(4, 5, "Cid")]
    assert count_frames(regions_of(turns, duration=2)) == [(0, 100), (1, 100)]


def test_an_unknown_kind_is_reported():
    with pytest.raises(ValueError, match="kind is 'both', expected one of single, set"):
        number_regions(TURNS, duration=10, kind="both")


def test_a_change_lasts_from_the_end_of_a_region_to_the_start_of_the_next():
    changes = {
        kind: reference_changes(regions_of(TURNS, kind)).tolist() for kind in ("single", "set")
    }
    assert changes == {
        "single": [[3, 4], [5.5, 6]],
        "set": [[3, 4], [5.5, 5.5], [6, 6]],
    }


def test_a_monologue_and_silence_have_no_change():
    assert [has_change(regions_of(turns)) for turns in ([], TURNS[:1], TURNS)] == [
        False, False, True,
    ]  # fmt: skip
