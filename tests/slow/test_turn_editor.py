"""Correction of turns on the page of a recording: mouse, keyboard, drafts, files, and the score of a corrected file.

In the sample, system `ours` has a turn of 0.5 to 6 s and one of 6 to 8.5 s; the recording has 10 s. The report of the round
trip is that of a run with an imported system.
"""

import contextlib
import csv
import shutil

import pytest
import yaml
from browser import axe_violations
from sample_report import RESULTS, report_content, write_report
from workflow_runs import Workflow

from diarflow.formats.rttm import read_channels, read_turns, write_channels, write_rttm
from diarflow.report.site import write_site
from diarflow.timeline.intervals import Turn

pytestmark = pytest.mark.slow
CALL = [[Turn(0.0, 4.0, "SPEAKER_00")], [Turn(4.0, 9.0, "SPEAKER_00")]]
NO_STORAGE = """
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("forbidden", "SecurityError"); } });
"""


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Return the folder with the pages of the sample, and of a call."""
    folder = tmp_path_factory.mktemp("site")
    with contextlib.chdir(folder):
        site = write_report()
        write_channels(RESULTS / "rttm/ours/call.rttm", "call", CALL)
        entry = {
            "corpus": "c", "recording": "call", "title": "call", "systems": ["ours"], "reference": False,
            "channels": ["call_ch1", "call_ch2"],
        }  # fmt: skip
        content = report_content()
        write_site(site, content | {"recordings": [*content["recordings"], entry]})
    return folder / site / "recordings/c"


class Editor:
    """The editor on a page: what it shows, and its controls."""

    def __init__(self, page):
        self.page = page

    @property
    def turns(self):
        rows = self.page.evaluate(
            "diarflow.turnSession.state.turns.map(({ start, end, speaker }) => [start, end, speaker])"
        )
        return [tuple(row) for row in rows]

    def text(self, selector):
        return self.page.locator(selector).inner_text()

    def point(self, time, lane):
        """Return the point of a time in a lane."""
        box = self.page.locator("#turn-lanes").bounding_box()
        x = self.page.evaluate(f"diarflow.timeline.xOf({time})")
        return box["x"] + x, box["y"] + 26 * lane + 13

    def click(self, time, lane):
        self.page.mouse.click(*self.point(time, lane))

    def drag(self, start, end):
        """Drag from a time and lane to another."""
        self.page.mouse.move(*self.point(*start))
        self.page.mouse.down()
        for share in (0.5, 1):
            time, lane = (a + share * (b - a) for a, b in zip(start, end, strict=True))
            self.page.mouse.move(*self.point(time, lane))
        self.page.mouse.up()

    def save(self, format, folder):
        """Save a file, and return its path."""
        self.page.select_option("#turn-format", format)
        with self.page.expect_download() as download:
            self.page.click("#save-turns")
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def load(self, path):
        self.page.set_input_files("#load-turns", path)
        self.page.wait_for_function(
            "document.querySelector('#correction-message').textContent !== ''"
        )


@pytest.fixture
def editor(open_page, recordings):
    page = open_page(recordings / "b.html")
    page.click("#correct")
    return Editor(page)


B = [(0.5, 6.0, "</script><script>alert(1)</script>"), (6.0, 8.5, "x&amp;<b>")]


def test_an_edge_is_dragged_and_the_change_is_marked(editor):
    editor.click(1, 0)
    editor.drag((6.0, 0), (5.0, 0))
    (start, end, _), other = editor.turns
    assert start == 0.5 and abs(end - 5) < 0.02 and other == B[1]
    assert editor.text("#turn-was") == "end was 6.000"
    assert editor.text("#correction-count") == "List of corrections (1)"


def test_a_turn_that_is_dragged_to_another_lane_gets_its_speaker(editor):
    editor.drag((7, 1), (7, 0))
    assert [speaker for _, _, speaker in editor.turns] == [B[0][2]] * 2
    assert editor.text("#correction-message").startswith("Assigned a turn of x&amp;<b> to")


def test_a_drag_over_an_empty_part_adds_a_turn(editor):
    editor.drag((1, 1), (2, 1))
    start, end, speaker = editor.turns[1]
    assert abs(start - 1) < 0.02 and abs(end - 2) < 0.02 and speaker == B[1][2]
    assert editor.text("#turn-was") == "added"


def test_everything_works_with_the_keyboard(open_page, recordings):
    page = open_page(recordings / "a.html")
    editor = Editor(page)
    page.wait_for_function("document.querySelector('#audio').readyState > 0")
    page.keyboard.press("e")
    page.keyboard.press("j")
    page.evaluate("diarflow.player.cue(4)")
    page.keyboard.press("s")
    assert [turn[:2] for turn in editor.turns] == [(0.5, 4.0), (4.0, 6.0), (6.0, 8.5)]
    page.keyboard.press("j")
    page.keyboard.press("Shift+Digit2")
    assert editor.turns[1][2] == B[1][2]
    page.keyboard.press("Delete")
    assert len(editor.turns) == 2
    page.keyboard.press("t")
    assert editor.turns[1][:2] == (
        4.0,
        6.0,
    )  # the selection of the timeline is still that of the deleted turn
    page.keyboard.press("m")
    page.keyboard.type("unclear")
    page.keyboard.press("Enter")
    assert page.locator("#notes input").input_value() == "unclear"
    page.locator("#correct").focus()
    for _ in range(5):
        page.keyboard.press("Control+z")
    assert editor.turns == B
    for _ in range(5):
        page.keyboard.press("Control+Shift+z")
    assert len(editor.turns) == 3
    page.keyboard.press("?")
    assert "split the selected turn" in editor.text("#help")


def test_speakers_are_renamed_merged_and_deleted(editor):
    page = editor.page
    page.select_option("#speaker", index=1)
    page.fill("#speaker-name", "Anna Maria")
    page.click("#speaker-rename")
    assert [speaker for _, _, speaker in editor.turns] == [B[0][2], "Anna_Maria"]
    page.select_option("#speaker", index=0)
    page.select_option("#speaker-into", label="Anna_Maria")
    page.click("#speaker-merge")
    assert {speaker for _, _, speaker in editor.turns} == {"Anna_Maria"}
    page.click("#speaker-delete")
    assert editor.turns == []
    page.click("#undo-all")
    assert editor.turns == B and "3 corrections" in editor.text("#correction-message")


def test_an_impossible_edit_shows_a_message_and_keeps_the_turns(editor):
    editor.click(1, 0)
    editor.page.fill("#turn-end", "0.2")
    editor.page.keyboard.press("Tab")
    assert "expected an end after the start" in editor.text("#correction-message")
    assert editor.turns == B
    assert editor.page.input_value("#turn-end") == "6.000"


def test_corrections_survive_a_reload_and_are_announced_until_they_are_saved(editor, tmp_path):
    page = editor.page
    assert editor.text("#correction-notice") == "No corrections yet."
    page.fill("#speaker-name", "Ann")
    page.click("#speaker-rename")
    assert (
        editor.text("#correction-notice")
        == "1 correction, kept in this browser only. Save them to a file."
    )
    page.reload()
    assert editor.turns[0][2] == "Ann" and page.locator("#undo").is_enabled()
    page.click("#correct")
    assert not page.locator("#editor").is_visible()
    assert editor.text("#correction-drafts").startswith("1 correction of ours")
    page.click("#correct")
    editor.save("corrections", tmp_path)
    assert (
        editor.text("#correction-notice")
        == "1 correction, saved to a file. This browser keeps them too."
    )
    page.click("#undo")
    page.reload()
    assert editor.turns == B and not page.locator("#undo").is_enabled()


def test_corrections_of_a_changed_result_still_start_from_the_earlier_turns(
    open_page, recordings, tmp_path
):
    shutil.copytree(recordings.parents[3], tmp_path / "site")
    page = open_page(tmp_path / "site/results/report/recordings/c/b.html", "correct=ours")
    editor = Editor(page)
    page.fill("#speaker-name", "Ann")
    page.click("#speaker-rename")
    with contextlib.chdir(tmp_path / "site"):
        write_rttm(RESULTS / "rttm/ours/b.rttm", "b", [Turn(1.0, 2.0, "y")])
        write_site("results/report", report_content())
    page.reload()
    assert editor.turns == [(0.5, 6.0, "Ann"), B[1]]
    assert editor.text("#correction-message") == (
        "The turns of ours have changed since these corrections were made. The corrections start from the earlier turns."
    )
    page.click("#undo-all")
    page.reload()
    assert editor.turns == [(1.0, 2.0, "y")]


def test_a_browser_that_forbids_storage_is_named_and_asks_before_the_page_is_left(
    open_page, recordings
):
    page = open_page(recordings / "b.html")
    page.add_init_script(NO_STORAGE)
    page.reload()
    page.click("#correct")
    editor = Editor(page)
    page.fill("#speaker-name", "Ann")
    page.click("#speaker-rename")
    notice = "1 correction. This browser does not let this page keep corrections: save a file before you close the page."
    assert editor.text("#correction-notice") == notice
    questions = []
    page.on("dialog", lambda dialog: (questions.append(dialog.type), dialog.accept()))
    page.reload()
    assert questions == ["beforeunload"]


def test_a_call_is_corrected_by_channel(open_page, recordings, tmp_path):
    editor = Editor(open_page(recordings / "call.html", "correct=ours"))
    page = editor.page
    assert page.locator("#turn-gutter .name").all_inner_texts() == [
        "1: SPEAKER_00",
        "2: SPEAKER_00",
    ]
    page.select_option("#speaker", index=1)
    assert page.locator("#speaker-merge").is_disabled()
    page.fill("#speaker-name", "customer")
    page.click("#speaker-rename")
    path = editor.save("rttm", tmp_path)
    assert read_channels(path, 2) == [CALL[0], [Turn(4.0, 9.0, "customer")]]
    page.select_option("#speaker", index=0)
    page.click("#speaker-delete")
    editor.save("rttm", tmp_path)
    assert "A channel has no turn." in editor.text("#correction-message")


def test_a_malformed_file_is_refused_with_its_line(editor, tmp_path):
    (tmp_path / "a.rttm").write_text("SPEAKER b 1 0 x <NA> <NA> A <NA> <NA>\n")
    editor.load(tmp_path / "a.rttm")
    assert (
        editor.text("#correction-message")
        == 'a.rttm:1: duration is "x", expected seconds, 0 or more.'
    )
    assert editor.turns == B


def test_a_file_is_loaded_by_dropping_it(editor):
    editor.page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["start,end,speaker\\n1,2,Ann\\n"], "b.csv"));
          document.querySelector("#correction").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }"""
    )
    editor.page.wait_for_function("diarflow.turnSession.state.turns.length === 1")
    assert editor.turns == [(1, 2, "Ann")]
    assert editor.text("#correction-message") == "Loaded b.csv (1 turn)."


