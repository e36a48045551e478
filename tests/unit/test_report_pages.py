"""The pages of the report show the values of the tables, and names cannot inject HTML or JavaScript."""

import contextlib
import csv
import io
import json
import re
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import pytest
import soundfile
from sample_report import DER, IMAGE, RESULTS, SCRIPT, SYSTEMS, report_content, write_report

from diarflow.artifacts.sidecars import write_sidecar
from diarflow.report.site import write_site


class Page(HTMLParser):
    """Elements, text, scripts and tables of a page. The tables are keyed by the id of their element."""

    def __init__(self, path):
        super().__init__()
        self.elements, self.scripts, self.tables, self.text = [], [], {}, ""
        self._tag, self._table, self._cell = None, None, None
        self.feed(Path(path).read_text())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.elements.append((tag, attrs))
        self._tag = tag
        if tag == "script":
            self.scripts.append([attrs, ""])
        elif tag == "table":
            self._table = self.tables.setdefault(attrs.get("id"), [])
        elif tag == "tr" and self._table is not None:
            self._table.append({"attrs": attrs, "cells": []})
        elif tag in ("td", "th") and self._table:
            self._cell = [attrs.get("data-column"), "", attrs]
            self._table[-1]["cells"].append(self._cell)

    def handle_endtag(self, tag):
        self._tag = None if tag == self._tag else self._tag
        self._cell = None if tag in ("td", "th") else self._cell
        self._table = None if tag == "table" else self._table

    def handle_data(self, data):
        self.text += data
        if self._tag == "script":
            self.scripts[-1][1] += data
        elif self._cell is not None:
            self._cell[1] += data

    def data(self, id):
        """Return the JSON content of a script element."""
        return json.loads(next(text for attrs, text in self.scripts if attrs.get("id") == id))

    def rows(self, table):
        """Yield attributes, texts of the labels, and texts of the metrics by column, for each row of scores."""
        for row in self.tables[table]:
            if "data-protocol" in row["attrs"]:
                labels = [text for column, text, _ in row["cells"] if not column]
                metrics = {column: text for column, text, _ in row["cells"] if column}
                yield row["attrs"], labels, metrics


def read_data(path):
    """Return name and content of a data file of the report."""
    name, content = re.fullmatch(
        r'diarflow\.receive\("(.*?)",(.*)\);\n', Path(path).read_text()
    ).groups()
    return name, json.loads(content)


def read_pages(report):
    return {path.relative_to(report).as_posix(): Page(path) for path in report.rglob("*.html")}


def der_rows():
    return list(csv.DictReader(io.StringIO(DER)))


