"""Scripts on calls: the artifacts of two channels become one RTTM, one score and one audio file."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from plan_rows import write_plan

from diarflow.artifacts.failures import Failure, write_failure
from diarflow.artifacts.placeholders import failed_rule, write_placeholder
from diarflow.artifacts.sidecars import read_sidecar
from diarflow.artifacts.tables import read_rows, write_table
from diarflow.formats.rttm import write_rttm
from diarflow.scoring.prepared_reference import PreparedReference, write_prepared_reference
from diarflow.scoring.repairs import Repairs
from diarflow.timeline.intervals import Interval, Turn

IDS = ("call_ch1", "call_ch2")
TURNS = ([(0.0, 1.0, 7), (2.0, 3.0, 4)], [(0.5, 1.5, 7), (1.0, 2.5, 9), (2.5, 3.0, 9)])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def channel_paths(product, ending="parquet", variant="s"):
    return [str(Path("results/c", product, variant, f"{id}.{ending}")) for id in IDS]


def plan(speakers=(), **imported):
    """Write the plan file with the row of the call, and return it as an input."""
    channels = [{"recording": id} for id in IDS]
    imported_channels = [{"recording": id, **imported.get(id, {})} for id in IDS]
    return write_plan(
        "call", channels={"channels": channels}, rttm__s={"channels": imported_channels},
        channel_speakers={"channels": channels, "speakers": speakers},
    )  # fmt: skip


def rttm_files():
    return {"rttm": "results/c/rttm/s/call.rttm", "sidecar": "results/c/rttm/s/call.json"}


def written(run_script, *, speakers=()):
    """Run write_rttm on the call, and return start, duration, channel and speaker of each line of its RTTM."""
    for path, turns in zip(channel_paths("turns"), TURNS, strict=True):
        if not Path(path).exists():
            write_table(path, "turns", turns, metadata={"speakers_given": "ch2" in path})
    files = plan(speakers) | {"channel_turns": channel_paths("turns")}
    run_script("write_rttm", input=files, output=rttm_files())
    lines = [line.split() for line in Path(rttm_files()["rttm"]).read_text().splitlines()]
    assert all(fields[1] == "call" for fields in lines)
    return [(float(f[3]), float(f[4]), int(f[2]), f[7]) for f in lines]


def reason(rule="write_rttm"):
    return json.loads(Path(f"results/c/failures/{rule}/s/call.json").read_text())["reason"]


def test_the_rttm_of_a_call_contains_all_channels_and_names_speakers_by_their_first_turns(
    run_script,
):
    assert written(run_script) == [
        (0.0, 1.0, 1, "SPEAKER_00"), (0.5, 1.0, 2, "SPEAKER_01"), (1.0, 1.5, 2, "SPEAKER_02"),
        (2.0, 1.0, 1, "SPEAKER_03"), (2.5, 0.5, 2, "SPEAKER_02"),
    ]  # fmt: skip
    assert read_sidecar(rttm_files()["sidecar"]) == {"speakers_given": True}


def test_with_names_each_channel_is_one_speaker(run_script):
    assert written(run_script, speakers=["agent", "the customer"]) == [
        (0.0, 1.0, 1, "agent"), (0.5, 2.5, 2, "the_customer"), (2.0, 1.0, 1, "agent"),
    ]  # fmt: skip


def test_another_number_of_names_than_of_channels_sets_the_call_aside(run_script):
    assert written(run_script, speakers=["a", "b", "c"]) == []
    assert reason() == (
        "the number of channels is 2, expected 3, since channel_speakers has a, b, c"
    )


def test_a_call_is_set_aside_with_one_of_its_channels(run_script):
    write_placeholder("turns", channel_paths("turns")[1], recording=IDS[1], rule="prepare_audio")
    assert written(run_script) == []
    assert failed_rule(rttm_files()["rttm"]) == "prepare_audio"


def test_damaged_turns_of_a_channel_set_the_call_aside_with_the_file(run_script):
    damaged = Path(channel_paths("turns")[1])
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"damaged")
    assert written(run_script) == []
    assert reason() == f"{damaged}: is damaged; the next run makes it again"


def test_missing_turns_of_a_channel_fail_the_job(run_script):
    write_table(channel_paths("turns")[0], "turns", TURNS[0])
    files = plan() | {"channel_turns": channel_paths("turns")}
    with pytest.raises(Exception, match=r"turns/s/call_ch2.parquet: does not exist"):
        run_script("write_rttm", input=files, output=rttm_files())


def test_the_turns_of_an_imported_call_keep_their_channels(run_script):
    """By hand: the turns of Ann are merged. Channel A is 1."""
    Path("all.rttm").write_text(
        "".join(
            f"SPEAKER call {channel} {start} 1 <NA> <NA> {name} <NA> <NA>\n"
            for channel, start, name in (("A", 0, "Ann"), ("A", 0.5, "Ann"), ("B", 4, "Bob"))
        )
    )
    lines = {"shared": [], "is_own": True, "is_each": True, "channels": 2}
    parts = {
        id: {"name": "call", "rttm": "all.rttm", "lines": {"rttm": lines | {"channel": number}}}
        for number, id in enumerate(IDS, 1)
    }
    run_script("import_rttm", input=plan(**parts), output=rttm_files())
    assert Path(rttm_files()["rttm"]).read_text().splitlines() == [
        "SPEAKER call 1 0.000 1.500 <NA> <NA> Ann <NA> <NA>",
        "SPEAKER call 2 4.000 1.000 <NA> <NA> Bob <NA> <NA>",
    ]
    assert read_sidecar(rttm_files()["sidecar"]) == {
        "repairs": {"merged": 1, "clipped": 0, "dropped": 0},
        "notes": {"turns with channels A/B read as 1/2": 3},
    }


def scored(run_script):
    references = {
        f"channel_{kind}": channel_paths("reference", ending, "")
        for kind, ending in (
            ("reference", "rttm"), ("uem", "uem"), ("reference_sidecar", "json"),
        )
    }  # fmt: skip
    hypothesis = {"rttm": rttm_files()["rttm"], "rttm_sidecar": rttm_files()["sidecar"]}
    output = {"scores": "results/c/scores/s/call.parquet"}
    files = plan() | references | hypothesis
    run_script("score_recording", input=files, output=output, collar_each_side=0.25)
    return read_rows(output["scores"])


def write_reference(number, *turns):
    paths = [channel_paths("reference", ending, "")[number] for ending in ("rttm", "uem", "json")]
    reference = PreparedReference(list(turns), Repairs(), [Interval(0.0, 4.0)], "audio")
    write_prepared_reference(*paths, IDS[number], reference)


def test_the_score_of_a_call_is_one_row_for_each_protocol(run_script):
    """By hand: the reference has 1.8 s on channel 1 and 2.5 s on channel 2; 0.2 s of channel 1 are a false alarm."""
    written(run_script, speakers=["agent", "customer"])
    write_reference(0, Turn(0.2, 1.0, "agent"), Turn(2.0, 3.0, "agent"))
    write_reference(1, Turn(0.5, 3.0, "customer"))
    full, *others = scored(run_script)
    assert len(others) == 2 and full[:4] == ("c", "s", "call", "full")
    assert full[4:9] == pytest.approx((8.0, 4.3, 0.0, 0.2, 0.0))
    assert full[-6:] == (2, 2, 0, True, None, "audio")


def test_a_call_of_which_one_channel_has_a_failed_reference_has_no_score(run_script):
    written(run_script)
    write_reference(0, Turn(0.0, 1.0, "agent"))
    for kind, ending in (("reference", "rttm"), ("uem", "uem"), ("sidecar", "json")):
        path = channel_paths("reference", ending, "")[1]
        write_placeholder(kind, path, recording=IDS[1], rule="prepare_reference")
    assert scored(run_script) == []
    assert failed_rule("results/c/scores/s/call.parquet") == "prepare_reference"


def test_the_prepared_channels_are_interleaved_and_a_shorter_one_ends_with_silence(run_script):
    random = np.random.default_rng(0)
    samples = [random.integers(-9, 9, size, dtype=np.int16) for size in (100_000, 70_000)]
    for path, channel in zip(channel_paths("audio", "wav", ""), samples, strict=True):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, channel, 16_000)
    files = plan() | {"channel_audio": channel_paths("audio", "wav", "")}
    run_script("join_channels", input=files, output={"call": "results/c/calls/call.wav"})
    joined, rate = soundfile.read("results/c/calls/call.wav", dtype="int16")
    assert rate == 16_000 and joined.shape == (100_000, 2)
    np.testing.assert_array_equal(joined[:, 0], samples[0])
    np.testing.assert_array_equal(joined[:, 1], np.pad(samples[1], (0, 30_000)))


def test_an_ordinary_recording_of_a_corpus_with_calls_is_one_channel(run_script):
    files = write_plan("mono", channel_speakers={"channels": [], "speakers": []})
    write_table("results/c/turns/s/mono.parquet", "turns", [(0.0, 1.0, 5)])
    files |= {"channel_turns": "results/c/turns/s/mono.parquet"}
    output = {kind: path.replace("call", "mono") for kind, path in rttm_files().items()}
    run_script("write_rttm", input=files, output=output)
    assert Path(output["rttm"]).read_text() == (
        "SPEAKER mono 1 0.000 1.000 <NA> <NA> SPEAKER_00 <NA> <NA>\n"
    )


def test_retry_removes_the_placeholders_of_a_call_whose_channel_failed(run_script):
    write_placeholder("turns", channel_paths("turns")[1], recording=IDS[1], rule="prepare_audio")
    assert written(run_script) == []
    write_rttm("results/c/rttm/s/other.rttm", "other", [])
    write_failure(Failure("c", "prepare_audio", "", IDS[1], "no samples", "x.log"))
    run_script("retry", input={}, output={})
    left = {path.name for path in Path("results/c").glob("[rt]*/s/*")}
    assert left == {"call_ch1.parquet", "other.rttm"}
