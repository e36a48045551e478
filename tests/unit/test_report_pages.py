"""The pages of the report: they show what the tables hold, and nothing in a name can break out of them."""

import contextlib
import csv
import io
import json
import re
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sample_report import BREAK, DER, QUOTE, content, make
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate

from diarflow.formats.rttm import read_turns, write_rttm
from diarflow.report.site import write_site
from diarflow.report.timeline import compare, seconds, speakers_of
from diarflow.runs.benchmarks import costs
from diarflow.scoring.hypothesis import NUMBER_GIVEN
from diarflow.timeline.intervals import Interval, Turn


class Page(HTMLParser):
    """What a browser would make of a page: elements, the text of scripts, the cells of tables by id."""

    def __init__(self, path):
        super().__init__()
        self.elements, self.scripts, self.tables, self.text = [], [], {}, ""
        self._in, self._table, self._cell = None, None, None
        self.feed(Path(path).read_text())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.elements.append((tag, attrs))
        self._in = tag
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
        self._in = None if tag == self._in else self._in
        self._cell = None if tag in ("td", "th") else self._cell
        self._table = None if tag == "table" else self._table

    def handle_data(self, data):
        self.text += data
        if self._in == "script":
            self.scripts[-1][1] += data
        elif self._cell is not None:
            self._cell[1] += data

    def data(self, name):
        return json.loads(next(text for attrs, text in self.scripts if attrs.get("id") == name))

    def figures(self, table):
        """Rows of a table: attributes, texts of the cells that name no column, figures of those that do."""
        for row in self.tables[table]:
            if "data-protocol" in row["attrs"]:
                figures = {column: text for column, text, _ in row["cells"] if column}
                yield (
                    row["attrs"],
                    [text for column, text, _ in row["cells"] if not column],
                    figures,
                )


def taken(path):
    """What a file of data hands over."""
    name, content = re.fullmatch(
        r'diarflow\.take\("(.*?)",(.*)\);\n', Path(path).read_text()
    ).groups()
    return name, json.loads(content)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A report that is only read."""
    folder = tmp_path_factory.mktemp("report")
    with contextlib.chdir(folder):
        return folder / make()


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A report in the current folder, which a test may change."""
    monkeypatch.chdir(tmp_path)
    return make()


def pages(report):
    return {path.relative_to(report).as_posix(): Page(path) for path in report.rglob("*.html")}


def test_there_is_a_page_for_each_recording(report):
    expected = {f"recordings/c/{name}.html" for name in ("a", "b", "nothing")}
    assert set(pages(report)) == {"index.html", "tables.html"} | expected


def test_nothing_in_a_name_becomes_an_element_or_a_script(report):
    for page in pages(report).values():
        for tag, attrs in page.elements:
            assert not any(name.startswith("on") for name in attrs), (tag, attrs)
            assert tag != "img" or not attrs["src"].startswith("x")
        for attrs, text in page.scripts:
            assert attrs.get("type") == "application/json" or (attrs["src"] and not text.strip())
    for path in (report / "data").iterdir():
        assert "<" not in path.read_text()


def test_hostile_names_are_shown_as_they_are(report):
    page = Page(report / "recordings/c/a.html")
    lanes = {lane["name"]: lane for lane in page.data("data")["lanes"]}
    assert [one["name"] for one in lanes["reference"]["speakers"]] == [BREAK, QUOTE]
    assert BREAK + QUOTE in Page(report / "index.html").text
    links = [attrs["href"] for tag, attrs in Page(report / "index.html").elements if tag == "a"]
    assert any("logs/%22%27%3E%3Cimg" in link for link in links)


def test_every_figure_of_the_totals_is_that_of_der_csv(report):
    rows = {(r["corpus"], r["system"], r["recording"], r["protocol"]): r for r in table()}
    shown = list(Page(report / "index.html").figures("totals"))
    assert len(shown) == 4
    for attrs, (corpus, system, *_), figures in shown:
        key = (
            corpus,
            system.split(" ")[0].rstrip("*"),
            attrs["data-recording"],
            attrs["data-protocol"],
        )
        same(figures, rows[key])
        assert {"der", "jer", "missed", "reference_seconds", "repairs"} <= set(figures)


