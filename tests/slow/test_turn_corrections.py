"""Correction of turns in the browser: operations, undo, and files that other programs read.

The scripts of the page run in Chromium without a page. The files are compared with the exports of the workflow, and read
with the project's readers, praatio, webvtt-py and pyannote.database.
"""

import csv
import io
import json
from pathlib import Path

import pytest
import webvtt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from praatio import textgrid
from pyannote.database.util import load_rttm

from diarflow.exports import EXPORTS
from diarflow.exports.recording import ExportedRecording
from diarflow.formats.recognition import parse_annotation_file, read_annotation_file
from diarflow.formats.rttm import read_channels, read_turns, write_channels
from diarflow.formats.text import as_field
from diarflow.timeline.intervals import Turn, merge_turns

PAGES = Path(__file__).resolve().parents[2] / "scripts/diarflow/report/pages"
SCRIPTS = ("common.js", "turn_edits.js", "turn_history.js", "turn_formats.js", "turn_readers.js")
pytestmark = pytest.mark.slow
LIMIT = 100.0
RECORDING = {"id": "my call", "name": "my call", "isCall": False, "channels": 1}
TURNS = [(0.5, 2.0, "A"), (1.5, 3.25, "B"), (4.0, 9.0, "A"), (62.0, 63.062, "Bö&<1>")]


@pytest.fixture(scope="module")
def page(browser):
    """Return a page with the scripts of the correction, and functions of the tests."""
    page = browser.new_page()
    for name in SCRIPTS:
        page.add_script_tag(path=PAGES / name)
    page.evaluate(
        """() => {
          const { startState, EditError } = diarflow.turnEdits;
          const { createHistory } = diarflow.turnHistory;
          window.asObjects = (turns) => turns.map(([start, end, speaker, channel = 1]) => ({ start, end, speaker, channel }));
          window.asRows = (turns) => turns.map(({ start, end, speaker, channel }) => [start, end, speaker, channel]);
          window.begin = (turns, limit = 100) => createHistory(startState(asObjects(turns), limit).state);
          window.attempt = (history, operation) => {
            try { return history.apply(operation); } catch (error) {
              if (!(error instanceof EditError)) throw error;
              return `refused: ${error.message}`;
            }
          };
          window.edit = (turns, operations) => {
            const history = begin(turns);
            const texts = operations.map((operation) => attempt(history, operation));
            return { texts, history, turns: asRows(history.state.turns) };
          };
          window.documentOf = (recording, history) => ({
            ...recording, corpus: "c", system: "ours", duration: history.state.limit, turns: history.state.turns,
            notes: history.state.notes, corrections: history.corrections,
          });
        }"""
    )
    yield page
    page.close()


def edited(page, turns, *operations):
    """Return the messages of the operations, and the turns after them."""
    result = page.evaluate(
        "([turns, operations]) => { const { texts, turns: rows } = edit(turns, operations); return [texts, rows]; }",
        [turns, operations],
    )
    return result[0], [tuple(row[:3]) for row in result[1]]


def written(page, turns, operations=(), recording=RECORDING):
    """Return the file of each format after the operations."""
    return page.evaluate(
        """([turns, operations, recording]) => {
          const { history } = edit(turns, operations);
          const { FORMATS } = diarflow.turnFormats;
          return Object.fromEntries(Object.entries(FORMATS).map(([name, { write }]) => [name, write(documentOf(recording, history))]));
        }""",
        [turns, list(operations), recording],
    )


def loaded(page, text, original=(), recording=RECORDING):
    """Return the turns and messages of a file, or the message of its refusal."""
    return page.evaluate(
        """([text, original, recording]) => {
          try {
            const { turns, messages, notes } = diarflow.turnReaders.readTurns(text, "file", recording, begin(original).state.turns);
            const { state } = diarflow.turnEdits.startState(turns, 0);
            const corrected = state.turns.map((turn) => diarflow.turnEdits.changeOf(turn));
            return { turns: asRows(state.turns), corrected, messages, notes };
          } catch (error) {
            if (!(error instanceof diarflow.turnEdits.EditError)) throw error;
            return { refused: error.message };
          }
        }""",
        [text, list(original), recording],
    )


