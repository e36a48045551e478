"""Formats of turns: written turns are read back, and a damaged file is read or is an error."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from praatio import textgrid
from test_turn_formats import EXAMPLES, eaf_of, turns_in

from diarflow.errors import InputError
from diarflow.formats.rttm import write_rttm
from diarflow.formats.text import as_field
from diarflow.timeline.intervals import Turn

names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8).filter(
    lambda name: not set(name) & set('"*#') and name.isprintable()
)  # fmt: skip
milliseconds = st.lists(st.integers(0, 9_999), min_size=2, max_size=12, unique=True).map(sorted)
conversations = st.dictionaries(
    names.map(lambda name: f"X{name}"), milliseconds, min_size=1, max_size=4
)


def intervals(times):
    """Return disjoint intervals between every second pair of times."""
    return [(times[index], times[index + 1]) for index in range(0, len(times) - 1, 2)]


@given(conversations)
def test_the_turns_of_a_textgrid_are_read_back(tmp_path_factory, conversation):
    path = tmp_path_factory.mktemp("grid") / "x.TextGrid"
    grid = textgrid.Textgrid(0, 10)
    for name, times in conversation.items():
        entries = [(start / 1000, end / 1000, "words") for start, end in intervals(times)]
        grid.addTier(textgrid.IntervalTier(name, entries, 0, 10))
    for form in ("short_textgrid", "long_textgrid"):
        grid.save(str(path), format=form, includeBlankSpaces=True)
        assert turns_in(path)[0] == expected_turns(conversation)


@given(conversations)
def test_the_turns_of_an_eaf_are_read_back(tmp_path_factory, conversation):
    tiers = {
        name: [(*pair, "words") for pair in intervals(times)]
        for name, times in conversation.items()
    }
    path = eaf_of(tmp_path_factory.mktemp("eaf") / "x.eaf", tiers)
    assert turns_in(path)[0] == expected_turns(conversation)


@given(conversations)
def test_turns_as_json_and_rttm_are_the_same(tmp_path_factory, conversation):
    folder = tmp_path_factory.mktemp("json")
    turns = expected_turns(conversation)
    (folder / "x.json").write_text(json.dumps([turn._asdict() for turn in turns]))
    write_rttm(folder / "a.rttm", "a", turns)
    assert turns_in(folder / "x.json")[0] == turns
    read, _ = turns_in(folder / "a.rttm")
    assert [turn.speaker for turn in read] == [turn.speaker for turn in turns]
    times = [time for turn in turns for time in turn[:2]]
    assert [time for turn in read for time in turn[:2]] == pytest.approx(times)


def expected_turns(conversation):
    return sorted(
        Turn(start / 1000, end / 1000, as_field(name))
        for name, times in conversation.items()
        for start, end in intervals(times)
    )


@given(st.sampled_from(sorted(EXAMPLES)), st.data())
def test_a_damaged_file_is_read_or_is_an_error_with_its_path(tmp_path_factory, name, data):
    """Replace a part of an example by other text: no other exception is raised, and each line names the file."""
    text = EXAMPLES[name][0]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 40, len(text))))
    new = data.draw(
        st.sampled_from(
            ["", "\n", "\0", "-1", "1e309", "{", "[", '"', "\t", " a ", "nan", "é", "\udcff"]
        )
    )
    path = tmp_path_factory.mktemp("damage") / name
    path.write_bytes((text[:start] + new + text[end:]).encode(errors="surrogateescape"))
    try:
        turns, _ = turns_in(path)
    except InputError as error:
        for line in error.details.split("\n"):
            assert line.startswith(f"{path}:"), line
    else:
        assert all(turn.end >= turn.start and turn.speaker for turn in turns)