def test_every_figure_of_a_recording_is_that_of_der_csv(report):
    rows = [row for row in table() if row["recording"] == "a"]
    shown = list(Page(report / "recordings/c/a.html").figures("scores"))
    assert len(shown) == len(rows) == 3
    for (attrs, _, figures), row in zip(shown, rows, strict=True):
        assert attrs["data-protocol"] == row["protocol"]
        same(figures, row)


def test_every_figure_in_the_data_of_the_front_page_is_that_of_der_csv(report):
    rows = {(row["recording"], row["protocol"]): row for row in table() if row["system"] == "ours"}
    names = {}
    for path in (report / "data").iterdir():
        name, data = taken(path)
        assert name == path.stem
        protocol = name.split("-")[1]
        names[protocol] = data["recording"]
        for place, recording in enumerate(data["recording"]):
            row = rows.get((recording, protocol), {})
            for column in {"der", "missed", "confusion", "jer", "found_speakers"}:
                value = data[column][place]
                assert value == (float(row[column]) if row.get(column) else None)
    # the worst first; what has no rate last
    assert names["full"] == ["nothing", "a", "b"]


def table():
    return list(csv.DictReader(io.StringIO(DER)))


def same(figures, row):
    for column, text in figures.items():
        assert (float(text) if text else None) == (float(row[column]) if row[column] else None)


def test_a_recording_says_which_systems_were_given_the_number_of_speakers(own):
    assert "was given to" not in Page(own / "recordings/c/a.html").text
    path = Path("results/c/rttm/ours/a.rttm")
    write_rttm(path, "a", read_turns(path), comments=[NUMBER_GIVEN])
    write_site(own, content())
    assert "The number of speakers was given to ours." in Page(own / "recordings/c/a.html").text


def test_columns_that_der_csv_does_not_have_are_left_out(report):
    figures = next(Page(report / "index.html").figures("totals"))[2]
    assert "jer" in figures and not {"purity", "der_median", "overlap_der"} & set(figures)


def test_the_interval_stands_beside_its_rate(report):
    assert "12.50 to 80.00" in Page(report / "index.html").text


def test_a_system_with_a_perfect_stage_says_what_the_stage_costs(report):
    (row,) = (r for r in Page(report / "index.html").figures("stages"))
    assert row[1] == ["c", "full", "ours", "speech", "70.31", "27.27", "-43.04"]


def test_differences_and_numbers_of_speakers_are_shown_where_their_tables_are(own):
    assert "comparisons" not in Page(own / "index.html").tables
    (own / "comparisons.csv").write_text(
        "corpus,protocol,system,other,difference,difference_low,difference_high,recordings\n"
        "c,full,ours,knows-speech,43.04,12.0,60.5,3\n"
    )
    (own / "speaker_counts.csv").write_text(
        "corpus,system,reference_speakers,found_speakers,recordings,speakers_given\n"
        "c,ours,2,2,1,False\nc,ours,2,3,4,True\n"
    )
    write_site(own, content())
    page = Page(own / "index.html")
    (row,) = page.figures("comparisons")
    assert row[1][4:] == ["43.04", "12.00 to 60.50", "3", "knows-speech is better"]
    assert "c: ours" in page.text and "the number was given in some" in page.text


def test_no_page_asks_the_network_for_anything(report):
    for path in report.rglob("*"):
        if (
            path.is_file()
            and path.name != "plotly.min.js"
            and path.suffix in (".html", ".css", ".js")
        ):
            assert not re.search(r"https?:|[\"'(]//", path.read_text()), path
    for name, page in pages(report).items():
        for _, attrs in page.elements:
            for address in (attrs.get("src"), attrs.get("href")):
                if address and not address.startswith(("data:", "#")):
                    target = report / Path(name).parent / address
                    assert "%" in address or target.exists(), address