def test_a_speaker_is_renamed_in_all_turns_and_spaces_become_underscores(page):
    texts, turns = edited(
        page, TURNS[:3], {"type": "rename", "speaker": "A", "to": " Anna  Maria "}
    )
    assert texts == ["renamed A to Anna_Maria (2 turns)"]
    assert turns == [(0.5, 2.0, "Anna_Maria"), (1.5, 3.25, "B"), (4.0, 9.0, "Anna_Maria")]


def test_a_name_that_another_speaker_has_is_refused(page):
    texts, turns = edited(page, TURNS[:3], {"type": "rename", "speaker": "A", "to": "B"})
    assert texts == ["refused: There is already a speaker B. Merge the two speakers instead."]
    assert turns == TURNS[:3]


def test_overlapping_turns_of_merged_speakers_are_joined_and_counted(page):
    texts, turns = edited(page, TURNS[:3], {"type": "merge", "speaker": "B", "into": "A"})
    assert texts == ["merged B into A (1 turn); 1 overlapping turn of the speaker joined"]
    assert turns == [(0.5, 3.25, "A"), (4.0, 9.0, "A")]


def test_the_halves_of_a_split_turn_touch_and_get_speakers_of_their_own(page):
    split = {"type": "split", "turn": 2, "at": 5.0004}
    texts, turns = edited(page, TURNS[:3], split, {"type": "assign", "turn": 3, "to": "C"})
    assert turns[2:] == [(4.0, 5.0, "A"), (5.0, 9.0, "C")]
    assert texts[0] == "split a turn of A at 5.000 s (4.000-9.000 s)"


def test_a_moved_boundary_joins_the_turn_that_it_reaches(page):
    texts, turns = edited(page, TURNS[:3], {"type": "move", "turn": 0, "end": 4.5})
    assert turns == [(0.5, 9.0, "A"), (1.5, 3.25, "B")]
    assert texts[0].endswith("; 1 overlapping turn of the speaker joined")


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ({"type": "move", "turn": 0, "end": 0.5}, "expected an end after the start"),
        ({"type": "move", "turn": 0, "start": -1}, "expected times from 0 to 100 s"),
        ({"type": "add", "start": 1, "end": 101, "speaker": "C"}, "expected times from 0 to 100 s"),
        ({"type": "split", "turn": 0, "at": 2.0}, "expected a time inside the turn"),
        ({"type": "delete", "turn": 9}, "This turn no longer exists"),
        ({"type": "rename", "speaker": "A", "to": "  "}, "expected a name"),
        ({"type": "merge", "speaker": "A", "into": "Z"}, "expected two speakers of one channel"),
        ({"type": "addNote", "time": 1, "text": " "}, "expected a text"),
    ],
)  # fmt: skip
def test_an_impossible_operation_is_refused_and_changes_nothing(page, operation, message):
    texts, turns = edited(page, TURNS, operation)
    assert texts[0].startswith("refused: ") and message in texts[0]
    assert turns == TURNS


def test_the_steps_of_a_key_are_one_operation(page):
    """Two steps of 10 ms, then back to the start: nothing remains to be undone."""
    state = page.evaluate(
        """(turns) => {
          const history = begin(turns);
          history.apply({ type: "move", turn: 0, start: 0.49 });
          history.amend({ type: "move", turn: 0, start: 0.48 });
          const [moved, steps] = [history.state.turns[0].start, history.operations.length];
          history.amend({ type: "move", turn: 0, start: 0.5 });
          return [moved, steps, history.state.turns[0].start, history.canUndo];
        }""",
        TURNS,
    )
    assert state == [0.48, 1, 0.5, False]