def assert_equal(metrics, row):
    """Compare the texts of a page with a row of der.csv, as numbers."""
    for column, text in metrics.items():
        assert (float(text) if text else None) == (float(row[column]) if row[column] else None)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The folder of a report that all tests share and none changes."""
    folder = tmp_path_factory.mktemp("report")
    with contextlib.chdir(folder):
        return folder / write_report()


@pytest.fixture
def new_report(tmp_path, monkeypatch):
    """The folder of a report, in the current folder, that a test may change."""
    monkeypatch.chdir(tmp_path)
    return write_report()


def test_each_recording_has_a_page(report):
    expected = {f"recordings/c/{name}.html" for name in ("a", "b", "failed")}
    assert set(read_pages(report)) == {"index.html", "tables.html"} | expected


def test_names_do_not_become_elements_or_scripts(report):
    for page in read_pages(report).values():
        for tag, attrs in page.elements:
            assert not any(name.startswith("on") for name in attrs), (tag, attrs)
            assert tag != "img" or not attrs["src"].startswith("x")
        for attrs, text in page.scripts:
            assert attrs.get("type") == "application/json" or (attrs["src"] and not text.strip())
    for path in (report / "data").iterdir():
        assert "<" not in path.read_text()


def test_names_with_html_are_shown_unchanged(report):
    page = Page(report / "recordings/c/a.html")
    tracks = {track["name"]: track for track in page.data("data")["tracks"]}
    assert [speaker["name"] for speaker in tracks["reference"]["speakers"]] == [SCRIPT, IMAGE]
    assert SCRIPT + IMAGE in Page(report / "index.html").text
    links = [attrs["href"] for tag, attrs in Page(report / "index.html").elements if tag == "a"]
    assert any("logs/%22%27%3E%3Cimg" in link for link in links)


def test_the_totals_equal_der_csv(report):
    rows = {(r["corpus"], r["system"], r["recording"], r["protocol"]): r for r in der_rows()}
    page = Page(report / "index.html")
    shown = [*page.rows("totals"), *page.rows("oracle-totals")]
    assert len(shown) == 4
    for attrs, (corpus, system, *_), metrics in shown:
        name = system.split(" ")[0].rstrip("*")
        assert_equal(metrics, rows[corpus, name, attrs["data-recording"], attrs["data-protocol"]])
        assert {"der", "jer", "missed", "reference_seconds", "repairs"} <= set(metrics)


def test_the_scores_of_a_recording_equal_der_csv(report):
    rows = [row for row in der_rows() if row["recording"] == "a"]
    shown = list(Page(report / "recordings/c/a.html").rows("scores"))
    assert len(shown) == len(rows) == 3
    for (attrs, _, metrics), row in zip(shown, rows, strict=True):
        assert attrs["data-protocol"] == row["protocol"]
        assert_equal(metrics, row)


def test_the_data_files_equal_der_csv_and_begin_with_the_most_error(report):
    rows = {(r["recording"], r["protocol"]): r for r in der_rows() if r["system"] == "ours"}
    _, facts = read_data(report / "data/recordings.js")
    for protocol in ("full", "fair", "forgiving"):
        name, data = read_data(report / f"data/0-{protocol}.js")
        assert name == f"0-{protocol}"
        for place, index in enumerate(data["index"]):
            row = rows.get((facts["recording"][index], protocol), {})
            for column in ("der", "missed", "confusion", "jer", "hypothesis_speakers"):
                value = data[column][place]
                assert value == (float(row[column]) if row.get(column) else None)
            assert (data["failed_rule"][place] or "") == row.get("failed_rule", "")
    _, data = read_data(report / "data/0-full.js")
    assert [facts["recording"][index] for index in data["index"]] == ["a", "failed", "b"]
    assert data["error_seconds"] == [3.5, 3.0, 1.234]  # a: 1 + 0.5 + 2
    assert data["error_share"] == [45.25, 38.79, 15.96]  # of 7.734 s


def test_a_page_lists_the_systems_that_were_given_the_number_of_speakers(new_report):
    assert "was given to" not in Page(new_report / "recordings/c/a.html").text
    write_sidecar(RESULTS / "rttm/ours/a.json", speakers_given=True)
    write_site(new_report, report_content())
    text = Page(new_report / "recordings/c/a.html").text
    assert "The number of speakers was given to ours." in text


def test_columns_that_are_not_in_der_csv_are_not_shown(report):
    metrics = next(Page(report / "index.html").rows("totals"))[2]
    assert "jer" in metrics and not {"purity", "der_median", "overlap_der"} & set(metrics)


def test_the_totals_show_the_interval_of_the_der(report):
    assert "12.50 to 80.00" in Page(report / "index.html").text


def test_the_oracle_analysis_shows_the_difference_in_der(report):
    (row,) = Page(report / "index.html").rows("stages")
    assert row[1] == ["c", "full", "ours", "speech", "70.31", "27.27", "-43.04", ""]


def test_comparisons_and_speaker_counts_are_shown_if_their_tables_exist(new_report):
    assert "comparisons" not in Page(new_report / "index.html").tables
    (new_report / "comparisons.csv").write_text(
        "corpus,protocol,system,other,difference,difference_low,difference_high,recordings\n"
        "c,full,ours,theirs,43.04,12.0,60.5,3\nc,full,ours,oracle-speech,43.05,12.5,60.25,3\n"
    )
    (new_report / "speaker_counts.csv").write_text(
        "corpus,system,reference_speakers,hypothesis_speakers,recordings,speakers_given\n"
        "c,ours,2,2,1,False\nc,ours,2,3,4,True\n"
    )
    write_site(new_report, report_content())
    page = Page(new_report / "index.html")
    (row,) = page.rows("comparisons")
    assert row[1][4:] == ["43.04", "12.00 to 60.50", "3", "theirs is better"]
    assert "c: ours" in page.text and "the number was given for some" in page.text
    # the difference to the oracle is that of comparisons.csv, so that two sections do not differ
    (row,) = page.rows("stages")
    assert row[1][-2:] == ["-43.05", "-60.25 to -12.50"]


def test_the_front_page_shows_the_recordings_that_a_system_was_tuned_on(new_report):
    tuned = SYSTEMS["ours"] | {"tuned_on": "4 trials on 2 recordings of c"}
    write_site(new_report, report_content(systems=SYSTEMS | {"ours": tuned}))
    assert "ours: 4 trials on 2 recordings of c" in Page(new_report / "index.html").text


def test_pages_contain_no_network_addresses_and_no_broken_links(report):
    for path in report.rglob("*"):
        if path.suffix in (".html", ".css", ".js") and path.name != "plotly.min.js":
            assert not re.search(r"https?:|[\"'(]//", path.read_text()), path
    for name, page in read_pages(report).items():
        for _, attrs in page.elements:
            for url in (attrs.get("src"), attrs.get("href")):
                if url and not url.startswith(("data:", "#")):
                    target = report / Path(name).parent / url.partition("#")[0]
                    assert "%" in url or target.exists(), url


def test_table_headers_have_a_scope_and_images_have_labels(report):
    for page in read_pages(report).values():
        for table in page.tables.values():
            for row in table[:1]:
                assert all(attrs.get("scope") for _, _, attrs in row["cells"])
        for tag, attrs in page.elements:
            assert tag != "img" or attrs.get("alt")
            assert attrs.get("role") not in ("img", "region") or attrs.get("aria-label")
            assert tag != "html" or attrs["lang"] == "en"


def test_audio_is_linked_or_embedded(new_report):
    def audio_source():
        page = Page(new_report / "recordings/c/a.html")
        return next(attrs["src"] for tag, attrs in page.elements if tag == "audio")

    assert audio_source() == "../../../c/audio/a.wav"
    write_report(audio="embedded")
    kind, _, text = audio_source().partition(";base64,")
    assert kind == "data:audio/ogg"
    assert soundfile.info(io.BytesIO(b64decode(text))).duration == pytest.approx(10.0, abs=0.1)


def test_equal_results_give_equal_files(new_report):
    def read_files():
        return {path: path.read_bytes() for path in new_report.rglob("*") if path.is_file()}

    before = read_files()
    write_report()
    assert read_files() == before


def test_a_report_without_recordings_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = Path("results/report")
    report.mkdir(parents=True)
    (report / "der.csv").write_text(DER.splitlines()[0] + "\n")
    write_site(report, report_content(recordings=[]))
    assert "nothing was scored" in Page(report / "index.html").text


def test_the_usage_of_a_rule_is_given_per_hour_of_audio(new_report):
    usage = {"seconds": 2.0, "user_seconds": 1.0, "system_seconds": 0.5, "peak_memory_mb": 100.0}
    for recording in ("a", "b", "failed"):
        path = Path(f"logs/c/write_rttm/ours/{recording}.usage.json")
        path.write_text(json.dumps(usage))
    write_site(new_report, report_content())
    name, times = read_data(new_report / "times.js")
    assert name == "times"
    assert times["rules"] == [
        {
            "corpus": "c",
            "rule": "write_rttm",
            "variant": "ours",
            "jobs": 3,
            "seconds": 6.0,
            "cpu": 4.5,
            "memory": 100.0,
            "per_hour": 720.0,
            "longest": 0.17,
        }
    ]  # fmt: skip - 30 s of audio, of which the longest recording has 10 s