def test_tables_have_headers_with_scope_and_controls_have_names(report):
    for page in pages(report).values():
        for table in page.tables.values():
            for row in table[:1]:
                assert all(attrs.get("scope") for _, _, attrs in row["cells"])
        for tag, attrs in page.elements:
            assert tag != "img" or attrs.get("alt")
            assert attrs.get("role") not in ("img", "region") or attrs.get("aria-label")
            assert tag != "html" or attrs["lang"] == "en"


def test_sound_is_linked_or_embedded(own):
    def source():
        page = Page(own / "recordings/c/a.html")
        return next(attrs["src"] for tag, attrs in page.elements if tag == "audio")

    assert source() == "../../../c/audio/a.wav"
    make(audio="embedded")
    kind, _, text = source().partition(";base64,")
    assert kind == "data:audio/mpeg"
    assert soundfile.info(io.BytesIO(b64decode(text))).duration == pytest.approx(10.0, abs=0.1)


def test_the_same_results_give_the_same_pages(own):
    def read():
        return {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}

    before = read()
    make()
    assert read() == before


def test_a_report_on_nothing_is_a_report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    report = Path("results/report")
    report.mkdir(parents=True)
    (report / "der.csv").write_text(DER.splitlines()[0] + "\n")
    write_site(report, content(recordings=[]))
    assert "there is nothing to score" in Page(report / "index.html").text


def turns(rng):
    starts = rng.uniform(0, 20, rng.integers(0, 8)).round(2)
    return [Turn(s, s + round(rng.uniform(0.1, 6), 2), f"s{rng.integers(3)}") for s in starts]


@pytest.mark.parametrize("seed", range(40))
def test_the_error_lane_holds_as_many_seconds_as_pyannote_metrics_counts(seed):
    rng = np.random.default_rng(seed)
    truth, guess = turns(rng), turns(rng)
    extent = [Interval(1.0, 9.0), Interval(12.0, 18.0)]
    found = seconds(compare(truth, guess, extent)[1])
    annotations = []
    for side in (truth, guess):
        annotations.append(Annotation())
        for who in {turn.speaker for turn in side}:
            own = Timeline([Segment(t.start, t.end) for t in side if t.speaker == who]).support()
            for segment in own:
                annotations[-1][segment, who] = who
    uem = Timeline([Segment(*one) for one in extent])
    theirs = DiarizationErrorRate()(*annotations, uem=uem, detailed=True)
    for ours, name in (
        ("missed", "missed detection"),
        ("false_alarm", "false alarm"),
        ("confusion", "confusion"),
    ):
        assert found[ours] == pytest.approx(theirs[name], abs=1e-6)


def test_a_window_belongs_to_who_speaks_most_in_it():
    said = [Turn(0.0, 1.0, "Ann"), Turn(0.5, 3.0, "Bob"), Turn(2.0, 2.5, "Bob")]
    assert speakers_of([(0.0, 1.2), (0.9, 2.0), (3.0, 4.0)], said) == ["Ann", "Bob", None]


def test_times_are_those_of_recordings_and_variants_that_are_there(tmp_path):
    head = "s\th:m:s\tmax_rss\tcpu_time\n"
    for variant, name, values in (
        ("used", "a", "2.0\t0:00:02\t100.0\t1.5"), ("used", "b", "1.0\t0:00:01\tNA\tNA"),
        ("used", "gone", "9.0\t0:00:09\t1.0\t1.0"), ("unused", "a", "9.0\t0:00:09\t1.0\t1.0"),
    ):  # fmt: skip
        path = tmp_path / "c" / "detect_speech" / variant / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{head}{values}\n")
    (tmp_path / "c" / "report_corpus.tsv").write_text(f"{head}0.5\t0:00:00\t50.0\t0.4\n")
    found = list(costs("c", {"a", "b"}, {"detect_speech": ["used"]}, tmp_path))
    assert found == [
        {"corpus": "c", "rule": "report_corpus", "variant": "", "jobs": 1, "seconds": 0.5,
         "cpu": 0.4, "memory": 50.0},
        {"corpus": "c", "rule": "detect_speech", "variant": "used", "jobs": 2, "seconds": 3.0,
         "cpu": 1.5, "memory": 100.0},
    ]  # fmt: skip