TIMES = st.integers(0, 100_000).map(lambda value: value / 1000)
NAMES = st.sampled_from(["A", "B", "C", "Ünal", "=x"])
IDS = st.integers(0, 12)
ROWS = st.lists(
    st.tuples(TIMES, TIMES, NAMES, st.integers(1, 2)).map(
        lambda row: [min(row[:2]), max(row[:2]), *row[2:]]
    ),
    max_size=8,
)
OPERATIONS = st.lists(
    st.one_of(
        st.fixed_dictionaries({"type": st.just("rename"), "speaker": NAMES, "to": NAMES, "channel": st.integers(1, 2)}),
        st.fixed_dictionaries({"type": st.just("merge"), "speaker": NAMES, "into": NAMES, "channel": st.integers(1, 2)}),
        st.fixed_dictionaries({"type": st.just("assign"), "turn": IDS, "to": NAMES}),
        st.fixed_dictionaries({"type": st.just("move"), "turn": IDS, "start": TIMES, "end": TIMES}),
        st.fixed_dictionaries({"type": st.just("split"), "turn": IDS, "at": TIMES}),
        st.fixed_dictionaries({"type": st.just("delete"), "turn": IDS}),
        st.fixed_dictionaries({"type": st.just("deleteSpeaker"), "speaker": NAMES}),
        st.fixed_dictionaries({"type": st.just("add"), "start": TIMES, "end": TIMES, "speaker": NAMES, "channel": st.integers(1, 2)}),
        st.fixed_dictionaries({"type": st.just("addNote"), "time": TIMES, "text": st.just("unclear")}),
        st.fixed_dictionaries({"type": st.just("deleteNote"), "note": IDS}),
        st.fixed_dictionaries({"type": st.just("load"), "file": st.just("a.rttm"), "turns": ROWS.map(
            lambda rows: [dict(zip(("start", "end", "speaker", "channel"), row, strict=True)) for row in rows]
        )}),
    ),
    max_size=10,
)  # fmt: skip
many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
CALL = RECORDING | {"isCall": True, "channels": 2}


@many
@given(turns=ROWS, operations=OPERATIONS)
def test_undo_of_all_operations_restores_the_start_and_redo_the_end(page, turns, operations):
    before, after, undone, redone, replayed = page.evaluate(
        """([turns, operations]) => {
          const { history } = edit(turns, operations);
          const text = () => JSON.stringify([history.state.turns, history.state.notes, history.corrections]);
          const before = JSON.stringify([begin(turns).state.turns, [], []]), after = text();
          const restored = diarflow.turnHistory.createHistory(begin(turns).state, history.operations);
          const replayed = JSON.stringify([restored.state.turns, restored.state.notes, restored.corrections]);
          while (history.undo() !== null);
          const undone = text();
          while (history.redo() !== null);
          return [before, after, undone, text(), replayed];
        }""",
        [turns, operations],
    )
    assert undone == before
    assert redone == after
    assert replayed == after


@many
@given(turns=ROWS, operations=OPERATIONS)
def test_turns_of_one_speaker_never_overlap_and_states_are_immutable(page, turns, operations):
    rows, is_frozen = page.evaluate(
        """([turns, operations]) => {
          const { history } = edit(turns, operations);
          const { state } = history;
          return [asRows(state.turns), [state, state.turns, state.notes, ...state.turns, ...state.notes].every(Object.isFrozen)];
        }""",
        [turns, operations],
    )
    assert is_frozen
    assert rows == sorted(rows)
    last = {}
    for start, end, speaker, channel in rows:
        assert 0 <= start < end <= LIMIT
        assert start >= last.get((speaker, channel), 0)
        last[speaker, channel] = end


@many
@given(turns=ROWS, operations=OPERATIONS)
def test_a_file_that_is_written_and_loaded_again_has_the_same_turns(page, turns, operations):
    _, expected = page.evaluate(
        "([turns, operations]) => { const { texts, turns: rows } = edit(turns, operations); return [texts, rows]; }",
        [turns, operations],
    )
    files = written(page, turns, operations, CALL)
    for name in ("rttm", "csv", "corrections"):
        assert loaded(page, files[name], turns, CALL)["turns"] == expected


@many
@given(
    rows=st.lists(
        st.tuples(TIMES, TIMES, st.text(max_size=6).map(as_field).filter(lambda name: name.isprintable() and name != "<NA>")).map(
            lambda row: (min(row[:2]), max(row[:2]), row[2])
        ),
        max_size=6,
    )
)  # fmt: skip
def test_files_without_corrections_are_those_of_the_exports(page, rows, tmp_path_factory):
    """The exports of the workflow on the same turns are the expected bytes; CSV has one more column."""
    turns = page.evaluate("(rows) => asRows(begin(rows).state.turns)", [list(row) for row in rows])
    turns = tuple(Turn(start, end, speaker) for start, end, speaker, _ in turns)
    recording = ExportedRecording("my call", "my call", "ours", turns, duration=LIMIT)
    files = written(page, [list(turn) for turn in turns])
    for name in ("audacity", "textgrid", "vtt"):
        assert files[name] == EXPORTS[name].load().render(recording), name
    rows = list(csv.reader(io.StringIO(files["csv"])))
    assert [row[:-1] for row in rows] == list(
        csv.reader(io.StringIO(EXPORTS["csv"].load().render(recording)))
    )
    assert {row[-1] for row in rows[1:]} <= {""}
    path = tmp_path_factory.mktemp("rttm") / "a.rttm"
    write_channels(path, "my call", [turns])
    assert files["rttm"] == path.read_text(encoding="utf-8")


