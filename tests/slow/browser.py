"""The system's Chromium, driven by Playwright, and pages that are opened in it.

The fixture `open_page` (conftest.py) is an `OpenPages`. It opens files and returns pages of Playwright:

    page = open_page(site / "index.html", "system=ours&protocol=fair")
    page.get_by_label("System").select_option("ours")
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
LOCAL = ("file:", "data:", "blob:", "about:")


def chromium() -> str | None:
    """Return the path of an installed Chromium or Chrome, if there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the system's Chromium without a window. No browser is downloaded."""
    flags = ["--autoplay-policy=user-gesture-required", "--mute-audio", "--disable-gpu"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=flags)
        yield browser
        browser.close()


class OpenPages:
    """Open pages, each in a new profile. Record the messages of the console and the requests of all of them."""

    def __init__(self, browser: Browser):
        self.browser = browser
        self.messages: list[str] = []
        self.requests: list[str] = []

    def __call__(self, path, fragment: str = "", **options) -> Page:
        """Open a file with a URL fragment.

        `options` are those of Playwright's `new_context`, such as `viewport={"width": 390, "height": 844}`,
        `color_scheme="dark"` and `java_script_enabled=False`.
        """
        context = self.browser.new_context(**{"viewport": {"width": 1400, "height": 900}} | options)
        context.on("console", lambda message: self.messages.append(message.text))
        context.on("weberror", lambda error: self.messages.append(str(error.error)))
        context.on("request", lambda request: self.requests.append(request.url))
        page = context.new_page()
        page.goto(Path(path).resolve().as_uri() + f"#{fragment}" * bool(fragment))
        return page

    def close(self) -> None:
        """Close all pages. Fail if the console has messages or if a page has loaded anything but local files."""
        for context in self.browser.contexts:
            context.close()
        assert self.messages == []
        assert [url for url in self.requests if not url.startswith(LOCAL)] == []


def axe_violations(page: Page) -> list[str]:
    """Return the violations that axe finds, one line for each element. axe covers WCAG A, AA and best practices."""
    options = {"resultTypes": ["violations"], "preload": False}  # it would request style sheets
    violations = Axe().run(page, options=options).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['html'][:200]} {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]
