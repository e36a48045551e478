"""Summary of a run on the terminal: bounded, escaped, and from damaged files too."""

from pathlib import Path

import pytest
from damage import DAMAGES

from diarflow.artifacts.failures import Failure
from diarflow.runs.summary import earlier_failure_lines, failure_lines, result_lines


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
