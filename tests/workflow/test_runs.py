"""Whole runs on a tiny corpus of our own making."""

import json
import shutil

import numpy as np
import pytest
import soundfile
from conftest import digests

from diarflow.artifacts.tables import read_rows
from diarflow.formats.rttm import read_turns

PER_RECORDING = {
    "prepare_audio": 2, "prepare_reference": 2, "detect_speech": 2, "detect_changes": 2,
    "detect_overlap": 2, "resegment": 2, "embed_segments": 2, "cluster_segments": 2,
    "build_turns": 2, "write_rttm": 2, "score_recording": 2,
}  # fmt: skip


@pytest.mark.parametrize("entry", ["Snakefile", "workflow/Snakefile"])
def test_a_dry_run_plans_every_rule_for_every_recording(fresh, entry):
    text = fresh("--dry-run", entry=entry).text
    planned = {rule: text.count(f"rule {rule}:") for rule in PER_RECORDING}
    assert planned == PER_RECORDING
    assert text.count("rule report_corpus:") == text.count("rule report_all:") == 1


def test_a_run_leaves_every_artifact_and_a_report(finished):
    results = finished.folder / "results"
    variants = {
        "audio": ".wav", "reference": ".rttm", "speech/webrtc": ".parquet",
        "changes/divergence": ".parquet", "candidates/divergence": ".parquet", "overlap/none": ".parquet",
        "segments/webrtc.divergence": ".parquet",
        "embeddings/webrtc.divergence.none.dvector": ".npy",
        "clusters/webrtc.divergence.none.dvector.kmeans": ".parquet",
        "turns/classic": ".parquet", "rttm/classic-kmeans": ".rttm", "scores/classic": ".parquet",
    }  # fmt: skip
    for folder, ending in variants.items():
        for recording in "ab":
            assert (results / "tiny" / folder / f"{recording}{ending}").exists(), folder
    embeddings = np.load(results / "tiny/embeddings/webrtc.divergence.none.dvector/a.npy")
    windows = read_rows(results / "tiny/embeddings/webrtc.divergence.none.dvector/a.parquet")
    clusters = read_rows(results / "tiny/clusters/webrtc.divergence.none.dvector.kmeans/a.parquet")
    assert embeddings.shape == (len(windows), 256)
    assert [row[:2] for row in clusters] == [row[:2] for row in windows]
    for page in ("index.html", "recordings/tiny/a.html", "recordings/tiny/b.html", "tables.html"):
        assert (results / "report" / page).read_text().lstrip().startswith("<!doctype html>")
    assert (results / "report/assets/plotly.min.js").stat().st_size > 1_000_000
    assert not (results / "tiny" / "failures").exists() or not any(
        (results / "tiny" / "failures").rglob("*.json")
    )


def test_a_job_has_one_thread_in_every_library_whatever_the_environment_says(finished):
    """BLAS, OpenMP and ONNX Runtime: none has a second thread, and no thread but the main one works."""
    told = {
        path.name.partition("-")[0]: json.loads(path.read_text())
        for path in (finished.folder / "threads").iterdir()
    }
    assert told.keys() == PER_RECORDING.keys() | {"report_corpus", "report_all", "evaluate_changes"}
    for rule, one in told.items():
        assert one["cpu_of_others"] < 0.2, rule
        assert all(threads == 1 for threads in one["pools"].values()), (rule, one["pools"])
    assert any("openblas" in pool for pool in told["embed_segments"]["pools"])
    assert any("gomp" in pool for pool in told["cluster_segments"]["pools"])


def test_two_voices_that_take_turns_are_told_apart(finished):
    for recording in "ab":
        found = read_turns(finished.folder / f"results/tiny/rttm/classic-kmeans/{recording}.rttm")
        truth = read_turns(finished.folder / f"audio/{recording}.rttm")
        by_truth = {}
        for turn in truth:
            middle = (turn.start + turn.end) / 2
            speaker = next(one.speaker for one in found if one.start <= middle < one.end)
            by_truth.setdefault(turn.speaker, set()).add(speaker)
        assert sorted(map(len, by_truth.values())) == [1, 1]
        assert set.intersection(*by_truth.values()) == set()


def test_der_csv_has_every_recording_system_and_protocol_and_their_totals(finished):
    from diarflow.scoring.totals import read_csv

    rows = read_csv(finished.folder / "results/report/der.csv")
    keys = set(zip(rows["system"], rows["recording"], rows["protocol"], strict=True))
    assert keys == {
        (system, recording, protocol)
        for system in ("classic", "classic-kmeans")
        for recording in ("a", "b", "ALL", "COMPLETED")
        for protocol in ("full", "fair", "forgiving")
    }
    full = rows[(rows["system"] == "classic") & (rows["protocol"] == "full")].set_index("recording")
    for column in ("missed", "false_alarm", "confusion", "reference_seconds"):
        assert full[column]["ALL"] == pytest.approx(
            full[column]["a"] + full[column]["b"], abs=0.002
        )
    wrong = full["missed"]["ALL"] + full["false_alarm"]["ALL"] + full["confusion"]["ALL"]
    assert full["der"]["ALL"] == pytest.approx(
        100 * wrong / full["reference_seconds"]["ALL"], abs=0.01
    )


