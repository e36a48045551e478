"""Whole runs on a tiny synthetic corpus."""

import shutil

import numpy as np
import pytest
import soundfile
from workflow_runs import BATCHES, Workflow, build_once, write_tiny_corpus

from diarflow.artifacts.tables import read_rows
from diarflow.formats.rttm import read_turns
from diarflow.scoring.totals import read_csv

RULES = {
    "prepare_audio", "prepare_reference", "detect_speech", "detect_changes", "detect_overlap",
    "resegment", "embed_segments", "cluster_segments", "build_turns", "write_rttm",
    "score_recording",
}  # fmt: skip


@pytest.mark.parametrize(
    ("target", "rules"),
    [
        ("speech", {"prepare_audio", "detect_speech", "speech"}),
        ("changes", {"prepare_audio", "detect_changes", "changes"}),
        ("rttm", RULES - {"prepare_reference", "score_recording"} | {"rttm"}),
        ("report", {*RULES, "evaluate_changes", "report_corpus", "report_all", "report"}),
    ],
)
def test_a_target_runs_only_the_rules_for_its_product(fresh, target, rules):
    assert set(fresh.planned(target)) == rules


def test_a_run_writes_every_artifact_and_a_report(finished):
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


def test_two_alternating_voices_are_separated(finished):
    for recording in "ab":
        path = f"results/tiny/rttm/classic-kmeans/{recording}.rttm"
        hypothesis = read_turns(finished.folder / path)
        speakers = {}
        for turn in read_turns(finished.folder / f"audio/{recording}.rttm"):
            middle = (turn.start + turn.end) / 2
            speaker = next(
                other.speaker for other in hypothesis if other.start <= middle < other.end
            )
            speakers.setdefault(turn.speaker, set()).add(speaker)
        assert sorted(map(len, speakers.values())) == [1, 1]
        assert set.intersection(*speakers.values()) == set()


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
    errors = full["missed"]["ALL"] + full["false_alarm"]["ALL"] + full["confusion"]["ALL"]
    assert full["der"]["ALL"] == pytest.approx(
        100 * errors / full["reference_seconds"]["ALL"], abs=0.01
    )


def test_the_other_tables_of_the_report_agree_with_der_csv(finished):
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
    for protocol, row in compared.iterrows():
        assert (row["system"], row["other"], row["recordings"]) == ("classic", "classic-kmeans", 2)
        expected = (der["classic", protocol], der["classic-kmeans", protocol])
        assert (row["system_der"], row["other_der"]) == pytest.approx(expected, abs=0.011)
        assert row["difference"] == pytest.approx(expected[0] - expected[1], abs=0.011)
        assert row["difference_low"] <= row["difference"] <= row["difference_high"]
    counts = pd.read_csv(report / "speaker_counts.csv")
    assert list(counts.groupby("system")["recordings"].sum()) == [2, 2]
    assert set(counts["reference_speakers"]) == {2} and counts["speakers_given"].all()


def test_a_repeated_report_writes_only_missing_pages(finished):
    folder = finished.folder / "results/report/recordings"
    before = {page: page.stat().st_mtime_ns for page in folder.rglob("*.html")}
    (folder / "pages.tsv").unlink()
    (folder / "tiny/a.html").unlink()
    assert finished().jobs == {"report_all": 1, "all": 1}
    after = {page: page.stat().st_mtime_ns for page in folder.rglob("*.html")}
    assert after.keys() == before.keys() and (folder / "pages.tsv").exists()
    assert [page.stem for page in after if after[page] != before[page]] == ["a"]


UNSAFE = ("it's; touch x.wav", "$(touch y).wav", "-n.wav", "ä ö.wav", "{a}.wav", "<b>.wav")


@pytest.fixture(scope="module")
def unscored(tmp_path_factory):
    """A run on a folder of audio files without references, some of which have unsafe names."""

    def build(folder):
        write_tiny_corpus(folder, "classic", changes="none")
        (folder / "calls").mkdir()
        for name in ("a.wav", "b.wav"):
            shutil.copy(folder / "audio" / name, folder / "calls")
        for name in UNSAFE:
            shutil.copy(folder / "audio/a.wav", folder / "calls" / name)
        corpus = {"name": "calls", "audio": "calls", "systems": ["classic"]}
        done = Workflow(folder)("--cores", "2", overlay=BATCHES | {"corpora": [corpus]})
        (folder / "output.txt").write_text(done.text)

    return build_once(tmp_path_factory, "unscored", build)


