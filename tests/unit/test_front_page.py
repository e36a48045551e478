"""The front page answers which system is best, how certain that is, and where the error is."""

import contextlib
import json
import re

import pandas as pd
import pytest
from sample_front_page import sample_scores, write_front_page

from diarflow.report.baseline import compare_with_baseline
from diarflow.report.headline import headlines
from diarflow.report.system_costs import system_costs
from diarflow.report.unusual_recordings import unusual
from diarflow.runs.summary import der_table
from diarflow.scoring.comparisons import compare_systems
from diarflow.scoring.totals import compute_totals, concatenate_rounded, write_csv


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The folder of a report that all tests share and none changes."""
    folder = tmp_path_factory.mktemp("front")
    with contextlib.chdir(folder):
        return folder / write_front_page()


def read_data(report, name):
    text = (report / "data" / f"{name}.js").read_text()
    return json.loads(re.fullmatch(r'diarflow\.receive\(".*?",(.*)\);\n', text)[1])


def headline_of(scores, **splits):
    rows = concatenate_rounded([scores, compute_totals(scores)])
    comparisons = compare_systems(scores, splits).to_dict("records")
    return headlines(rows, comparisons, splits=splits, oracle_systems={"ours-oracle-speech"})


def test_the_best_system_is_real_and_has_the_lowest_der():
    best = headline_of(sample_scores())[0]
    # 6 + 1.2 + 10 of 102 s, and 13 + 2 + 12 of 102 s
    assert (best["system"], best["der"]) == ("ours", 16.86)
    assert (best["next"]["system"], best["next"]["der"]) == ("theirs", 26.47)
    assert best["recordings"] == 3


def test_the_margin_is_clear_if_its_interval_is_above_0():
    margin = headline_of(sample_scores())[0]["next"]
    comparison = compare_systems(sample_scores(), {})
    row = comparison[(comparison["protocol"] == "full") & (comparison["other"] == "theirs")].iloc[0]
    assert (margin["difference"], margin["low"]) == (-row["difference"], -row["difference_high"])
    assert margin["low"] > 0 and margin["is_clear"]


def test_the_margin_on_one_recording_is_not_tested():
    scores = sample_scores()
    best = headline_of(scores[scores["recording"] == "long"])[0]
    assert best["next"]["is_clear"] is None and best["der_low"] is None


def test_the_headline_names_the_main_error_and_its_place():
    best = headline_of(sample_scores())[0]
    assert best["error_seconds"] == 17.2
    assert best["main_error"] == {"kind": "confusion", "share": 59.3}  # 10.2 of 17.2 s
    assert [(place["recording"], place["share"]) for place in best["places"]] == [
        ("gecko", 58.1), ("long", 34.9), ("short", 7.0),
    ]  # fmt: skip


def test_a_system_with_fewer_recordings_is_not_compared():
    scores = sample_scores()
    easy = (scores["system"] == "theirs") & (scores["recording"] != "long")
    best = headline_of(scores[~easy])[0]
    assert best["system"] == "ours" and best["next"] is None and best["left_out"] == ["theirs"]


def test_corpora_of_the_same_split_have_one_headline_for_each_protocol():
    scores = pd.concat([sample_scores(), sample_scores().assign(corpus="web")], ignore_index=True)
    splits = {"talk": "test", "web": "test"}
    totals = [compute_totals(scores), compute_totals(scores, corpus="ALL")]
    rows = concatenate_rounded([scores, *totals])
    found = headlines(rows, [], splits=splits, oracle_systems=())
    assert [headline["scope"] for headline in found] == ["ALL"] * 3
    assert [place["corpus"] for place in found[0]["corpora"]] == ["talk", "web"]


def test_recordings_have_seconds_and_shares_of_error_the_largest_first(report):
    data, facts = read_data(report, "0-full"), read_data(report, "recordings")
    names = [facts["recording"][index] for index in data["index"]]
    assert names == ["gecko", "long", "short", "broken", *names[4:]]
    assert data["error_seconds"][:4] == [10, 6, 1.2, None]
    assert data["error_share"][:3] == [58.14, 34.88, 6.98]


def test_a_failed_reference_is_a_failure_of_its_row(report):
    facts = read_data(report, "recordings")
    failures = facts["failures"][facts["recording"].index("broken")]
    assert failures == [["prepare_reference", "broken.rttm:3: the end is before the start"]]


def test_dropped_turns_of_a_reference_are_a_problem_of_its_row(report):
    facts = read_data(report, "recordings")
    problems = dict(zip(facts["recording"], facts["problems"], strict=True))
    assert problems["gecko"] == [
        "reference: 12 turns dropped (outside the recording, or empty), 1 turn clipped to the recording"
    ]
    assert problems["one"] == ["no reference"]


def test_the_worst_segments_are_those_with_the_most_speaker_time(report):
    (rows,) = [rows for rows in read_data(report, "0-worst").values() if rows]
    times = [(end - start) * speakers for _, start, end, _, speakers in rows]
    assert times == sorted(times, reverse=True)
    # the turns of speaker1, 2 to 3.5 and 6 to 7.5, are Ann's, who is mapped to speaker0
    assert rows[0][1:] == [2.0, 3.5, 2, 1]


def test_the_talk_statistics_mark_the_unusual_recording(report):
    talk, facts = read_data(report, "0-talk"), read_data(report, "recordings")
    scores = {facts["recording"][i]: s for i, s in zip(talk["index"], talk["unusual"], strict=True)}
    assert max(scores, key=lambda name: scores[name] or 0) == "crowd"
    place = talk["index"].index(facts["recording"].index("one"))
    assert talk["speakers"][place] == [["speaker0", 4.5, 0, 1.5], ["speaker1", 3, 2, 3.5]]
    assert talk["speech"][place] == 7.5 and talk["turns_per_minute"][place] == 30


def test_without_five_recordings_none_is_unusual():
    assert unusual([[2.0, 0.5, 0.0, 5.0, 9.0], [9.0, 0.1, 0.0, 5.0, 9.0]]) == [(0.0, "")] * 2


def test_oracle_systems_are_in_a_table_of_their_own(report):
    page = (report / "index.html").read_text()
    real, oracles = page[page.index('id="totals"') :].split('id="oracle-totals"')
    assert "ours-oracle-speech" not in real.split("</table>")[0]
    assert "ours-oracle-speech" in oracles.split("</table>")[0]


def test_the_cost_of_a_system_is_the_sum_over_its_rules():
    rows = [
        {"corpus": "c", "rule": "detect_speech", "variant": "v", "seconds": 2.0, "memory": 300.0},
        {"corpus": "c", "rule": "write_rttm", "variant": "ours", "seconds": 1.0, "memory": 90.0},
    ]
    rules = {"ours": {"detect_speech": ["v"], "write_rttm": ["ours"]}, "lost": {"write_rttm": ["lost"]}}  # fmt: skip
    ours, lost = system_costs(rows, rules, {"c": ["ours", "lost"]}, {"c": [10.0, 20.0]})
    assert (ours["real_time_factor"], ours["memory"]) == (0.1, 300.0)
    assert lost["real_time_factor"] is None


def test_a_baseline_is_compared_on_the_recordings_of_both_runs(tmp_path):
    before = sample_scores()
    before = before[before["recording"] != "short"].assign(missed=before["missed"] + 1)
    write_csv(tmp_path / "before.csv", concatenate_rounded([before, compute_totals(before)]))
    now = sample_scores()
    result = compare_with_baseline(now, str(tmp_path / "before.csv"))
    row = next(r for r in result["rows"] if (r["system"], r["protocol"]) == ("ours", "full"))
    # 16 and 18 of 100 s
    assert (row["before"], row["der"], row["difference"]) == (18, 16, -2)
    assert (row["recordings"], row["added"], row["removed"]) == (2, 1, 0)
    assert result["recordings"][0]["change"] == -1


def test_a_damaged_baseline_is_a_problem_and_no_error(tmp_path):
    (tmp_path / "before.csv").write_text("a,b\n1,2\n")
    result = compare_with_baseline(sample_scores(), str(tmp_path / "before.csv"))
    assert "cannot be read" in result["problem"] and result["rows"] == []


def test_a_report_with_a_baseline_shows_the_change(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_front_page()
    (tmp_path / "before.csv").write_bytes((tmp_path / "results/report/der.csv").read_bytes())
    report = write_front_page(baseline="before.csv")
    assert "Change since the baseline" in (report / "index.html").read_text()
    assert json.loads((report / "headline.json").read_text())["oracle_systems"] == [
        "ours-oracle-speech"
    ]


def test_the_terminal_shows_interval_and_winner_and_no_oracles(report):
    lines = der_table(report / "der.csv").split("\n")
    assert lines == [
        "DER in percent under protocol full:",
        "corpus  system  recordings    DER    95 % interval  missed  false alarm  confusion",
        "talk    ours             3  16.86   10.00 to 60.00    6.86         0.00      10.00",
        "talk    theirs           3  26.47  21.67 to 100.00   12.75         0.98      12.75",
        "best on talk: ours, DER 16.86 % (10.00 to 60.00); better than theirs, difference 9.61 (5.00 to 40.00)",
        "most error: 58 % of 17.2 s in gecko",
    ]