def test_the_tables_beside_der_csv_say_the_same(finished):
    import pandas as pd

    from diarflow.scoring.totals import read_csv

    report = finished.folder / "results/report"
    rows = read_csv(report / "der.csv")
    pd.testing.assert_frame_equal(pd.read_parquet(report / "der.parquet"), rows, check_dtype=False)
    der = rows[rows["recording"] == "ALL"].set_index(["system", "protocol"])["der"]
    markdown = (report / "der.md").read_text()
    for system, protocol in der.index:
        assert f"| {der[system, protocol]:.2f} (" in markdown
    compared = pd.read_csv(report / "comparisons.csv").set_index("protocol")
    assert list(compared.index) == ["full", "fair", "forgiving"]
    for protocol, one in compared.iterrows():
        assert (one["system"], one["other"], one["recordings"]) == ("classic", "classic-kmeans", 2)
        expected = (der["classic", protocol], der["classic-kmeans", protocol])
        assert (one["system_der"], one["other_der"]) == pytest.approx(expected, abs=0.011)
        assert one["difference"] == pytest.approx(expected[0] - expected[1], abs=0.011)
        assert one["difference_low"] <= one["difference"] <= one["difference_high"]
    counts = pd.read_csv(report / "speaker_counts.csv")
    assert list(counts.groupby("system")["recordings"].sum()) == [2, 2]
    assert set(counts["reference_speakers"]) == {2} and counts["speakers_given"].all()


def test_the_same_run_twice_with_one_core_and_two_gives_the_same_bytes(finished):
    before = digests(finished.folder)
    shutil.rmtree(finished.folder / "results")
    finished("--cores", "2")
    assert digests(finished.folder) == before


@pytest.mark.parametrize(
    ("target", "rules"),
    [
        ("speech", {"prepare_audio", "detect_speech", "speech"}),
        ("changes", {"prepare_audio", "detect_changes", "changes"}),
        ("rttm", set(PER_RECORDING) - {"prepare_reference", "score_recording"} | {"rttm"}),
        ("report", {*PER_RECORDING, "evaluate_changes", "report_corpus", "report_all", "report"}),
    ],
)
def test_a_target_asks_for_its_product_alone(fresh, target, rules):
    assert set(fresh.planned(target)) == rules


def test_recordings_without_a_reference_are_diarized_and_shown_but_not_scored(fresh):
    table = fresh.folder / "tiny.tsv"
    table.write_text("recording\taudio\na\taudio/a.wav\nb\taudio/b.wav\n")
    done = fresh()
    assert "nothing was scored" in done.text
    page = (fresh.folder / "results/report/index.html").read_text()
    assert "there is nothing to score" in page
    rows = (fresh.folder / "results/report/data/0-full.js").read_text()
    assert '"recording":["a","b"]' in rows and '"der":[null,null]' in rows
    assert (
        "There is no reference."
        in (fresh.folder / "results/report/recordings/tiny/a.html").read_text()
    )
    for name in ("comparisons.csv", "speaker_counts.csv", "der.csv"):
        assert len((fresh.folder / "results/report" / name).read_text().splitlines()) == 1


def test_a_folder_with_hostile_names_is_a_corpus(fresh):
    folder = fresh.folder / "calls"
    folder.mkdir()
    for name in ("it's; touch x.wav", "$(touch y).wav", "-n.wav", "ä ö.wav", "{a}.wav", "<b>.wav"):
        shutil.copy(fresh.folder / "audio/a.wav", folder / name)
    done = fresh(overlay={"corpora": [{"name": "calls", "audio": "calls", "systems": ["classic"]}]})
    assert done.status == 0
    assert len(list((fresh.folder / "results/calls/rttm/classic").glob("*.rttm"))) == 6
    names = (fresh.folder / "results/calls/recordings.tsv").read_text()
    assert "it's; touch x\tcalls/it's; touch x.wav" in names
    assert not (fresh.folder / "x").exists() and not (fresh.folder / "y").exists()


