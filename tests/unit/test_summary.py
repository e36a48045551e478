"""Summary of a run on the terminal: bounded, escaped, and from damaged files too."""

import os
from pathlib import Path

import pytest
from damage import DAMAGES

from diarflow.artifacts.failures import Failure
from diarflow.runs.summary import (
    der_table,
    earlier_failure_lines,
    failure_lines,
    headline_lines,
    main,
    result_lines,
)


def failure(recording="a", rule="prepare_audio", reason="a.wav: not audio", log="logs/x.log"):
    return Failure("c", rule, "", recording, reason, log)


def test_three_failures_of_a_kind_are_listed_and_the_others_counted():
    failures = [failure(f"r{n}", reason=f"r{n}.wav: not audio") for n in range(50)]
    lines = failure_lines([*failures, failure(rule="score_recording", reason="other words")])
    assert lines[0] == "set aside: c/r0 at prepare_audio: r0.wav: not audio [logs/x.log]"
    assert (
        lines[3]
        == "set aside: 47 more at prepare_audio for a similar reason, see results/*/failures"
    )
    assert lines[4].startswith("set aside: c/a at score_recording: other words")
    assert len(lines) == 6


def test_failures_of_many_kinds_are_counted_after_twelve_lines():
    lines = failure_lines(failure(rule=f"rule_{n}") for n in range(50))
    assert len(lines) == 14 and lines[12] == "set aside: 38 more, see results/*/failures"


@pytest.mark.parametrize(
    "long",
    [
        failure(reason="x" * 10**6),
        failure(reason="a line\n" * 20_000),
        failure(recording="r" * 200, log="l" * 5000, rule="rule" * 100),
    ],
    ids=["line", "lines", "names"],
)
def test_a_line_has_at_most_300_characters(long):
    lines = [*failure_lines([long]), *earlier_failure_lines([long])]
    assert all(len(line) <= 300 for line in lines)


def test_control_characters_of_a_record_are_escaped():
    bad = failure("\x1b[2J", reason="\x1b]0;owned\x07", log="\x1b[31m")
    assert "\x1b" not in "".join([*failure_lines([bad]), *earlier_failure_lines([bad])])


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_table_of_error_rates_does_not_stop_the_summary(tmp_path, damage):
    table = Path(tmp_path, "report/der.csv")
    table.parent.mkdir()
    table.write_text("corpus,system,recording,protocol,recordings,missed,false_alarm,confusion,der\n"
                     "c,s,ALL,full,1,0.5,0.5,0.0,10.0\n")  # fmt: skip
    DAMAGES[damage](table)
    assert list(result_lines(["c"], root=tmp_path))


HEADER = "corpus,system,recording,protocol,recordings,missed,false_alarm,confusion,der\n"


def write_table(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + "".join(row + "\n" for row in rows))
    return path


def test_the_table_has_the_totals_and_those_of_completed_recordings_only_if_they_differ(tmp_path):
    table = write_table(
        tmp_path / "der.csv",
        "c,best,ALL,full,3,1.0,0.5,0.25,100.0",
        "c,best,COMPLETED,full,2,1.0,0.5,0.25,8.5",
        "c,best,a,full,1,1.0,0.5,0.25,7.0",
        "c,classic,ALL,full,3,1.0,0.5,0.25,9.0",
        "c,classic,COMPLETED,full,3,1.0,0.5,0.25,9.0",
    )
    title, header, *rows = der_table(table).splitlines()
    assert title == "DER in percent under protocol full:"
    assert [row.split()[:2] for row in rows] == [["c", "best"], ["c", "best"], ["c", "classic"]]
    assert [row.rsplit(maxsplit=1)[1] for row in rows] == ["100.00", "8.50", "9.00"]
    assert "(completed recordings only)" in rows[1]
    assert {len(row) for row in rows} == {len(header.partition("DER")[0]) + len("DER")}


@pytest.mark.parametrize(
    "margin, expected",
    [
        (None, "best on c: a, DER 12.00 % (10.00 to 14.00)"),
        (
            {"low": 0.5, "high": 4.0, "is_clear": True},
            "best on c: a, DER 12.00 % (10.00 to 14.00); better than b, difference 2.00 (0.50 to 4.00)",
        ),
        (
            {"low": -0.5, "high": 4.0, "is_clear": False},
            "best on c: a, DER 12.00 % (10.00 to 14.00); not clearly better than b, difference 2.00 (-0.50 to 4.00)",
        ),
        (
            {"low": None, "high": None, "is_clear": None},
            "best on c: a, DER 12.00 % (10.00 to 14.00); 2.00 lower than b, a single recording, not tested",
        ),
    ],
)  # fmt: skip
def test_the_line_of_the_best_system_says_how_certain_its_margin_is(margin, expected):
    if margin:
        margin = {"system": "b", "difference": 2.0, **margin}
    headline = {
        "scope": "c", "system": "a", "der": 12.0, "der_low": 10.0, "der_high": 14.0, "next": margin, "places": [],
    }  # fmt: skip
    assert list(headline_lines(headline)) == [expected]


def test_without_references_there_are_no_scores(tmp_path):
    assert der_table(write_table(tmp_path / "der.csv")) == (
        "no recording has a reference: there are no scores"
    )


def test_a_table_without_totals_of_all_recordings_is_damaged(tmp_path):
    table = write_table(tmp_path / "der.csv", "c,s,COMPLETED,full,1,0,0,0,0")
    assert der_table(table) == f"{table}: cannot be read; the next run makes it again"


def test_only_a_report_of_this_run_is_shown_and_all_folders_with_rttm(tmp_path):
    table = write_table(tmp_path / "report/der.csv", "c,s,ALL,full,1,0,0,0,10.0")
    os.utime(table, (1000, 1000))
    for corpus in ("b", "c", "without"):
        (tmp_path / corpus / "rttm/s").mkdir(parents=True)
    for corpus in ("b", "c"):
        (tmp_path / corpus / "rttm/s/a.rttm").touch()
    corpora = ["b", "c", "without"]
    folders = f"RTTM:   {tmp_path}/b/rttm/, {tmp_path}/c/rttm/"
    assert list(result_lines(corpora, since=1001, root=tmp_path)) == [folders]
    assert list(result_lines(corpora, since=1000, root=tmp_path))[1:] == [
        f"report: {(tmp_path / 'report/index.html').as_uri()}", folders,
    ]  # fmt: skip


def test_the_results_of_the_last_run_can_be_printed_again(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for corpus in ("c", "report"):
        write_table(Path("results", corpus, "der.csv"), "c,s,ALL,full,1,0,0,0,10.0")
    Path("results/c/rttm/s").mkdir(parents=True)
    Path("results/c/rttm/s/a.rttm").touch()
    main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].split() == ["c", "s", "1", "10.00"]
    assert lines[3].startswith("report: ") and lines[4] == "RTTM:   results/c/rttm/"


def test_recordings_that_earlier_runs_set_aside_are_counted_once():
    rules = [failure("a"), failure("a", rule="detect_speech"), *map(failure, "bcd")]
    assert earlier_failure_lines(rules) == [
        "set aside so far: 4 (c/a, c/b, c/c, ...); reasons are in results/*/failures"
    ]
    assert earlier_failure_lines([failure("a")]) == [
        "set aside so far: 1 (c/a); reasons are in results/*/failures"
    ]
    assert earlier_failure_lines([]) == failure_lines([]) == []