EDITS = [
    {"type": "rename", "speaker": "B", "to": "Bob"},
    {"type": "move", "turn": 0, "end": 2.5},
    {"type": "split", "turn": 2, "at": 6.0},
    {"type": "delete", "turn": 3},
    {"type": "add", "start": 20, "end": 21.5, "speaker": "Cy"},
    {"type": "addNote", "time": 20.25, "text": 'laughs, "loudly" -->'},
]  # fmt: skip
# the two speakers of TURNS after EDITS, computed by hand; the ids of turns are their places in TURNS, and 4 the second half
EDITED = [
    Turn(0.5, 2.5, "A"), Turn(1.5, 3.25, "Bob"), Turn(4.0, 6.0, "A"), Turn(6.0, 9.0, "A"), Turn(20.0, 21.5, "Cy"),
]  # fmt: skip


@pytest.fixture
def files(page, tmp_path):
    """Write each file after EDITS, and return their paths."""
    paths = {}
    endings = page.evaluate(
        "Object.fromEntries(Object.entries(diarflow.turnFormats.FORMATS).map(([name, { ending }]) => [name, ending]))"
    )
    for name, text in written(page, TURNS, EDITS).items():
        paths[name] = tmp_path / f"my call{endings[name]}"
        paths[name].write_text(text, encoding="utf-8")
    return paths


def read_here(path):
    """Return the turns that the workflow reads from a file of one recording."""
    file = read_annotation_file(str(path))
    return sorted(parse_annotation_file(file, list(file.lines)).all_turns())


@pytest.mark.parametrize("name", ["rttm", "csv", "audacity", "textgrid"])
def test_the_workflow_reads_corrected_files_without_their_marks(files, name):
    """TextGrid joins the two halves, as the export of the workflow does."""
    expected = merge_turns(EDITED) if name == "textgrid" else EDITED
    assert [(turn.start, round(turn.end, 6), turn.speaker) for turn in read_here(files[name])] == [
        tuple(turn) for turn in expected
    ]


def test_pyannote_reads_the_rttm(files):
    (annotation,) = load_rttm(str(files["rttm"])).values()
    assert annotation.uri == "my_call"
    tracks = sorted(
        (s.start, s.end, label) for s, _, label in annotation.itertracks(yield_label=True)
    )
    assert tracks == [tuple(turn) for turn in EDITED]


def test_the_csv_tells_what_each_turn_was(files):
    rows = list(csv.DictReader(io.StringIO(files["csv"].read_text())))
    assert [row["corrected"] for row in rows] == [
        "end was 2.000", "speaker was B", "end was 9.000", "start was 4.000", "added",
    ]  # fmt: skip


def test_praat_shows_corrections_and_notes_as_point_tiers(files):
    grid = textgrid.openTextgrid(str(files["textgrid"]), includeEmptyIntervals=False)
    assert grid.tierNames == ("A", "Bob", "Cy", "corrected", "notes")
    assert [time for time, _ in grid.getTier("corrected").entries] == [0.5, 1.5, 4.0, 6.0, 20.0]
    assert grid.getTier("corrected").entries[1].label == "corrected: Bob: speaker was B"
    assert grid.getTier("notes").entries[0].time == 20.25


def test_a_corrected_cue_of_webvtt_has_the_class_corrected(files, page):
    cues = webvtt.read(str(files["vtt"]))
    assert [(cue.start, cue.end, cue.text) for cue in cues][:2] == [
        ("00:00:00.500", "00:00:02.500", "A"), ("00:00:01.500", "00:00:03.250", "Bob"),
    ]  # fmt: skip
    assert cues[1].raw_text == "<v.corrected Bob>Bob</v>"
    assert "NOTE at 00:00:20.250: laughs" in files["vtt"].read_text()
    unchanged = written(page, TURNS)["vtt"]
    assert "corrected" not in unchanged