def test_the_citation_of_an_error_names_it_and_leads_to_it(open_page, recordings):
    page = open_page(recordings / "a.html", permissions=["clipboard-read", "clipboard-write"])
    assert page.locator("#copy-citation").is_disabled()
    page.locator("#errors button").first.click()
    page.click("#copy-citation")
    text = page.input_value("#citation")
    assert text.startswith(
        "Recording a (corpus c), 0:00:04.000 to 0:00:06.000, system ours, protocol full, confusion: "
        "\"'><img/src=x/onerror=alert(2)> labelled as </script><script>alert(1)</script>. file:///"
    )
    assert text.endswith("a.html#system=ours&protocol=full&t=4-6")
    assert page.evaluate("navigator.clipboard.readText()") == text


def test_the_editor_has_no_accessibility_violations(editor):
    editor.click(1, 0)
    editor.page.fill("#note-text", "unclear")
    editor.page.click("#note-add")
    violations = [line for line in axe_violations(editor.page) if "turn" in line or "corr" in line]
    assert violations == []


NAME = "Interview Müller (1)"


def configure(folder, **changes):
    corpus = {"name": "talks", "recordings": "talks.tsv", "systems": ["s"]} | changes
    config = {"corpora": [corpus], "systems": {"s": {"rttm": "all.rttm"}}}
    (folder / "my.yaml").write_text(yaml.safe_dump(config))


