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


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with contextlib.chdir(folder):
        return folder / write_report()


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
    page.locator("#gutter .row-lane").first.wait_for()
    for chart in ("matrix", "plane"):
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
    for order, expected in (("descending", "fa"), ("ascending", "af")):
        button.press("Enter")
        expect(page.locator("#recordings th[aria-sort]")).to_have_attribute("aria-sort", order)
        names = page.locator("#recordings tbody th").all_text_contents()
        assert [name[0] for name in names] == list(expected)


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
