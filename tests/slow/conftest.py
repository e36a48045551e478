"""Fixtures of the tests in a browser."""

import pytest


@pytest.fixture(scope="module")
def browser():
    """The system's Chromium, started once for each module: Playwright keeps an event loop in this thread."""
    from browser import chromium, open_browser

    if not chromium():
        pytest.skip("no Chromium is installed")
    with open_browser() as browser:
        yield browser


@pytest.fixture
def open_page(browser):
    """Open pages; after the test, their consoles must be empty and all requests local."""
    from browser import OpenPages

    pages = OpenPages(browser)
    yield pages
    pages.close()
