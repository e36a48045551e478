"""Zip file of the report with everything that its pages link to: audio, RTTM and logs."""

import os
import shutil
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from diarflow.atomic import atomic_write

REPORT = Path("results", "report")
SINGLE_PAGES = REPORT / "single"
_FOLDER = "diarflow-report"  # in the zip file
_DATE = (1980, 1, 1, 0, 0, 0)  # of all members, so that equal files give equal zip files
_START_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=results/report/index.html">
<title>Diarization report</title>
</head>
<body><main><h1>Diarization report</h1><p><a href="results/report/index.html">Open the report</a></p></main></body>
</html>
"""


class Bundle(NamedTuple):
    """Number of files, bytes of the zip file, and the linked files that are not in it."""

    files: int
    size: int
    missing: list[str]

    def __str__(self) -> str:
        text = f"{self.files} files, {self.size / 1e6:.1f} MB"
        if not self.missing:
            return text
        return f"{text}; left out because they are missing or outside the run folder: {len(self.missing)} linked files, such as {self.missing[0]}"


class _Links(HTMLParser):
    """Collect the values of `href` and `src`."""

    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.urls += [value for name, value in attrs if name in ("href", "src") and value]


def linked_files(page: Path) -> Iterator[Path]:
    """Yield the files that a page links to, relative to the current folder. Other URLs are skipped."""
    parser = _Links()
    parser.feed(page.read_text(encoding="utf-8"))
    for url in dict.fromkeys(parser.urls):
        parts = urlsplit(url[:2000])  # audio in a data URI is long
        if parts.path and not parts.scheme and not parts.netloc:
            yield Path(os.path.normpath(page.parent / unquote(parts.path)))


def write_bundle(target, report: Path = REPORT) -> Bundle:
    """Write the report and all files that its pages link to, below the current folder, into a zip file.

    The zip file keeps the places of the files relative to each other, so that all links work after unpacking.
    """
    files = {path for path in report.rglob("*") if path.is_file()}
    files = {path for path in files if report / SINGLE_PAGES.name not in path.parents}
    # a page of people that the front page does not link to is one of an earlier configuration
    current = set(linked_files(report / "index.html"))
    files = {path for path in files if path.parent != report / "people" or path in current}
    pages = [path for path in files if path.suffix == ".html"]
    links = {link for page in pages for link in linked_files(page)} - files
    kept = {link for link in links if link.is_file() and ".." not in link.parts}
    members = sorted(path for path in files | kept if not path.is_absolute())
    with (
        atomic_write(target) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        archive.writestr(_member("index.html"), _START_PAGE)
        for path in members:
            with (
                open(path, "rb") as source,
                archive.open(_member(path.as_posix()), "w", force_zip64=True) as out,
            ):
                shutil.copyfileobj(source, out, 1 << 20)
    missing = sorted(link.as_posix() for link in links - kept)
    return Bundle(len(members), Path(target).stat().st_size, missing)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(f"{_FOLDER}/{name}", _DATE)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    return member
