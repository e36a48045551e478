"""The view of a page in the fragment of its URL, in a browser."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
PAGES = Path(__file__).resolve().parents[2] / "scripts" / "diarflow" / "report" / "pages"
PAGE = f"""<!doctype html><title>view</title><link rel="icon" href="data:,"><a href="#end">end</a><p id="end">
<script src="{(PAGES / "common.js").as_uri()}"></script><script src="{(PAGES / "view_state.js").as_uri()}"></script>
<script>const calls = []; diarflow.viewState.onChange(() => calls.push(diarflow.viewState.get("system", "none")));</script>
"""


@pytest.fixture
def page(tmp_path, open_page):
    (tmp_path / "page.html").write_text(PAGE)
    page = open_page(tmp_path / "page.html")
    page.wait_for_function("calls.length > 0")  # pageshow
    return page


def test_values_are_read_back_and_null_removes_them(page):
    page.evaluate('diarflow.viewState.set({system: "a & b", page: 2, filter: ""})')
    assert page.evaluate("location.hash") == "#system=a+%26+b&page=2"
    assert page.evaluate("diarflow.viewState.get('system')") == "a & b"
    page.evaluate("diarflow.viewState.set({system: null, page: null})")
    assert page.url.endswith("page.html")
    assert page.evaluate("diarflow.viewState.get('system', 'best')") == "best"


def test_back_restores_a_pushed_view_and_calls_back_once(page):
    page.evaluate('diarflow.viewState.set({system: "one"})')
    page.evaluate('diarflow.viewState.set({system: "two"}, {push: true})')
    page.evaluate("calls.length = 0, history.back()")
    page.wait_for_function("calls.length > 0")
    page.wait_for_timeout(100)
    assert page.evaluate("calls") == ["one"]


def test_a_changed_url_calls_back(page):
    page.evaluate("calls.length = 0, location.hash = 'system=three'")
    page.wait_for_function("calls.length > 0")
    assert page.evaluate("calls") == ["three"]


def test_setting_the_same_view_adds_no_entry_to_the_history(page):
    set_view = 'diarflow.viewState.set({system: "one"}, {push: true}), history.length'
    assert page.evaluate(set_view) == page.evaluate(set_view)


def test_a_link_carries_a_view_and_no_empty_values(page):
    link = (
        "diarflow.viewState.link('a%20b.html#old=1', {system: 'best', t: '12.3-15.6', range: null})"
    )
    assert page.evaluate(link) == "a%20b.html#system=best&t=12.3-15.6"


def test_a_link_within_the_page_keeps_the_view(page):
    page.evaluate('diarflow.viewState.set({system: "one"})')
    page.get_by_role("link", name="end").click()
    assert page.evaluate("[location.hash, document.activeElement.id]") == ["#system=one", "end"]
