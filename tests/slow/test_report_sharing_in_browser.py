"""The report after it was moved: a zip file that was unpacked elsewhere, and pages in single files."""

import contextlib
import shutil
import zipfile

import pytest
from playwright.sync_api import expect
from sample_report import write_report

from diarflow.report.bundle import write_bundle
from diarflow.report.single_page import source_page, write_single_page

pytestmark = pytest.mark.slow
PLAYS = "document.querySelector('#audio').currentTime > 0.3"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with an unpacked bundle and two single files, without the run that made them."""
    run, folder = tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("folder")
    with contextlib.chdir(run):
        report = write_report()
        write_bundle("report.zip")
        for name in ("index", "c/a"):
            write_single_page(folder / f"{name}.html", source_page(name, report))
        with zipfile.ZipFile("report.zip") as archive:
            archive.extractall(folder)
    shutil.rmtree(run)
    return folder


def test_an_unpacked_bundle_opens_plays_and_has_its_logs(open_page, folder):
    page = open_page(folder / "diarflow-report/index.html")
    page.locator("#recordings tbody").get_by_role("link", name="a", exact=True).first.click()
    page.wait_for_function("document.querySelector('#audio').readyState > 0")
    page.evaluate("document.querySelector('#audio').play()")
    page.wait_for_function(PLAYS)
    page.get_by_text("Logs", exact=True).click()
    for link in page.locator("a[href$='.log'], a[href$='.rttm'], a[href$='.wav']").all():
        path = link.evaluate("(link) => decodeURIComponent(new URL(link.href).pathname)")
        assert (folder / path).is_file()


def test_the_front_page_as_a_single_file_has_tables_and_charts(open_page, folder):
    page = open_page(folder / "index.html")
    expect(page.locator("#recordings tbody")).to_contain_text("43.75")
    page.locator("#bars .main-svg").first.wait_for()
    expect(page.locator("footer")).to_contain_text("MB, without audio")
    assert len(open_page.requests) == 1


def test_a_recording_as_a_single_file_plays(open_page, folder):
    page = open_page(folder / "c/a.html")
    page.wait_for_function("document.querySelector('#audio').readyState > 0")
    assert page.evaluate("document.querySelector('#audio').duration") == pytest.approx(10, abs=0.1)
    page.evaluate("document.querySelector('#audio').play()")
    page.wait_for_function(PLAYS)
    expect(page.locator("footer")).to_contain_text("MB, with its audio")
    assert [url for url in open_page.requests if url.startswith("file:")] == [page.url]
