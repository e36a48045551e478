"""The report's pages for all readers: screen readers, dark mode, print, phones, and browsers without JavaScript."""

import contextlib

import pytest
from browser import axe_violations
from playwright.sync_api import expect
from sample_linked_report import write_linked_report
from sample_report import DER, write_report

pytestmark = pytest.mark.slow

# the page of a recording with a reference, of one without, and of one that was set aside
PAGES = (
    "index.html", "tables.html", "recordings/c/a.html", "recordings/c/b.html", "recordings/c/failed.html",
)  # fmt: skip
PHONE = {"width": 390, "height": 844}
PAPER = "getComputedStyle(document.body).backgroundColor"
WHITE = "rgb(255, 255, 255)"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    with contextlib.chdir(folder):
        return folder / write_report()


@pytest.fixture(scope="module")
def site_without_references(tmp_path_factory):
    """A report without scores."""
    folder = tmp_path_factory.mktemp("without_references")
    with contextlib.chdir(folder):
        report = folder / "results/report"
        report.mkdir(parents=True)
        (report / "der.csv").write_text(DER.splitlines()[0] + "\n")
        write_report()
    return report


def wait_for_charts(page):
    """Wait until all charts of a page are drawn."""
    page.wait_for_function(
        "[...document.querySelectorAll('.chart')].every((box) => box.querySelector('svg, canvas'))"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_violation(open_page, site, path, scheme):
    page = open_page(site / path, color_scheme=scheme)
    wait_for_charts(page)
    assert axe_violations(page) == []


def test_axe_finds_no_violation_without_references(open_page, site_without_references):
    page = open_page(site_without_references / "index.html")
    assert axe_violations(page) == []


@pytest.mark.parametrize("view", [{}, {"viewport": PHONE}, {"color_scheme": "dark"}])
@pytest.mark.parametrize("path", ["index.html", "recordings/talk/long.html"])
def test_axe_finds_no_violation_with_people(open_page, tmp_path, path, view):
    with contextlib.chdir(tmp_path):
        report = tmp_path / write_linked_report()
    page = open_page(report / path, **view)
    wait_for_charts(page)
    assert axe_violations(page) == []


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_violation_at_phone_width(open_page, site, path):
    page = open_page(site / path, viewport=PHONE)
    wait_for_charts(page)
    assert axe_violations(page) == []


def test_dark_mode_follows_the_browser(open_page, site):
    assert open_page(site / "index.html", color_scheme="light").evaluate(PAPER) == WHITE
    assert open_page(site / "index.html", color_scheme="dark").evaluate(PAPER) != WHITE


def test_the_switch_of_the_colours_is_remembered_on_all_pages(open_page, site):
    page = open_page(site / "index.html", color_scheme="light")
    page.get_by_role("button", name="Dark colours").click()
    dark = page.evaluate(PAPER)
    assert dark != WHITE
    page.goto((site / "recordings/c/a.html").as_uri())
    assert page.evaluate(PAPER) == dark
    page.get_by_role("button", name="Light colours").click()
    page.reload()
    assert page.evaluate(PAPER) == WHITE


def test_charts_take_the_colours_of_the_scheme(open_page, site):
    page = open_page(site / "index.html", color_scheme="light")
    wait_for_charts(page)
    confusion = "document.querySelector('#bars').data.at(-1).marker.color"
    light = page.evaluate(confusion)
    page.get_by_role("button", name="Dark colours").click()
    page.wait_for_function(f"{confusion} !== '{light}'")


@pytest.mark.parametrize("path", PAGES)
def test_print_is_light_and_cuts_no_table(open_page, site, path):
    page = open_page(site / path, color_scheme="dark", viewport={"width": 1050, "height": 740})
    wait_for_charts(page)
    page.emulate_media(media="print")
    assert page.evaluate(PAPER) == WHITE
    cut = "[...document.querySelectorAll('.wide, main')].filter((box) => box.scrollWidth > box.clientWidth + 1)"
    assert page.evaluate(f"{cut}.map((box) => box.outerHTML.slice(0, 80))") == []
    assert page.locator("details:visible > :not(summary)").evaluate_all(
        "(parts) => parts.every((part) => part.checkVisibility({contentVisibilityAuto: true}))"
    )


def test_the_der_is_visible_at_phone_width(open_page, site):
    page = open_page(site / "index.html", viewport=PHONE)
    for table in ("#totals", "#recordings"):
        cell = page.locator(f"{table} [data-column=der]:visible").first
        cell.wait_for()
        box = cell.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"], table


def test_a_page_without_its_assets_says_so_in_one_sentence(open_page, site, tmp_path):
    alone = tmp_path / "a.html"
    alone.write_bytes((site / "recordings/c/a.html").read_bytes())
    page = open_page(alone, java_script_enabled=False)
    content = page.evaluate("getComputedStyle(document.body, '::before').content")
    assert content.count(".") == 1 and "assets" in content
    assert not page.locator("main").is_visible()
    page.context.close()
    open_page.messages.clear()  # the missing files
    expect(open_page(site / "recordings/c/a.html").locator("main")).to_be_visible()


def test_tables_and_turns_need_no_javascript(open_page, site):
    """The texts are from DER and the turns of sample_report."""
    page = open_page(site / "index.html", java_script_enabled=False)
    expect(page.locator("#totals")).to_contain_text("70.31")
    page.get_by_role("link", name="tables.html").click()
    expect(page.locator("#recordings")).to_contain_text("43.75")
    expect(page.get_by_role("cell", name="detect_speech")).to_be_visible()
    page.locator("#recordings").get_by_role("link", name="a", exact=True).click()
    expect(page.locator("#scores")).to_contain_text("32.14")
    page.get_by_text("reference: 2 turns").click()
    expect(page.locator(".turns li:visible").nth(1)).to_have_text(
        "0:04.00\N{EN DASH}0:08.00 \"'><img/src=x/onerror=alert(2)>"
    )
