"""The pages in a real browser: nothing goes wrong, all of it can be reached by keyboard, a click plays.

Pictures of them are left in results/screenshots, to be looked at.
"""

import contextlib
from pathlib import Path

import pytest
from browser import Browser, chromium
from sample_report import make

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "results" / "screenshots"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not chromium(), reason="no Chromium is installed"),
]

# elements whose own text stands out from a white page by less than WCAG asks for
FAINT = """
(() => {
  const light = (c) => c.map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  return [...document.querySelectorAll("body *:not(script):not(svg *)")].filter((one) =>
    !one.disabled && one.checkVisibility() && [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((one) => [one.textContent.slice(0, 40), getComputedStyle(one).color])
    .filter(([, colour]) => 1.05 / (light(colour.match(/[\\d.]+/g).slice(0, 3).map(Number)) + 0.05) < 4.5);
})()
"""
# what a reader of screens would meet without a name
NAMELESS = """
[...document.querySelectorAll("button, select, input, a[href], audio, [role=img], [role=region]")].filter((one) =>
  !one.closest(".modebar") && !(one.getAttribute("aria-label") || one.textContent.trim() || one.labels?.length)).map((one) => one.outerHTML)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with contextlib.chdir(folder):
        return folder / make()


@pytest.fixture(scope="module")
def embedded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("embedded")
    with contextlib.chdir(folder):
        return folder / make(audio="embedded")


@pytest.fixture
def browser():
    one = Browser()
    yield one
    one.close()


def drawn(browser, *charts):
    for chart in charts:
        browser.wait(f"document.querySelector('#{chart} .main-svg') !== null")


def front(browser, site):
    browser.open(
        site / "index.html", "document.querySelectorAll('#recordings tbody tr').length > 0"
    )
    drawn(browser, "bars", "by-duration", "by-speakers")


def recording(browser, site):
    browser.open(site / "recordings/c/a.html")
    drawn(browser, "timeline", "matrix", "plane")


@pytest.mark.parametrize(("show", "name"), [(front, "front"), (recording, "recording")])
def test_a_page_is_drawn_without_a_word_on_the_console_and_without_a_network(
    browser, site, show, name
):
    show(browser, site)
    PICTURES.mkdir(parents=True, exist_ok=True)
    browser.screenshot(PICTURES / f"{name}.png")
    assert (PICTURES / f"{name}.png").stat().st_size > 20_000
    assert browser.said == []
    assert browser.asked and all(
        url.startswith(("file:", "data:", "about:")) for url in browser.asked
    )
    assert (
        browser.run(
            "typeof alert === 'function' && document.querySelectorAll('img[onerror]').length"
        )
        == 0
    )


@pytest.mark.parametrize("show", [front, recording])
def test_text_stands_out_and_controls_have_names(browser, site, show):
    show(browser, site)
    assert browser.run(FAINT) == []
    assert browser.run(NAMELESS) == []


def test_the_protocol_chosen_is_that_of_all_tables(browser, site):
    front(browser, site)
    browser.run("document.querySelector('input[value=fair]').click()")
    browser.wait(
        "document.querySelector('#recordings tbody tr [data-column=der]').textContent === '32.14'"
    )
    shown = "[...document.querySelectorAll('#totals tbody tr')].filter((row) => !row.hidden)"
    assert browser.run(f"{shown}.map((row) => row.dataset.protocol)") == ["fair"]
    browser.wait("document.querySelector('#bars .gtitle').textContent.includes('fair')")
    assert browser.said == []


def test_headers_sort_by_keyboard(browser, site):
    front(browser, site)
    column = "document.querySelector('#recordings [data-column=recording]')"
    browser.run(f"{column}.focus()")
    names = (
        "[...document.querySelectorAll('#recordings tbody th')].map((cell) => cell.textContent[0])"
    )
    for order, expected in (("descending", "nba"), ("ascending", "abn")):
        browser.press("Enter")
        assert browser.run(f"{column}.closest('th').getAttribute('aria-sort')") == order
        assert browser.run(names) == list(expected)


def test_every_control_of_a_recording_is_reached_with_tab(browser, site):
    recording(browser, site)
    reached = set()
    for _ in range(60):
        browser.press("Tab")
        reached.add(browser.run("document.activeElement.outerHTML.slice(0, 60)"))
    for control in (
        'data-view="in"',
        'id="embedding"',
        'id="speakers-of"',
        'id="by-speaker"',
        'id="audio"',
    ):
        assert any(control in one for one in reached), control


@pytest.mark.parametrize("kind", ["site", "embedded"])
def test_a_click_on_the_timeline_plays_from_there(browser, kind, request):
    recording(browser, request.getfixturevalue(kind))
    browser.wait("document.querySelector('#audio').readyState > 0")
    assert browser.run("document.querySelector('#audio').paused")
    box = browser.run(
        "(() => { const b = document.querySelector('#timeline .nsewdrag').getBoundingClientRect();"
        " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
    )
    browser.click(*box)
    browser.wait("!document.querySelector('#audio').paused")
    browser.wait("document.querySelector('#audio').currentTime > 5.2")
    assert browser.run("document.querySelector('#audio').currentTime") < 10
    assert browser.run("!document.querySelector('#cursor').hidden")
    assert browser.said == []


def test_the_view_zooms_and_comes_back(browser, site):
    recording(browser, site)
    seen = "document.querySelector('#timeline')._fullLayout.xaxis.range.map((x) => Math.round(10 * x) / 10)"
    for button, expected in (("in", [2.5, 7.5]), ("right", [5, 10]), ("all", [0, 10])):
        browser.run(f"document.querySelector('[data-view={button}]').click()")
        browser.wait(f"JSON.stringify({seen}) === '{str(expected).replace(' ', '')}'")


def test_a_detector_that_found_nothing_has_no_panel_and_lanes_say_whose_they_are(browser, site):
    recording(browser, site)
    layout = "document.querySelector('#timeline')._fullLayout"
    assert browser.run(f"Object.keys({layout}).filter((key) => /^yaxis/.test(key)).length") == 2
    names = browser.run(f"{layout}.yaxis.ticktext")
    assert names[0] == "speech: webrtc" and names[-1] == "ours: errors"
    assert names[2].startswith(
        "reference: \"'&gt;&lt;img"
    )  # text, of which Plotly makes no element


def test_recordings_far_over_100_percent_do_not_hide_the_others(browser, tmp_path, monkeypatch):
    """b has 0.1 s of speech and 12.34 times as much false alarm: drawn at 150 percent, and said so."""
    monkeypatch.chdir(tmp_path)
    site = tmp_path / make()
    text = (site / "der.csv").read_text()
    old = "c,ours,b,full,5.0,0.0,0.0,1.234,0.0,,"
    (site / "der.csv").write_text(text.replace(old, "c,ours,b,full,5.0,0.1,0.0,1.234,0.0,1234.0,"))
    make()
    front(browser, site)
    chart = "document.querySelector('#by-duration')"
    assert sorted(browser.run(f"[...{chart}.data[0].y]")) == [43.75, 100, 150]
    assert browser.run(f"{chart}.layout.yaxis.title.text") == "DER, % (over 150: at 150)"
    assert any("1234.00 %" in text for text in browser.run(f"[...{chart}.data[0].text]"))


def test_the_longest_errors_are_shown_and_played(browser, site):
    recording(browser, site)
    first = "document.querySelector('#worst tbody button')"
    assert browser.run(f"{first}.getAttribute('aria-label')") == "show and play confusion at 4.00 s"
    browser.run(f"{first}.focus()")
    browser.press("Enter")
    browser.wait("document.querySelector('#audio').currentTime > 3.5")
