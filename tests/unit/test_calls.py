"""Calls in a plan: their ids, channels, batches, rows and failures."""

from pathlib import Path

import pytest
from table_corpus import source
from test_settings import settings

from diarflow.artifacts.failures import Failure, write_failure
from diarflow.batch_labels import batch_index
from diarflow.errors import InputError
from diarflow.planning.corpus_reader import CorpusNeeds
from diarflow.planning.plan import Plan
from diarflow.planning.recording import Recording
from diarflow.planning.report_content import report_content
from diarflow.planning.table import read_corpus

LINE = "SPEAKER {} {} 0 1 <NA> <NA> x <NA> <NA>\n"


def channel(number, call="call", **values):
    id = f"{call}_ch{number}"
    return Recording("c", id, call, f"{call}.wav", channel=number, call=call, **values)


MONO = Recording("c", "mono", "mono", "mono.wav", reference="mono.rttm")
CALL = (channel(1, reference="call.rttm"), channel(2, reference="call.rttm"))


def plan_of(*recordings, batch_size=1, **corpus):
    corpus = {"name": "c", "recordings": "c.tsv", "systems": ["classic"], **corpus}
    return Plan(settings({"corpora": [corpus], "batch_size": batch_size}), recordings)


def test_rules_up_to_the_turns_work_on_channels_and_later_rules_on_calls():
    plan = plan_of(*CALL, MONO)
    assert plan.ids("c", "build_turns") == ["call_ch1", "call_ch2", "mono"]
    assert plan.ids("c", "write_rttm") == ["call", "mono"]
    assert plan.ids("c", "join_channels") == ["call"]
    assert plan.rttm() == ["results/c/rttm/classic/call.rttm", "results/c/rttm/classic/mono.rttm"]
    assert plan.paths("scores", "score_recording", ".parquet", scored=True) == [
        "results/c/scores/classic/call.parquet", "results/c/scores/classic/mono.parquet",
    ]  # fmt: skip
    assert plan.calls.channels("c", "call") == ["call_ch1", "call_ch2"]
    assert plan.calls.channels("c", "mono") == ["mono"]


def test_a_corpus_without_calls_joins_no_channels():
    plan = plan_of(MONO)
    assert plan.variants("join_channels", "c") == [] and not list(plan.calls.rows())
    assert plan_of(*CALL).variants("join_channels", "c") == [""]


def test_the_report_has_one_entry_for_a_call_with_its_channels():
    call, mono = report_content(plan_of(*CALL, MONO))["recordings"]
    assert (call["recording"], call["title"], call["channels"]) == (
        "call", "call", ["call_ch1", "call_ch2"],
    )  # fmt: skip
    assert mono["channels"] == ["mono"]


def test_a_call_is_scored_if_all_its_channels_have_a_reference():
    plan = plan_of(channel(1, reference="call_ch1.rttm"), channel(2), MONO)
    assert plan.scored_ids("c") == ["mono"]
    assert list(plan.calls.warnings()) == [
        "c/call: no reference of channel 2; the call is not scored"
    ]


def test_the_channels_of_a_call_are_in_its_batch():
    calls = [f"call{number}" for number in range(50)]
    plan = plan_of(*(channel(number, call) for call in calls for number in (1, 2)), batch_size=10)
    batches = {
        rule: {batch["label"]: batch["recordings"] for batch in plan.batches(rule)}
        for rule in ("build_turns", "write_rttm")
    }
    assert len(batches["write_rttm"]) == 8  # the smallest power of two with at most 10 on average
    assert batches["build_turns"] == {
        label: [f"{id}_ch{number}" for id in ids for number in (1, 2)]
        for label, ids in batches["write_rttm"].items()
    }
    assert batch_index("call7_ch2", 8) == batch_index("call7", 8)


def test_the_row_of_a_call_contains_its_channels_and_the_names_of_its_speakers():
    rttm = (("other", "call.rttm"),)
    plan = plan_of(
        channel(1, rttm=rttm), channel(2, rttm=rttm), MONO, channel_speakers=["agent", "customer"]
    )
    rows = {id: parts for _, id, parts in plan.calls.rows()}
    ids = [{"recording": "call_ch1"}, {"recording": "call_ch2"}]
    assert rows["call"]["channels"] == {"channels": ids}
    assert rows["call"]["channel_speakers"] == {"channels": ids, "speakers": ["agent", "customer"]}
    channels = rows["call"]["rttm/other"]["channels"]
    assert [part["lines"]["rttm"]["channel"] for part in channels] == [1, 2]
    assert rows["mono"] == {
        "channels": {"channels": []}, "channel_speakers": {"channels": [], "speakers": []},
    }  # fmt: skip
    assert "rttm/other" not in plan.recordings["c", "call_ch1"].row_parts()