def test_the_file_of_corrections_contains_turns_notes_and_the_list(files, page):
    content = json.loads(files["corrections"].read_text())
    assert (content["recording"], content["system"], len(content["corrections"])) == (
        "my call",
        "ours",
        6,
    )
    assert content["corrections"][0] == "renamed B to Bob (1 turn)"
    result = loaded(page, files["corrections"].read_text())
    assert result["corrected"] == [turn["corrected"] for turn in content["turns"]]
    assert result["notes"] == [{"time": 20.25, "text": 'laughs, "loudly" -->'}]


def test_a_call_keeps_the_channels_of_its_turns(page, tmp_path):
    turns = [(0.5, 2.0, "A", 1), (1.0, 3.0, "A", 2)]
    files = written(
        page, turns, [{"type": "rename", "speaker": "A", "channel": 2, "to": "B"}], CALL
    )
    (tmp_path / "call.rttm").write_text(files["rttm"])
    assert read_channels(tmp_path / "call.rttm", 2) == [
        [Turn(0.5, 2.0, "A")],
        [Turn(1.0, 3.0, "B")],
    ]
    assert list(csv.reader(io.StringIO(files["csv"])))[2] == [
        "my call", "1.000", "3.000", "B", "", "2", "speaker was A",
    ]  # fmt: skip


def test_turns_of_another_file_are_marked_where_they_differ_from_the_start(page):
    text = "SPEAKER my_call 1 0.500 1.500 <NA> <NA> A <NA> <NA>\nSPEAKER my_call 1 7 1 <NA> <NA> A <NA> <NA>\n"
    result = loaded(page, text, TURNS)
    assert result["turns"] == [[0.5, 2.0, "A", 1], [7, 8, "A", 1]]
    assert result["corrected"] == ["", "added"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SPEAKER a 1 0 -3 <NA> <NA> A <NA> <NA>\n", 'file:1: duration is "-3", expected seconds, 0 or more.'),
        ("hello world\n", 'file:1: begins with "hello", expected SPEAKER (RTTM).'),
        ("SPEAKER a 1 0 3 A\n", "file:1: 6 fields, expected 8 to 10."),
        ("start,end,speaker\n0,1,\n", "file:2: no speaker, expected a name."),
        ("start,end,who\n0,1,A\n", "file:1: the columns are start, end, who; expected start, end (or duration) and speaker."),
        ('start,end,speaker\n0,1,"A\n', "file:2: a quote is not closed."),
        ("{}", "file: expected a file of corrections that a page of this report saved."),
    ],
)  # fmt: skip
def test_a_malformed_file_is_refused_with_its_place(page, text, message):
    assert loaded(page, text)["refused"].startswith(message)


def test_a_file_with_several_recordings_gives_the_turns_of_this_one(page):
    lines = [f"SPEAKER {name} 1 0 1 <NA> <NA> A <NA> <NA>\n" for name in ("x", "my_call", "y")]
    result = loaded(page, "".join(lines))
    assert len(result["turns"]) == 1 and result["messages"] == [
        "2 turns of other recordings left out."
    ]
    assert "No turn of my call" in loaded(page, lines[0] + lines[2])["refused"]
    assert loaded(page, lines[0])["messages"] == [
        "The file is of recording x; this page shows my call."
    ]


def test_numbers_with_decimal_commas_and_durations_are_read(page, tmp_path):
    text = 'start;duration;speaker\n0,5;1,25;"Anna; M"\n'
    (tmp_path / "a.csv").write_text(text)
    assert loaded(page, text)["turns"] == [[0.5, 1.75, "Anna;_M", 1]]
    assert read_here(tmp_path / "a.csv") == [Turn(0.5, 1.75, "Anna;_M")]


def test_the_rttm_of_the_workflow_is_loaded_as_it_is(page, tmp_path):
    write_channels(
        tmp_path / "a.rttm", "my call", [[Turn(0.5, 2.0004, "A"), Turn(1.5, 3.25, "Bö")]]
    )
    assert loaded(page, (tmp_path / "a.rttm").read_text())["turns"] == [
        [0.5, 2.0, "A", 1], [1.5, 3.25, "Bö", 1],
    ]  # fmt: skip
    assert len(read_turns(tmp_path / "a.rttm")) == 2
