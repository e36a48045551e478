"""The page of a recording in a browser: timeline, player, list of errors, keys, and the view in the URL.

Recording `a` of the sample report: reference 0 to 4 s and 4 to 8 s, hypothesis 0.5 to 6 s and 6 to 8.5 s. By hand, the
errors are missed speech from 0 to 0.5 s, confusion from 4 to 6 s, and a false alarm from 8 to 8.5 s.
"""

import contextlib
import functools
import http.server
import threading

import pytest
from playwright.sync_api import expect
from sample_report import IMAGE, RESULTS, SCRIPT, report_content, write_report

from diarflow.artifacts.sidecars import write_sidecar
from diarflow.report.site import write_site

pytestmark = pytest.mark.slow
ERRORS = "diarflow.inspector.errors().map(({ kind, start, end }) => [kind, start, end])"
RANGE = "diarflow.timeline.range().map((seconds) => Math.round(100 * seconds) / 100)"
TIME = "document.querySelector('#audio').currentTime"
PAUSED = "document.querySelector('#audio').paused"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a run with linked audio, in which recording `a` has two systems."""
    folder = tmp_path_factory.mktemp("run")
    with contextlib.chdir(folder):
        write_report()
    return folder


@pytest.fixture(scope="module")
def site(folder):
    return folder / "results/report"


@pytest.fixture(scope="module")
def site_with_audio(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site_with_audio")
    with contextlib.chdir(folder):
        return folder / write_report(audio="embedded")


@pytest.fixture(scope="module")
def site_of_two_systems(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two_systems")
    with contextlib.chdir(folder):
        report = write_report()
        (RESULTS / "rttm/theirs").mkdir()
        for name in ("a", "b", "failed"):
            text = (RESULTS / f"rttm/ours/{name}.rttm").read_text()
            (RESULTS / f"rttm/theirs/{name}.rttm").write_text(text)
        content = report_content()
        recordings = [entry | {"systems": ["ours", "theirs"]} for entry in content["recordings"]]
        write_site(report, content | {"recordings": recordings})
        return folder / report


def open_recording(open_page, site, fragment="", name="a", **options):
    """Open a page, and wait until its timeline is drawn and its audio can be played."""
    page = open_page(site / f"recordings/c/{name}.html", fragment, **options)
    page.locator("#gutter .row-lane").first.wait_for()
    page.wait_for_function("document.querySelector('#audio').readyState > 0")
    return page


def wait_for_range(page, expected):
    page.wait_for_function(f"JSON.stringify({RANGE}) === '{str(expected).replace(' ', '')}'")


# --- timeline ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fixture", ["site", "site_with_audio"])
def test_a_click_on_the_timeline_plays_from_its_position(open_page, fixture, request):
    page = open_recording(open_page, request.getfixturevalue(fixture))
    assert page.evaluate(PAUSED)
    page.evaluate(
        "diarflow.player.audio.addEventListener('play', () => { window.start = diarflow.player.audio.currentTime; })"
    )
    page.locator("#lanes").click()
    page.wait_for_function(f"window.start && {TIME} > window.start")
    assert page.evaluate("window.start") == pytest.approx(5, abs=0.05)
    assert page.locator("#cursor").is_visible()


def test_the_buttons_change_the_visible_range(open_page, site):
    page = open_recording(open_page, site)
    for button, expected in (("in", [2.5, 7.5]), ("right", [5, 10]), ("all", [0, 10])):
        page.locator(f"[data-view={button}]").click()
        wait_for_range(page, expected)


def test_the_wheel_scrolls_the_page_and_zooms_with_ctrl(open_page, site):
    page = open_recording(open_page, site, viewport={"width": 1400, "height": 500})
    page.locator("#lanes").hover()
    page.mouse.wheel(0, 100)
    page.wait_for_function("window.scrollY > 0")
    assert page.evaluate(RANGE) == [0, 10]
    page.locator("#lanes").hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    page.wait_for_function("diarflow.timeline.range()[1] - diarflow.timeline.range()[0] < 5")


def test_a_drag_moves_the_timeline_and_does_not_play(open_page, site):
    page = open_recording(open_page, site, "range=2-4")
    wait_for_range(page, [2, 4])
    box = page.locator("#lanes").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 100, steps=5)
    page.mouse.up()
    wait_for_range(page, [3, 5])
    assert page.evaluate(PAUSED)


def test_shift_and_drag_select_a_segment(open_page, site):
    page = open_recording(open_page, site)
    box = page.locator("#lanes").bounding_box()
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + box["width"] * 0.2, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 100, steps=5)
    page.mouse.up()
    page.keyboard.up("Shift")
    selected = page.evaluate("diarflow.timeline.selection()")
    assert selected["start"] == pytest.approx(2, abs=0.05)
    assert selected["end"] == pytest.approx(4, abs=0.05)
    assert page.locator("#selection").is_visible()


def test_the_minimap_moves_the_visible_range(open_page, site):
    page = open_recording(open_page, site, "range=0-2")
    wait_for_range(page, [0, 2])
    box = page.locator("#minimap").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + 10)
    wait_for_range(page, [6, 8])


def test_lanes_are_labelled_and_a_detector_without_candidates_has_none(open_page, site):
    page = open_recording(open_page, site)
    labels = page.locator("#gutter .row .name").all_text_contents()
    assert labels == [
        "waveform", "detected speech", "webrtc", "reference", SCRIPT, IMAGE, "ours", f"{SCRIPT} = {SCRIPT}",
        f"x&amp;<b> = {IMAGE}", "change scores", "d",
    ]  # fmt: skip


def test_speakers_without_a_turn_in_the_visible_range_are_hidden(open_page, site):
    page = open_recording(open_page, site, "range=0-3")
    expect(page.locator("#gutter .row-lane")).to_have_count(2)
    expect(page.locator("#gutter")).to_contain_text("1 inactive")
    page.get_by_label("hide inactive speakers").uncheck()
    expect(page.locator("#gutter .row-lane")).to_have_count(4)


def test_groups_of_lanes_collapse_by_keyboard(open_page, site):
    page = open_recording(open_page, site)
    button = page.locator("#gutter [data-group='system ours'] button")
    expect(button).to_have_attribute("aria-expanded", "true")
    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()
    expect(page.locator("#gutter .row-lane")).to_have_count(2)


# --- errors -----------------------------------------------------------------------------------------


def test_all_errors_of_the_chosen_protocol_are_listed(open_page, site):
    """By hand: the collars of 0.25 s around 0, 4 and 8 s are not scored under protocol fair."""
    page = open_recording(open_page, site)
    assert page.evaluate(ERRORS) == [
        ["confusion", 4, 6],
        ["missed", 0, 0.5],
        ["false_alarm", 8, 8.5],
    ]
    expect(page.locator("#error-count")).to_have_text("3 errors, 3.0 s")
    page.locator("#protocol").select_option("fair")
    expected = [["confusion", 4.25, 6], ["missed", 0.25, 0.5], ["false_alarm", 8.25, 8.5]]
    assert page.evaluate(ERRORS) == expected
    expect(page.locator("#der")).to_have_text("DER 32.1 %")


def test_errors_are_filtered_and_sorted(open_page, site):
    page = open_recording(open_page, site)
    page.locator("#error-order").select_option("time")
    assert [start for _, start, _ in page.evaluate(ERRORS)] == [0, 4, 8]
    page.locator("#error-speaker").select_option(SCRIPT)
    assert [kind for kind, *_ in page.evaluate(ERRORS)] == ["missed", "confusion"]
    page.locator("#error-kind").select_option("missed")
    expect(page.locator("#error-count")).to_have_text("1 of 3 errors, 0.5 of 3.0 s")
    page.locator("#error-overlap").select_option("yes")
    expect(page.locator("#no-errors")).to_be_visible()


def test_an_error_is_shown_and_played_exactly(open_page, site):
    page = open_recording(open_page, site, "range=0-2")
    row = page.locator("#errors button").last
    expect(row).to_contain_text(f"{IMAGE} detected, not in the reference")
    row.click()
    page.wait_for_function(f"{PAUSED} && {TIME} > 8.2")
    assert page.evaluate(TIME) == pytest.approx(8.5, abs=0.05)
    assert page.evaluate("diarflow.timeline.selection()") == {"start": 8, "end": 8.5}
    first, last = page.evaluate(RANGE)
    assert first <= 8 and last >= 8.5
    assert page.locator("#errors [aria-current]").count() == 1


def test_a_segment_is_played_in_a_loop(open_page, site):
    page = open_recording(open_page, site, "t=8-8.5")
    page.get_by_label("loop").check()
    page.evaluate(
        """() => {
          window.times = [];
          diarflow.recording.on("time", (time) => window.times.push(time));
          document.querySelector("#play").click();
        }"""
    )
    page.wait_for_function("times.some((time, index) => time < times[index - 1] - 0.3)")
    assert max(page.evaluate("times")) < 9 and not page.evaluate(PAUSED)


def test_the_speed_of_the_player_is_chosen(open_page, site):
    page = open_recording(open_page, site)
    page.locator("#speed").select_option("1.5")
    assert page.evaluate("document.querySelector('#audio').playbackRate") == 1.5
    page.locator("h1").click()
    page.keyboard.press(",")
    assert page.evaluate("document.querySelector('#audio').playbackRate") == 1.25


# --- keyboard ---------------------------------------------------------------------------------------


def test_the_page_is_controlled_by_keys(open_page, site):
    page = open_recording(open_page, site)
    page.keyboard.press("n")
    assert page.evaluate("diarflow.timeline.selection()") == {"start": 4, "end": 6}
    page.wait_for_function(f"!{PAUSED}")
    page.keyboard.press("Space")
    page.wait_for_function(PAUSED)
    page.keyboard.press("p")
    assert page.evaluate("diarflow.timeline.selection()") == {"start": 8, "end": 8.5}
    page.keyboard.press("Escape")
    assert page.evaluate("diarflow.timeline.selection()") is None
    page.keyboard.press("a")
    page.keyboard.press("+")
    page.keyboard.press("Home")
    wait_for_range(page, [0, 5])
    page.keyboard.press("ArrowRight")
    wait_for_range(page, [1.25, 6.25])
    page.keyboard.press("-")
    wait_for_range(page, [0, 10])
    page.keyboard.press("v")
    expect(page.locator("#protocol")).to_have_value("fair")
    page.keyboard.press("l")
    expect(page.get_by_label("loop")).to_be_checked()


def test_a_digit_shows_one_speaker_and_plays_only_its_turns(open_page, site):
    page = open_recording(open_page, site)
    page.keyboard.press("2")
    assert page.evaluate("diarflow.recording.view.solo") == IMAGE
    expect(page.locator("#gutter [aria-pressed=true]")).to_have_count(2)
    page.keyboard.press("Space")
    page.wait_for_function(f"{TIME} >= 4")
    page.keyboard.press("2")
    assert page.evaluate("diarflow.recording.view.solo") is None


def test_the_keys_are_listed(open_page, site):
    page = open_recording(open_page, site)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next or previous error")
    page.keyboard.press("n")  # the dialog keeps the keys
    assert page.evaluate("diarflow.timeline.selection()") is None
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_tab_key_reaches_all_controls(open_page, site):
    page = open_recording(open_page, site)
    page.locator("#plane .main-svg").first.wait_for()
    page.keyboard.press("n")  # enables the button that plays the segment
    page.keyboard.press("Space")
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id"))
    controls = page.locator("main :is(button, select, input)[id]:visible").evaluate_all(
        "(controls) => controls.filter(({ disabled }) => !disabled).map(({ id }) => id)"
    )
    assert len(controls) > 15
    assert set(controls) <= reached


# --- view in the URL --------------------------------------------------------------------------------


def test_a_link_restores_system_protocol_range_and_segment(open_page, site_of_two_systems):
    fragment = "system=theirs&protocol=forgiving&range=3-7&t=4.25-6"
    page = open_recording(open_page, site_of_two_systems, fragment)
    expect(page.locator("#system")).to_have_value("theirs")
    expect(page.locator("#protocol")).to_have_value("forgiving")
    wait_for_range(page, [3, 7])
    assert page.evaluate("diarflow.timeline.selection()") == {"start": 4.25, "end": 6}
    assert page.evaluate(TIME) == pytest.approx(4.25, abs=0.01)
    expect(page.locator("#errors [aria-current]")).to_contain_text("confusion")
    page.reload()
    expect(page.locator("#system")).to_have_value("theirs")
    wait_for_range(page, [3, 7])


def test_back_restores_the_protocol(open_page, site):
    page = open_recording(open_page, site)
    page.locator("#protocol").select_option("fair")
    assert "protocol=fair" in page.url
    page.go_back()
    expect(page.locator("#protocol")).to_have_value("full")
    expect(page.locator("#error-count")).to_have_text("3 errors, 3.0 s")
    page.go_forward()
    expect(page.locator("#protocol")).to_have_value("fair")


def test_links_to_other_recordings_keep_system_and_protocol(open_page, site):
    page = open_recording(open_page, site, "system=elsewhere&protocol=fair&range=1-2")
    for link in page.locator("nav a").all():
        assert link.get_attribute("href").endswith("#system=elsewhere&protocol=fair")


def test_a_link_to_a_moment_is_copied(open_page, site):
    page = open_recording(open_page, site)
    page.evaluate("diarflow.player.seek(3.5)")
    page.keyboard.press("c")
    page.wait_for_function("location.hash.includes('t=3.5')")
    expect(page.locator("#said")).to_contain_text("0:00:03.5")


def test_an_impossible_view_is_ignored(open_page, site):
    page = open_recording(open_page, site, "system=x&protocol=y&range=9-3&t=99-100")
    assert page.evaluate(RANGE) == [0, 10]
    assert page.evaluate("diarflow.timeline.selection()") is None
    expect(page.locator("#protocol")).to_have_value("full")


# --- other recordings -------------------------------------------------------------------------------


def test_without_a_reference_there_are_no_errors_and_speakers_have_samples(open_page, site):
    page = open_recording(open_page, site, name="b")
    assert page.locator("#errors, #protocol, .legend .missed, #der").count() == 0
    rows = page.locator("#speakers tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("69 %")  # 5.5 of 8 s
    rows.first.get_by_role("button", name="Play sample").click()
    page.wait_for_function(f"!{PAUSED} && {TIME} >= 0.5")


def test_missing_audio_is_explained(open_page, tmp_path, monkeypatch):
    """A copy of the report alone has no audio. Chromium reports the missing file in the console."""
    monkeypatch.chdir(tmp_path)
    site = tmp_path / write_report()
    (RESULTS / "audio/a.wav").unlink()
    page = open_page(site / "recordings/c/a.html")
    expect(page.locator("#no-audio")).to_be_visible()
    open_page.messages.clear()


def test_a_page_without_audio_has_a_timeline(open_page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    site = tmp_path / write_report()
    (RESULTS / "audio/a.wav").unlink()
    write_site(site, report_content())
    page = open_page(site / "recordings/c/a.html")
    page.locator("#gutter .row-lane").first.wait_for()
    page.keyboard.press("n")
    assert page.evaluate("diarflow.timeline.selection()") == {"start": 4, "end": 6}
    assert page.locator("#audio").count() == 0


def test_repairs_are_at_the_top_of_the_page(open_page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    site = tmp_path / write_report()
    repairs = {"merged": 1, "clipped": 7, "dropped": 3}
    write_sidecar(
        RESULTS / "reference/a.json",
        extent="uem",
        repairs=repairs,
        notes={"NOSCORE intervals left out": 2},
    )
    write_site(site, report_content())
    page = open_page(site / "recordings/c/a.html")
    note = page.get_by_role("note")
    expect(note).to_contain_text("7 cut at the end of the recording")
    expect(note).to_contain_text("NOSCORE intervals left out: 2")
    assert note.bounding_box()["y"] < 300


# --- spectrogram ------------------------------------------------------------------------------------

DARK_PIXELS = """
(() => {
  const canvas = document.querySelector("#lanes");
  const row = diarflow.timeline.rows().find(({ kind }) => kind === "spectrogram");
  if (!row) return 0;
  const ratio = canvas.width / canvas.clientWidth;
  const { data } = canvas.getContext("2d").getImageData(0, row.y * ratio, canvas.width, row.height * ratio);
  return data.filter((value, index) => index % 4 === 3 && value > 100).length;
})()
"""


def test_a_page_with_embedded_audio_shows_a_spectrogram(open_page, site_with_audio):
    page = open_recording(open_page, site_with_audio)
    page.keyboard.press("g")
    page.wait_for_function(f"{DARK_PIXELS} > 1000")


def test_a_page_from_disk_asks_for_the_audio_file(open_page, folder, site):
    page = open_recording(open_page, site)
    page.get_by_role("button", name="Spectrogram").click()
    expect(page.locator("#choose-audio")).to_be_visible()
    page.locator("#audio-file").set_input_files(folder / "results/c/audio/a.wav")
    page.wait_for_function(f"{DARK_PIXELS} > 1000")
    expect(page.locator("#choose-audio")).to_be_hidden()


def test_a_page_of_a_web_server_reads_the_audio(browser, folder):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/results/report/recordings/c/a.html")
        page.locator("#gutter .row-lane").first.wait_for()
        page.get_by_role("button", name="Spectrogram").click()
        page.wait_for_function(f"{DARK_PIXELS} > 1000")
        page.close()
        server.shutdown()