def test_a_failure_of_a_channel_is_one_of_its_call(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_failure(Failure("c", "prepare_audio", "", "call_ch2", "no samples", "a.log"))
    write_failure(Failure("c", "write_rttm", "classic", "call", "other", "b.log"))
    failures = [(failure.recording, failure.reason) for failure in plan_of(*CALL).failures()]
    assert failures == [("call", "call_ch2: no samples"), ("call", "other")]


def test_the_id_of_a_call_or_of_its_channel_cannot_be_that_of_another_row(tmp_path):
    table = tmp_path / "c.tsv"
    (tmp_path / "a.wav").touch()
    for rows in ("a\ta.wav\teach\na_ch1\ta.wav\tmix\n", "a_ch1\ta.wav\tmix\na\ta.wav\teach\n"):
        table.write_text("recording\taudio\tchannel\n" + rows)
        with pytest.raises(
            InputError, match=r"c.tsv:3: id a_ch1 appears twice, first in .*c.tsv:2"
        ):
            read_corpus(source(recordings=str(table)))
    table.write_text("recording\taudio\tchannel\na_ch1\ta.wav\teach\na\ta.wav\teach\n")
    with pytest.raises(InputError, match=r"c.tsv:3: id a_ch1 appears twice"):
        read_corpus(source(recordings=str(table)))


@pytest.mark.parametrize(
    ("lines", "channels"),
    [
        ([("call", 1), ("call", 2)], 2),
        ([("call", 0), ("call", 1), ("call", 2)], 3),
        ([("call", "A"), ("call", "B")], 2),
        ([("call", 1)], 1),
        ([("call", "<NA>")], 1),
        ([("other", 2), ("call", 1)], 1),
        ([("call_ch1", 1), ("call_ch2", 1), ("call_ch3", 1)], 3),
    ],
)
def test_without_audio_the_lines_give_the_number_of_channels(tmp_path, lines, channels):
    rttm = tmp_path / "all.rttm"
    rttm.write_text("".join(LINE.format(*line) for line in lines))
    (tmp_path / "c.tsv").write_text("recording\ncall\n")
    corpus = source(recordings=str(tmp_path / "c.tsv"), channel="each")
    needs = CorpusNeeds(audio=False, rttm=(("other", str(rttm)),))
    recordings, _ = read_corpus(corpus, needs)
    assert [recording.id for recording in recordings] == [
        f"call_ch{number}" for number in range(1, channels + 1)
    ]


def test_without_audio_files_named_after_channels_give_their_number(tmp_path):
    for number in (1, 2):
        (tmp_path / "rttm").mkdir(exist_ok=True)
        (tmp_path / f"rttm/call_ch{number}.rttm").write_text(LINE.format(f"call_ch{number}", 1))
    (tmp_path / "c.tsv").write_text("recording\ncall\n")
    corpus = source(recordings=str(tmp_path / "c.tsv"), channel="each")
    needs = CorpusNeeds(audio=False, rttm=(("other", str(tmp_path / "rttm")),))
    recordings, _ = read_corpus(corpus, needs)
    assert [Path(path).name for recording in recordings for _, path in recording.rttm] == [
        "call_ch1.rttm", "call_ch2.rttm",
    ]  # fmt: skip


def test_a_channel_that_is_one_speaker_has_one_speaker_unless_its_row_gives_another_number(
    tone, tmp_path
):
    tone("a.wav", channels=2)
    (tmp_path / "c.tsv").write_text("recording\taudio\tnum_speakers\na\ta.wav\t\nb\ta.wav\t3\n")
    corpus = source(
        recordings=str(tmp_path / "c.tsv"), channel="each", channel_speakers=["agent", "customer"]
    )
    recordings, warnings = read_corpus(corpus)
    assert [recording.num_speakers for recording in recordings] == [1, 1, 3, 3] and not warnings


def test_another_number_of_channels_than_of_names_gives_a_warning(tone, tmp_path):
    tone("a.wav", channels=1)
    corpus = source(
        audio=str(tmp_path / "a.wav"), channel="each", channel_speakers=["agent", "customer"]
    )
    (recording,), (_, warning) = read_corpus(corpus)  # after the line on what was taken
    assert recording.id == "a_ch1"
    assert "1 channel in a, but 2 names in channel_speakers of corpus c" in warning


def test_names_without_calls_have_no_effect():
    (warning,) = plan_of(MONO, channel_speakers=["agent"]).calls.warnings()
    assert warning == "corpus c: channel_speakers has no effect without channel: each"
