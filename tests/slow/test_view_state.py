"""The view of a page in the fragment of its URL, in a browser."""

from pathlib import Path

import pytest
from browser import Browser, chromium

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not chromium(), reason="no Chromium is installed"),
]
PAGES = Path(__file__).resolve().parents[2] / "scripts" / "diarflow" / "report" / "pages"
PAGE = f"""<!doctype html><title>view</title><a href="#end">end</a><p id="end">
<script src="{(PAGES / "common.js").as_uri()}"></script><script src="{(PAGES / "view_state.js").as_uri()}"></script>
<script>const calls = []; diarflow.viewState.onChange(() => calls.push(diarflow.viewState.get("system", "none")));</script>
"""


@pytest.fixture
def browser(tmp_path):
    (tmp_path / "page.html").write_text(PAGE)
    browser = Browser()
    browser.open(tmp_path / "page.html")
    yield browser
    assert browser.messages == []
    browser.close()


def set_view(browser, values, options="{}"):
    browser.run(f"diarflow.viewState.set({values}, {options})")


def test_values_are_read_back_and_null_removes_them(browser):
    set_view(browser, '{system: "a & b", page: 2, filter: ""}')
    assert browser.run("location.hash") == "#system=a+%26+b&page=2"
    assert browser.run("diarflow.viewState.get('system')") == "a & b"
    set_view(browser, "{system: null, page: null}")
    assert browser.run("location.href").endswith("page.html")
    assert browser.run("diarflow.viewState.get('system', 'best')") == "best"


def test_back_restores_a_pushed_view_and_calls_back_once(browser):
    set_view(browser, '{system: "one"}')
    set_view(browser, '{system: "two"}', "{push: true}")
    browser.run("calls.length = 0, history.back()")
    browser.wait("calls.length > 0")
    assert browser.run("new Promise((done) => setTimeout(() => done(calls), 100))") == ["one"]


def test_a_changed_url_calls_back(browser):
    browser.run("calls.length = 0, location.hash = 'system=three'")
    browser.wait("calls.length > 0")
    assert browser.run("calls") == ["three"]


def test_setting_the_same_view_adds_no_entry_to_the_history(browser):
    set_view(browser, '{system: "one"}', "{push: true}")
    length = browser.run("history.length")
    set_view(browser, '{system: "one"}', "{push: true}")
    assert browser.run("history.length") == length


def test_a_link_carries_a_view_and_no_empty_values(browser):
    link = (
        "diarflow.viewState.link('a%20b.html#old=1', {system: 'best', t: '12.3-15.6', range: null})"
    )
    assert browser.run(link) == "a%20b.html#system=best&t=12.3-15.6"


def test_a_link_within_the_page_keeps_the_view(browser):
    set_view(browser, '{system: "one"}')
    browser.run("document.querySelector('a').click()")
    assert browser.run("[location.hash, document.activeElement.id]") == ["#system=one", "end"]
