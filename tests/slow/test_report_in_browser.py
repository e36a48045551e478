"""The pages of the report in a browser: no errors, no network, operable by keyboard, audio plays on click.

Screenshots for visual inspection are written to results/screenshots.
"""

import contextlib
from pathlib import Path

import pytest
from browser import Browser, chromium
from sample_report import write_report

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "results" / "screenshots"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not chromium(), reason="no Chromium is installed"),
]

# elements with text of less contrast on white than the 4.5:1 of WCAG 2.1, success criterion 1.4.3
LOW_CONTRAST = """
(() => {
  const luminance = (rgb) => rgb.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.querySelectorAll("body *:not(script):not(svg *)")]
    .filter((element) => !element.disabled && element.checkVisibility() && hasText(element))
    .map((element) => [element.textContent.slice(0, 40), getComputedStyle(element).color])
    .filter(([, colour]) => 1.05 / (luminance(colour.match(/[\\d.]+/g).slice(0, 3).map(Number)) + 0.05) < 4.5);
})()
"""
# controls and charts without a name for screen readers
WITHOUT_NAME = """
[...document.querySelectorAll("button, select, input, a[href], audio, [role=img], [role=region]")]
  .filter((element) => !element.closest(".modebar"))
  .filter((element) => !(element.getAttribute("aria-label") || element.textContent.trim() || element.labels?.length))
  .map((element) => element.outerHTML)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with contextlib.chdir(folder):
        return folder / write_report()


@pytest.fixture(scope="module")
def site_with_audio(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site_with_audio")
    with contextlib.chdir(folder):
        return folder / write_report(audio="embedded")


@pytest.fixture
def browser():
    browser = Browser()
    yield browser
    browser.close()


def wait_for_charts(browser, *ids):
    for id in ids:
        browser.wait(f"document.querySelector('#{id} .main-svg') !== null")


def open_front_page(browser, site):
    browser.open(
        site / "index.html", "document.querySelectorAll('#recordings tbody tr').length > 0"
    )
    wait_for_charts(browser, "bars", "by-duration", "by-speakers")


def open_recording(browser, site):
    browser.open(site / "recordings/c/a.html")
    wait_for_charts(browser, "timeline", "matrix", "plane")


@pytest.mark.parametrize(
    ("open_page", "name"), [(open_front_page, "front"), (open_recording, "recording")]
)
def test_a_page_is_drawn_without_console_messages_and_network(browser, site, open_page, name):
    open_page(browser, site)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    browser.screenshot(SCREENSHOTS / f"{name}.png")
    assert (SCREENSHOTS / f"{name}.png").stat().st_size > 20_000
    assert browser.messages == []
    assert browser.requests
    assert all(url.startswith(("file:", "data:", "about:")) for url in browser.requests)
    assert browser.run("document.querySelectorAll('img[onerror]').length") == 0


@pytest.mark.parametrize("open_page", [open_front_page, open_recording])
def test_text_has_contrast_and_controls_have_names(browser, site, open_page):
    open_page(browser, site)
    assert browser.run(LOW_CONTRAST) == []
    assert browser.run(WITHOUT_NAME) == []


def test_the_selected_protocol_applies_to_all_tables_and_charts(browser, site):
    open_front_page(browser, site)
    browser.run("document.querySelector('input[value=fair]').click()")
    browser.wait(
        "document.querySelector('#recordings tbody tr [data-column=der]').textContent === '32.14'"
    )
    visible = "[...document.querySelectorAll('#totals tbody tr')].filter((row) => !row.hidden)"
    assert browser.run(f"{visible}.map((row) => row.dataset.protocol)") == ["fair"]
    browser.wait("document.querySelector('#bars .gtitle').textContent.includes('fair')")
    assert browser.messages == []


def test_headers_sort_by_keyboard(browser, site):
    open_front_page(browser, site)
    button = "document.querySelector('#recordings [data-column=recording]')"
    browser.run(f"{button}.focus()")
    names = (
        "[...document.querySelectorAll('#recordings tbody th')].map((cell) => cell.textContent[0])"
    )
    for order, expected in (("descending", "fba"), ("ascending", "abf")):
        browser.press("Enter")
        assert browser.run(f"{button}.closest('th').getAttribute('aria-sort')") == order
        assert browser.run(names) == list(expected)


def test_the_tab_key_reaches_all_controls_of_a_recording(browser, site):
    open_recording(browser, site)
    reached = set()
    for _ in range(60):
        browser.press("Tab")
        reached.add(browser.run("document.activeElement.outerHTML.slice(0, 60)"))
    for control in (
        'data-view="in"',
        'id="embedding"',
        'id="speakers-track"',
        'id="sort-matrix"',
        'id="audio"',
    ):
        assert any(control in element for element in reached), control


@pytest.mark.parametrize("fixture", ["site", "site_with_audio"])
def test_a_click_on_the_timeline_plays_from_its_position(browser, fixture, request):
    open_recording(browser, request.getfixturevalue(fixture))
    browser.wait("document.querySelector('#audio').readyState > 0")
    assert browser.run("document.querySelector('#audio').paused")
    centre = browser.run(
        "(() => { const b = document.querySelector('#timeline .nsewdrag').getBoundingClientRect();"
        " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
    )
    browser.click(*centre)
    browser.wait("!document.querySelector('#audio').paused")
    browser.wait("document.querySelector('#audio').currentTime > 5.2")
    assert browser.run("document.querySelector('#audio').currentTime") < 10
    assert browser.run("!document.querySelector('#cursor').hidden")
    assert browser.messages == []


def test_the_buttons_change_the_visible_range(browser, site):
    open_recording(browser, site)
    visible = "document.querySelector('#timeline')._fullLayout.xaxis.range.map((x) => Math.round(10 * x) / 10)"
    for button, expected in (("in", [2.5, 7.5]), ("right", [5, 10]), ("all", [0, 10])):
        browser.run(f"document.querySelector('[data-view={button}]').click()")
        browser.wait(f"JSON.stringify({visible}) === '{str(expected).replace(' ', '')}'")


def test_a_detector_without_candidates_has_no_axis_and_rows_are_labelled(browser, site):
    open_recording(browser, site)
    layout = "document.querySelector('#timeline')._fullLayout"
    assert browser.run(f"Object.keys({layout}).filter((key) => /^yaxis/.test(key)).length") == 2
    labels = browser.run(f"{layout}.yaxis.ticktext")
    assert labels[0] == "speech: webrtc" and labels[-1] == "ours: errors"
    assert labels[2].startswith("reference: \"'&gt;&lt;img")  # Plotly would interpret HTML


def test_a_der_above_150_percent_is_drawn_at_150(browser, tmp_path, monkeypatch):
    """Recording b has 0.1 s of reference speech and a false alarm of 12.34 times that."""
    monkeypatch.chdir(tmp_path)
    site = tmp_path / write_report()
    text = (site / "der.csv").read_text()
    old = "c,ours,b,full,5.0,0.0,0.0,1.234,0.0,,"
    (site / "der.csv").write_text(text.replace(old, "c,ours,b,full,5.0,0.1,0.0,1.234,0.0,1234.0,"))
    write_report()
    open_front_page(browser, site)
    chart = "document.querySelector('#by-duration')"
    assert sorted(browser.run(f"[...{chart}.data[0].y]")) == [43.75, 100, 150]
    title = browser.run(f"{chart}.layout.yaxis.title.text")
    assert title == "DER, % (above 150 drawn at 150)"
    assert any("1234.00 %" in text for text in browser.run(f"[...{chart}.data[0].text]"))


def test_the_longest_errors_are_shown_and_played(browser, site):
    open_recording(browser, site)
    button = "document.querySelector('#longest-errors tbody button')"
    label = browser.run(f"{button}.getAttribute('aria-label')")
    assert label == "show and play confusion at 4.00 s"
    browser.run(f"{button}.focus()")
    browser.press("Enter")
    browser.wait("document.querySelector('#audio').currentTime > 3.5")
