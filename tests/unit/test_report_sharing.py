"""The report in a zip file, and its pages as single files."""

import re
import zipfile
from pathlib import Path

import pytest
from sample_report import write_report

from diarflow.errors import InputError
from diarflow.report.bundle import linked_files, write_bundle
from diarflow.report.single_page import source_page, write_single_page


@pytest.fixture
def report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_report()


def test_links_are_resolved_without_their_fragments_and_other_urls_are_skipped(tmp_path):
    page = tmp_path / "pages/a.html"
    page.parent.mkdir()
    page.write_text(
        '<a href="b%20c.html#system=best&t=1"><img src="../d.png"><a href="#top">'
        '<a href="https://example.org/e"><audio src="data:audio/ogg;base64,AA==">'
    )
    assert list(linked_files(page)) == [tmp_path / "pages/b c.html", tmp_path / "d.png"]


def test_a_bundle_contains_the_report_and_all_linked_files_in_their_places(report, tmp_path):
    (report / "single").mkdir()
    (report / "single/index.html").write_text("not in the bundle")
    bundle = write_bundle("results/report.zip")
    with zipfile.ZipFile("results/report.zip") as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "elsewhere")
    root = tmp_path / "elsewhere/diarflow-report"
    for name in (
        "index.html", "results/report/index.html", "results/report/assets/report.css",
        "results/c/audio/a.wav", "results/c/rttm/ours/a.rttm", "results/c/reference/a.uem",
        "logs/c/write_rttm/ours/a.log",
    ):  # fmt: skip
        assert f"diarflow-report/{name}" in names
        assert name == "index.html" or (root / name).read_bytes() == Path(name).read_bytes()
    assert not any("single" in name for name in names)
    assert bundle.files == len(names) - 1  # and the start page
    assert bundle.size == Path("results/report.zip").stat().st_size


def test_a_bundle_contains_no_page_of_people_that_are_not_linked_any_more(report):
    (report / "people").mkdir()
    for name in ("c.ours.html", "c.earlier.html"):
        (report / "people" / name).write_text("Ann Lee")
    index = report / "index.html"
    index.write_text(index.read_text() + '<a href="people/c.ours.html">people</a>')
    write_bundle("results/report.zip")
    with zipfile.ZipFile("results/report.zip") as archive:
        names = [name for name in archive.namelist() if "/people/" in name]
    assert names == ["diarflow-report/results/report/people/c.ours.html"]


def test_linked_files_that_are_missing_are_counted(report):
    """The log of the failure does not exist, and neither does changes.png."""
    missing = write_bundle("results/report.zip").missing
    assert [path for path in missing if path.startswith("logs")] == [
        "logs/\"'><img/src=x/onerror=alert(2)>"
    ]
    Path("results/c/audio/a.wav").unlink()
    bundle = write_bundle("results/report.zip")
    assert set(bundle.missing) - set(missing) == {"results/c/audio/a.wav"}
    assert f"{len(bundle.missing)} linked files" in str(bundle)


def test_equal_reports_give_equal_bundles(report):
    write_bundle("first.zip")
    write_bundle("second.zip")
    assert Path("first.zip").read_bytes() == Path("second.zip").read_bytes()


@pytest.mark.parametrize(("name", "audio"), [("index", "without audio"), ("c/a", "with its audio")])
def test_a_single_page_loads_nothing_and_states_its_size(report, name, audio):
    line = write_single_page("single.html", source_page(name, report))
    text = Path("single.html").read_text()
    assert not re.findall(
        r'(?:src|href)="(?!data:|#|https?:)', re.sub("<script.*?</script>", "", text, flags=re.S)
    )
    assert audio in line and audio in text
    stated = float(re.search(r"single file of ([\d.]+) MB", text)[1])
    assert stated == pytest.approx(Path("single.html").stat().st_size / 1e6, abs=0.06)


def test_a_page_that_does_not_exist_is_named(report):
    with pytest.raises(InputError, match=r"recordings/c/x.html does not exist, expected index or"):
        source_page("c/x", report)