def test_each_channel_of_a_telephone_call_is_a_recording_with_its_own_reference(fresh):
    pair = [soundfile.read(fresh.folder / f"audio/{n}.wav", dtype="int16")[0] for n in "ab"]
    shortest = min(map(len, pair))
    stereo = np.stack([one[:shortest] for one in pair], axis=1)
    soundfile.write(fresh.folder / "audio/call.wav", stereo, 16_000)
    (fresh.folder / "call.rttm").write_text(
        "SPEAKER call 1 0.5 2 <NA> <NA> Ann <NA> <NA>\nSPEAKER call 2 0.5 3 <NA> <NA> Bob <NA> <NA>\n"
    )
    corpus = {
        "name": "call",
        "audio": "audio/call.wav",
        "channel": "each",
        "reference": "call.rttm",
        "systems": ["classic"],
    }
    fresh(overlay={"corpora": [corpus]})
    for channel, speaker in ((1, "Ann"), (2, "Bob")):
        (turn,) = read_turns(fresh.folder / f"results/call/reference/call_ch{channel}.rttm")
        assert turn.speaker == speaker
        audio, _ = soundfile.read(
            fresh.folder / f"results/call/audio/call_ch{channel}.wav", dtype="int16"
        )
        np.testing.assert_array_equal(audio, stereo[:, channel - 1])


def test_pages_that_were_deleted_are_made_again(finished):
    shutil.rmtree(finished.folder / "results/report/recordings")
    assert set(finished.planned()) == {"report_all", "all"}


def test_a_report_that_runs_again_writes_only_the_pages_that_are_missing_or_changed(finished):
    folder = finished.folder / "results/report/recordings"
    before = {page: page.stat().st_mtime_ns for page in folder.rglob("*.html")}
    (folder / "pages.tsv").unlink()
    (folder / "tiny/a.html").unlink()
    finished()
    after = {page: page.stat().st_mtime_ns for page in folder.rglob("*.html")}
    assert after.keys() == before.keys() and (folder / "pages.tsv").exists()
    assert [page.stem for page in after if after[page] != before[page]] == ["a"]


def test_a_corpus_without_references_leaves_the_others_totals_rounded(fresh):
    (fresh.folder / "t.tsv").write_text("recording\taudio\nc\taudio/other.wav\n")
    both = [{"name": "tiny", "recordings": "tiny.tsv"}, {"name": "plain", "recordings": "t.tsv"}]
    fresh(overlay={"corpora": both, "default_systems": ["classic"]})
    lines = (fresh.folder / "results/report/der.csv").read_text().splitlines()
    rates = [line.split(",")[9] for line in lines[1:] if line.startswith("tiny,classic,ALL,")]
    assert rates and all(len(rate.partition(".")[2]) <= 2 for rate in rates)


def test_a_table_with_mistakes_stops_the_run_before_any_job(fresh):
    (fresh.folder / "tiny.tsv").write_text("recording\taudio\na\tno.wav\na\taudio/a.wav\t\t\n")
    done = fresh(check=False)
    assert done.status == 1
    assert "tiny.tsv:2: audio no.wav does not exist" in done.text
    assert "tiny.tsv:3: 4 fields, expected 2" in done.text
    assert "Traceback" not in done.text and not (fresh.folder / "results").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("recording\taudio\n", "tiny.tsv: no recordings of tiny"),
        ("", "tiny.tsv:1: no column recording"),
    ],
)
def test_an_empty_table_stops_the_run(fresh, text, said):
    (fresh.folder / "tiny.tsv").write_text(text)
    done = fresh(check=False)
    assert done.status == 1 and said in done.text


def test_a_misspelt_setting_stops_the_run_and_names_its_line(fresh):
    done = fresh(check=False, overlay={"speech": {"webrtc": {"agressiveness": 1}}})
    assert done.status == 1
    assert "overlay.yaml:3: speech.webrtc.agressiveness is not a setting" in done.text


def test_a_reference_that_names_other_recordings_is_warned_of(fresh):
    with open(fresh.folder / "audio/a.rttm", "a") as file:
        file.write("SPEAKER elsewhere 1 0 1 <NA> <NA> x <NA> <NA>\n")
    done = fresh("--dry-run")
    assert "audio/a.rttm: names recordings that are in no table: elsewhere" in done.text


def test_a_variant_whose_packages_are_missing_stops_the_run(fresh):
    from diarflow.digests import versions

    if "missing" not in versions("pyannote-audio", "torch").values():
        pytest.skip("pyannote.audio is installed here")
    system = {"speech": "webrtc", "changes": "none", "overlap": "none", "embedding": "pyannote",
              "clustering": "kmeans", "turns": "join"}  # fmt: skip
    done = fresh(overlay={"systems": {"classic": system}}, check=False)
    assert done.status == 1
    assert (
        "embedding.pyannote needs pyannote-audio, torch, not installed here: `make pyannote`"
        in done.text
    )
