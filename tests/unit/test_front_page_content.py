"""Content of the front page that does not come from der.csv alone."""

import json
from base64 import b64decode
from pathlib import Path

import pandas as pd
import pytest

from diarflow.artifacts.failures import Failure, write_failure
from diarflow.report.front_page import (
    calls_of_channels,
    current_failures,
    front_page_tables,
    training_summary,
)

HISTORY = [
    {"updates": updates, "seconds": 60.0 * updates, "loss": 0.5, "validation_loss": 0.6}
    for updates in (1, 3)
]
CARD = {"hours": {"training": 12.345, "validation": 1.0}, "history": HISTORY}
CONTENT = {
    "recordings": [
        {"corpus": "c", "recording": "mono", "channels": ["mono"], "reference": True, "systems": []},
        {"corpus": "c", "recording": "call", "channels": ["call_ch1", "call_ch2"], "reference": False,
         "systems": []},
        {"corpus": "d", "recording": "old", "channels": ["old"], "reference": True, "systems": []},
    ],
    "variants": {"c": {"prepare_audio": [""], "write_rttm": ["best"], "score_recording": ["best"]}, "d": {}},
    "systems": {}, "settings": {}, "stages": [],
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_training_has_a_caption_and_a_picture_of_its_losses():
    Path("card.json").write_text(json.dumps(CARD))
    summary = training_summary("bilstm", "card.json")
    assert summary["caption"] == (
        "bilstm: 12.3 h of training data, 1.0 h of validation data, 3 updates in 3 min"
    )
    assert b64decode(summary["picture"]).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "damage", ["{", "[]", "3", '{"history": []}', json.dumps(CARD | {"hours": {}})]
)
def test_a_damaged_model_card_is_named_and_does_not_stop_the_report(damage, caplog):
    Path("card.json").write_text(damage)
    assert training_summary("bilstm", "card.json") == {
        "caption": "bilstm: the model card card.json is damaged", "picture": "",
    }  # fmt: skip
    assert "card.json: no model card: " in caplog.text


def test_failures_are_those_of_the_recordings_rules_and_variants_in_the_report():
    failures = [
        Failure("c", "prepare_audio", "", "mono", "not audio", "x.log"),
        Failure("c", "prepare_audio", "", "removed", "of no recording", "x.log"),
        Failure("c", "write_rttm", "fast", "mono", "of no system", "x.log"),
        Failure("c", "score_recording", "best", "call", "of no reference", "x.log"),
        Failure("d", "prepare_audio", "", "old", "of no rule", "x.log"),
    ]
    for failure in failures:
        write_failure(failure)
    assert current_failures(CONTENT) == failures[:1]


def test_a_failure_of_a_channel_is_one_of_its_call():
    write_failure(Failure("c", "prepare_audio", "", "call_ch2", "not audio", "x.log"))
    (failure,) = current_failures(CONTENT)
    assert (failure.recording, failure.reason) == ("call", "call_ch2: not audio")
    assert calls_of_channels(CONTENT) == {"c": {"call_ch1": "call", "call_ch2": "call"}}


def rows_of(**changes):
    row = {
        "corpus": "c", "system": "s", "recording": "ALL", "protocol": "full", "recordings": 2,
        "reference_seconds": 8.0, "missed": 2.0, "false_alarm": 1.0, "confusion": 0.5, "der": 43.75,
    }  # fmt: skip
    return row | changes


def test_the_bars_are_percentages_of_the_reference_speech():
    """2, 1 and 0.5 s of 8 s. A corpus without speech in its references has no bars."""
    rows = pd.DataFrame([rows_of(), rows_of(corpus="silent", reference_seconds=0.0, der=None)])
    bars = front_page_tables(rows, Path(), CONTENT)["bars"]
    assert bars["corpus"] == ["c"]
    assert [bars[f"{kind}_percent"] for kind in ("missed", "false_alarm", "confusion")] == [
        [25.0], [12.5], [6.25],
    ]  # fmt: skip


def test_tables_without_a_file_are_empty_and_names_are_not_parsed_as_numbers():
    rows = pd.DataFrame([rows_of()])
    tables = front_page_tables(rows, Path(), CONTENT)
    assert tables["comparisons"] == tables["changes"] == tables["speaker_matrices"] == []
    Path("changes.csv").write_text("corpus,changes,recording,f1\n01,nan,ALL,0.5\n01,nan,1,0.25\n")
    assert front_page_tables(rows, Path(), CONTENT)["changes"] == [
        {"corpus": "01", "changes": "nan", "recording": "ALL", "f1": 0.5}
    ]
