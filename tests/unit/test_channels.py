"""Channels in references and UEM files as numbers from 1."""

import pytest

from diarflow.errors import InputError
from diarflow.scoring.channels import choose_channel, mapping_note


def chosen(values, channel, count=2, is_each=True):
    return choose_channel(set(values), channel, count=count, is_each=is_each)


@pytest.mark.parametrize(
    "values", [("1", "2"), ("0", "1"), ("A", "B"), ("a", "b"), ("left", "right"), ("Left", "Right"), ("L", "R"),
               ("1.0", "2.0"), ("01", "02")]
)  # fmt: skip
def test_two_channels_are_mapped_to_1_and_2(values):
    assert [chosen(values, 1), chosen(values, 2)] == [{values[0]}, {values[1]}]


@pytest.mark.parametrize(("values", "note"), [
    ("12", ""), ("01", "channels 0/1 read as 1/2"), ("AB", "channels A/B read as 1/2"), (["R"], "channels R read as 2"),
])  # fmt: skip
def test_a_mapping_is_noted(values, note):
    assert mapping_note(set(values), 2) == note


@pytest.mark.parametrize("values", ["2", "B", ["right"]])
def test_a_channel_without_lines_is_silent_if_another_is_named(values):
    assert chosen(values, 1) == set() and chosen(values, 2) == {values[0]}


@pytest.mark.parametrize("values", ["1", "0", ["<NA>"], ["headset"]])
def test_a_single_value_does_not_distinguish_channels(values):
    assert chosen(values, 1) is None and chosen(values, 2) is None


@pytest.mark.parametrize(
    "values", ["1A", "13", "02", "AC", ["1", "<NA>"], ["-1", "1"], ["agent", "customer"], ["A", "left"]]
)  # fmt: skip
def test_values_that_cannot_be_mapped_are_an_error(values):
    with pytest.raises(
        InputError, match=r"the channels are .*expected 1 to 2, or 0 and 1, A and B"
    ):
        chosen(values, 1)


def test_a_file_with_one_channel_and_a_mix_have_all_lines():
    assert chosen("1", 1, count=1) is None
    assert chosen("12", None) is None and chosen("1x", None) is None


def test_one_channel_of_a_file_has_its_lines_if_there_are_others():
    assert chosen("12", 2, count=None, is_each=False) == {"2"}
    assert chosen("1", 3, count=None, is_each=False) is None
    with pytest.raises(InputError, match="the channels are 1, 2, and the recording is channel 3"):
        chosen("12", 3, count=None, is_each=False)