def test_recordings_without_a_reference_are_diarized_and_shown_but_not_scored(unscored):
    assert "there are no scores" in (unscored / "output.txt").read_text()
    assert read_turns(unscored / "results/calls/rttm/classic/a.rttm")
    report = unscored / "results/report"
    assert "No recording has a reference" in (report / "index.html").read_text()
    assert '"a","b"' in (report / "data/recordings.js").read_text()
    assert f'"der":[{",".join(["null"] * 8)}]' in (report / "data/0-full.js").read_text()
    assert "This recording has no reference." in (report / "recordings/calls/a.html").read_text()
    for name in ("comparisons.csv", "speaker_counts.csv", "der.csv"):
        assert len((report / name).read_text().splitlines()) == 1


def test_a_folder_with_unsafe_names_is_a_corpus(unscored):
    assert len(list((unscored / "results/calls/rttm/classic").glob("*.rttm"))) == 2 + len(UNSAFE)
    names = (unscored / "results/calls/recordings.tsv").read_text()
    assert "it's; touch x\tcalls/it's; touch x.wav" in names
    assert not (unscored / "x").exists() and not (unscored / "y").exists()


@pytest.mark.parametrize("batch_size", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_results_keep_the_names_of_recordings(fresh, batch_size):
    (fresh.folder / "calls").mkdir()
    name = "Interview Müller (1)"
    shutil.copy(fresh.folder / "audio/a.wav", fresh.folder / f"calls/{name}.wav")
    reference = (fresh.folder / "audio/a.rttm").read_text().replace(" a ", " Interview_Müller_(1) ")
    (fresh.folder / "calls.rttm").write_text(reference)
    corpus = {"name": "c", "audio": "calls", "reference": "calls.rttm", "systems": ["classic"]}
    fresh(overlay={"corpora": [corpus], "batch_size": batch_size})
    results = fresh.folder / "results"
    rttm = results / f"c/rttm/classic/{name}.rttm"
    assert {line.split()[1] for line in rttm.read_text().splitlines()} == {"Interview_Müller_(1)"}
    page = (results / f"report/recordings/c/{name}.html").read_text()
    assert f"<h1>{name}</h1>" in page
    (row,) = (
        row
        for row in read_csv(results / "c/der.csv").itertuples()
        if row.recording == name and row.protocol == "full"
    )
    assert row.reference_seconds > 0 and row.der < 100
    assert (
        "Nothing to be done" in fresh(overlay={"corpora": [corpus], "batch_size": batch_size}).text
    )


def test_each_channel_of_a_telephone_call_has_its_own_audio_and_reference(fresh):
    pair = [soundfile.read(fresh.folder / f"audio/{name}.wav", dtype="int16")[0] for name in "ab"]
    shortest = min(map(len, pair))
    stereo = np.stack([samples[:shortest] for samples in pair], axis=1)
    soundfile.write(fresh.folder / "audio/call.wav", stereo, 16_000)
    (fresh.folder / "call.rttm").write_text(
        "SPEAKER call 1 0.5 2 <NA> <NA> Ann <NA> <NA>\nSPEAKER call 2 0.5 3 <NA> <NA> Bob <NA> <NA>\n"
    )
    corpus = {
        "name": "call", "audio": "audio/call.wav", "channel": "each", "reference": "call.rttm",
        "systems": ["classic"],
    }  # fmt: skip
    fresh("audio", "reference", overlay=BATCHES | {"corpora": [corpus]})
    for channel, speaker in ((1, "Ann"), (2, "Bob")):
        (turn,) = read_turns(fresh.folder / f"results/call/reference/call_ch{channel}.rttm")
        assert turn.speaker == speaker
        audio, _ = soundfile.read(
            fresh.folder / f"results/call/audio/call_ch{channel}.wav", dtype="int16"
        )
        np.testing.assert_array_equal(audio, stereo[:, channel - 1])


def test_mistakes_in_a_table_stop_the_run_before_any_job(fresh):
    (fresh.folder / "tiny.tsv").write_text("recording\taudio\na\tno.wav\na\taudio/a.wav\t\tx\n")
    done = fresh(check=False)
    assert done.status == 1
    assert "tiny.tsv:2: audio no.wav does not exist" in done.text
    assert "tiny.tsv:3: 4 fields, expected 2" in done.text
    assert "Traceback" not in done.text and not (fresh.folder / "results").exists()


def test_a_misspelt_setting_stops_the_run_and_the_message_gives_its_line(fresh):
    done = fresh(check=False, overlay={"speech": {"webrtc": {"agressiveness": 1}}})
    assert done.status == 1
    assert "overlay.yaml:3: speech.webrtc.agressiveness is not a setting" in done.text


def test_a_reference_that_names_other_recordings_gives_a_warning(fresh):
    with open(fresh.folder / "audio/a.rttm", "a") as file:
        file.write("SPEAKER elsewhere 1 0 1 <NA> <NA> x <NA> <NA>\n")
    done = fresh("--dry-run", "speech")
    assert "audio/a.rttm: no table lists these recordings of it: elsewhere" in done.text
