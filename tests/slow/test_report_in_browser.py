"""The pages of the report in a browser: no errors, no network, operable by keyboard, audio plays on click.

Screenshots for visual inspection are written to results/screenshots.
"""

import contextlib
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sample_report import write_report

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "results" / "screenshots"
pytestmark = pytest.mark.slow

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


def open_front_page(open_page, site, **options):
    """Open the front page and wait for its tables and charts."""
    page = open_page(site / "index.html", **options)
    page.locator("#recordings tbody tr").first.wait_for()
    for chart in ("bars", "by-duration", "by-speakers"):
        page.locator(f"#{chart} .main-svg").first.wait_for()
    return page


def open_recording(open_page, site, **options):
    """Open the page of recording `a` and wait for its charts."""
    page = open_page(site / "recordings/c/a.html", **options)
    for chart in ("timeline", "matrix", "plane"):
        page.locator(f"#{chart} .main-svg").first.wait_for()
    return page


@pytest.mark.parametrize(
    ("visit", "name"), [(open_front_page, "front"), (open_recording, "recording")]
)
def test_a_page_is_drawn_without_console_messages_and_network(open_page, site, visit, name):
    page = visit(open_page, site)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    assert (SCREENSHOTS / f"{name}.png").stat().st_size > 20_000
    assert open_page.requests
    assert page.locator("img[onerror]").count() == 0


@pytest.mark.parametrize("visit", [open_front_page, open_recording])
def test_text_has_contrast_and_controls_have_names(open_page, site, visit):
    page = visit(open_page, site)
    assert page.evaluate(LOW_CONTRAST) == []
    assert page.evaluate(WITHOUT_NAME) == []


def test_the_selected_protocol_applies_to_all_tables_and_charts(open_page, site):
    page = open_front_page(open_page, site)
    page.get_by_role("radio", name="fair").check()
    expect(page.locator("#recordings tbody tr [data-column=der]").first).to_have_text("32.14")
    rows = page.locator("#totals tbody tr:visible")
    assert {row.get_attribute("data-protocol") for row in rows.all()} == {"fair"}
    expect(page.locator("#bars .gtitle")).to_contain_text("fair")


def test_headers_sort_by_keyboard(open_page, site):
    page = open_front_page(open_page, site)
    button = page.locator("#recordings [data-column=recording]")
    for order, expected in (("descending", "fba"), ("ascending", "abf")):
        button.press("Enter")
        expect(page.locator("#recordings th[aria-sort]")).to_have_attribute("aria-sort", order)
        names = page.locator("#recordings tbody th").all_text_contents()
        assert [name[0] for name in names] == list(expected)


def test_the_tab_key_reaches_all_controls_of_a_recording(open_page, site):
    page = open_recording(open_page, site)
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
    for control in (
        'data-view="in"', 'id="embedding"', 'id="speakers-track"', 'id="sort-matrix"', 'id="audio"',
    ):  # fmt: skip
        assert any(control in element for element in reached), control


@pytest.mark.parametrize("fixture", ["site", "site_with_audio"])
def test_a_click_on_the_timeline_plays_from_its_position(open_page, fixture, request):
    page = open_recording(open_page, request.getfixturevalue(fixture))
    page.wait_for_function("document.querySelector('#audio').readyState > 0")
    assert page.evaluate("document.querySelector('#audio').paused")
    page.locator("#timeline .nsewdrag").first.click()
    page.wait_for_function("!document.querySelector('#audio').paused")
    page.wait_for_function("document.querySelector('#audio').currentTime > 5.2")
    assert page.evaluate("document.querySelector('#audio').currentTime") < 10
    assert page.locator("#cursor").is_visible()


def test_the_buttons_change_the_visible_range(open_page, site):
    page = open_recording(open_page, site)
    visible = "document.querySelector('#timeline')._fullLayout.xaxis.range.map((x) => Math.round(10 * x) / 10)"
    for button, expected in (("in", [2.5, 7.5]), ("right", [5, 10]), ("all", [0, 10])):
        page.locator(f"[data-view={button}]").click()
        page.wait_for_function(f"JSON.stringify({visible}) === '{str(expected).replace(' ', '')}'")


def test_a_detector_without_candidates_has_no_axis_and_rows_are_labelled(open_page, site):
    page = open_recording(open_page, site)
    layout = "document.querySelector('#timeline')._fullLayout"
    axes = f"Object.keys({layout}).filter((key) => /^yaxis/.test(key)).length"
    assert page.evaluate(axes) == 2
    labels = page.evaluate(f"{layout}.yaxis.ticktext")
    assert labels[0] == "speech: webrtc" and labels[-1] == "ours: errors"
    assert labels[2].startswith("reference: \"'&gt;&lt;img")  # Plotly would interpret HTML


def test_a_der_above_150_percent_is_drawn_at_150(open_page, tmp_path, monkeypatch):
    """Recording b has 0.1 s of reference speech and a false alarm of 12.34 times that."""
    monkeypatch.chdir(tmp_path)
    site = tmp_path / write_report()
    text = (site / "der.csv").read_text()
    old = "c,ours,b,full,5.0,0.0,0.0,1.234,0.0,,"
    (site / "der.csv").write_text(text.replace(old, "c,ours,b,full,5.0,0.1,0.0,1.234,0.0,1234.0,"))
    write_report()
    page = open_front_page(open_page, site)
    chart = "document.querySelector('#by-duration')"
    assert sorted(page.evaluate(f"[...{chart}.data[0].y]")) == [43.75, 100, 150]
    title = page.evaluate(f"{chart}.layout.yaxis.title.text")
    assert title == "DER, % (above 150 drawn at 150)"
    assert any("1234.00 %" in text for text in page.evaluate(f"[...{chart}.data[0].text]"))


def test_the_longest_errors_are_shown_and_played(open_page, site):
    page = open_recording(open_page, site)
    button = page.locator("#longest-errors tbody button").first
    expect(button).to_have_attribute("aria-label", "show and play confusion at 4.00 s")
    button.press("Enter")
    page.wait_for_function("document.querySelector('#audio').currentTime > 3.5")