def test_edited_saved_and_loaded_turns_are_scored_as_the_reference(open_page, tmp_path):
    """A turn of 8 s is split at 6 s, and the second part is Bob's: 2 of 8 s are confusion."""
    (tmp_path / "all.rttm").write_text(
        f"SPEAKER {NAME.replace(' ', '_')} 1 0 8 <NA> <NA> p <NA> <NA>\n", encoding="utf-8"
    )
    (tmp_path / "talks.tsv").write_text(f"recording\n{NAME}\n", encoding="utf-8")
    configure(tmp_path)
    workflow = Workflow(tmp_path)
    workflow()
    page = tmp_path / f"results/report/recordings/talks/{NAME}.html"
    editor = Editor(open_page(page, "correct=s"))
    editor.click(6, 0)
    editor.page.click("#turn-split")
    (_, split, _), _ = editor.turns
    editor.page.keyboard.press("j")
    editor.page.fill("#turn-speaker", "Bob")
    editor.page.keyboard.press("Tab")
    editor.page.fill("#note-text", "Bob from here")
    editor.page.click("#note-add")
    (tmp_path / "corrected").mkdir()
    expected = [(0.0, split, "p"), (split, 8.0, "Bob")]
    for format, ending in (("rttm", ".rttm"), ("corrections", ".corrections.json")):
        path = editor.save(format, tmp_path / "corrected")
        assert path.name == NAME + ending
        other = Editor(open_page(page, "correct=s"))
        other.load(path)
        assert other.turns == expected
    assert other.page.locator("#notes input").input_value() == "Bob from here"
    read = read_turns(tmp_path / "corrected" / f"{NAME}.rttm")
    assert [(turn.start, round(turn.end, 6), turn.speaker) for turn in read] == expected
    configure(tmp_path, reference="corrected")
    workflow()
    with open(tmp_path / "results/talks/der.csv", encoding="utf-8") as file:
        (row,) = [
            row
            for row in csv.DictReader(file)
            if row["recording"] == NAME and row["protocol"] == "full"
        ]
    assert (
        float(row["confusion"]) == pytest.approx(8 - split, abs=0.001) == pytest.approx(2, abs=0.05)
    )
    assert float(row["missed"]) == float(row["false_alarm"]) == 0
