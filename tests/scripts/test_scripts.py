"""Scripts of the rules, run in this process: inputs, outputs and failures."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
from plan_rows import write_plan

from diarflow.artifacts.failures import Failure, write_failure
from diarflow.artifacts.placeholders import failed_rule, write_placeholder
from diarflow.artifacts.sidecars import read_sidecar, write_sidecar
from diarflow.artifacts.tables import COLUMNS, read_metadata, read_rows, write_table
from diarflow.audio.facts import read_facts
from diarflow.audio.prepared import write_silence
from diarflow.formats.rttm import read_turns, write_rttm
from diarflow.formats.uem import read_uem, write_uem
from diarflow.timeline.intervals import Interval, Turn

ROOT = Path(__file__).resolve().parents[2]
WEBRTC = {
    "backend": "webrtc", "aggressiveness": 3, "frame_ms": 10, "min_speech": 0.2, "min_silence": 0.3,
    "padding": 0.0,
}  # fmt: skip


def at(product, recording="a", ending="parquet", variant=""):
    path = Path("results", "c", product, variant, f"{recording}.{ending}")
    path.parent.mkdir(parents=True, exist_ok=True)
    return str(path)


def failure(rule, recording="a", variant=""):
    path = Path("results", "c", "failures", rule, variant, f"{recording}.json")
    return json.loads(path.read_text()) if path.exists() else None


def test_every_rule_with_a_script_shares_its_name_and_every_script_has_a_rule():
    named = set()
    for path in (ROOT / "workflow" / "rules").glob("*.smk"):
        begins = r'^(?:rule |for batch in batches\("| +name:\n +f")'
        for rule in re.split(begins, path.read_text(), flags=re.M)[1:]:
            name, body = re.match(r"\w+", rule)[0], rule
            if script := re.search(r'"\.\./\.\./scripts/(\w+)\.py"', body):
                assert script[1] == name
                named.add(name)
    # the rules of exports, one for each format, share two scripts
    exports = {"export_recording", "export_corpus"}
    assert named | exports == {path.stem for path in (ROOT / "scripts").glob("*.py")}


def test_prepare_audio(run_script, tone):
    path = tone(rate=8000, channels=2)
    log = run_script(
        "prepare_audio",
        input={"source": str(path), **write_plan(audio={"audio": str(path), "channel": 2})},
        output={"audio": at("audio", ending="wav"), "facts": at("audio", ending="json")},
    )
    assert soundfile.info("results/c/audio/a.wav").frames == 16_000
    facts = read_facts("results/c/audio/a.wav")
    assert (
        facts["channels"] == 2
        and facts["samples"] == 16_000
        and facts["source"]["path"] == str(path)
    )
    assert json.dumps(facts) in log and failure("prepare_audio") is None


def test_prepare_reference(run_script, tone):
    write_rttm("all.rttm", "a", [Turn(0.0, 0.4, "A"), Turn(0.4, 1.4, "A")])
    shutil.copy(tone(), at("audio", ending="wav"))
    run_script(
        "prepare_reference",
        input={
            "source": ["all.rttm"],
            "audio": at("audio", ending="wav"),
            **write_plan(
                reference={
                    "recording": "a",
                    "name": "a",
                    "reference": "all.rttm",
                    "uem": None,
                    "lines": {"reference": {}},
                }
            ),
        },
        output={
            "reference": at("reference", ending="rttm"),
            "uem": at("reference", ending="uem"),
            "sidecar": at("reference", ending="json"),
        },
    )
    assert read_turns("results/c/reference/a.rttm") == [Turn(0.0, 1.0, "A")]
    assert read_uem("results/c/reference/a.uem") == {"a": [Interval(0.0, 1.0)]}
    repairs = {"merged": 1, "clipped": 1, "dropped": 0}
    facts = {"extent": "audio", "repairs": repairs, "notes": {}}
    assert read_sidecar("results/c/reference/a.json") == facts


def test_detect_speech_sets_a_failing_recording_aside_and_continues(run_script, tone):
    shutil.copy(tone(), at("audio", "good", "wav"))
    Path(at("audio", "bad", "wav")).write_bytes(b"not audio")
    outputs = [at("speech", name, variant="v") for name in ("bad", "good")]
    log = run_script(
        "detect_speech",
        input={"audio": [at("audio", name, "wav") for name in ("bad", "good")]},
        output={"speech": outputs},
        **WEBRTC,
    )
    assert [failed_rule(path) for path in outputs] == ["detect_speech", None]
    assert read_rows(outputs[0]) == []
    record = failure("detect_speech", "bad", "v")
    assert record["rule"] == "detect_speech" and "bad.wav: damaged" in record["reason"]
    assert "bad.wav: damaged" in log and failure("detect_speech", "good", "v") is None


def test_a_batch_finds_files_of_its_recordings_that_are_not_declared(run_script, tone):
    for name in ("a", "b.c"):
        shutil.copy(tone(), at("audio", name, "wav"))
    outputs = [at("speech", name, variant="v") for name in ("a", "b.c")]
    run_script(
        "detect_speech",
        input={"audio": [at("audio", "b.c", "wav")]},
        output={"speech": outputs},
        **WEBRTC,
    )
    assert [failed_rule(path) for path in outputs] == [None, None]


def test_a_failed_recording_is_passed_on_and_cleared_once_it_succeeds(run_script, tone):
    write_placeholder("audio", at("audio", ending="wav"), recording="a", rule="prepare_audio")
    files = {
        "input": {"audio": at("audio", ending="wav")},
        "output": {"speech": at("speech", variant="v")},
    }
    run_script("detect_speech", **files, **WEBRTC)
    assert failed_rule(at("speech", variant="v")) == "prepare_audio"
    assert failure("detect_speech", variant="v") is None

    run_script("detect_speech", **files, **WEBRTC | {"aggressiveness": 9})  # webrtcvad refuses it
    shutil.copy(tone(), at("audio", ending="wav"))
    run_script("detect_speech", **files, **WEBRTC | {"aggressiveness": 9})
    assert failure("detect_speech", variant="v")["reason"].startswith("ValueError")
    run_script("detect_speech", **files, **WEBRTC)
    assert (
        failure("detect_speech", variant="v") is None
        and failed_rule(files["output"]["speech"]) is None
    )


def test_resegment(run_script):
    write_table(at("speech"), "speech", [(0.0, 2.0)])
    write_table(at("changes"), "changes", [(1.0, 0.9), (1.9, 0.8)])
    run_script(
        "resegment",
        input={"speech": at("speech"), "changes": at("changes")},
        output={"segments": at("segments")},
        min_duration=0.2,
    )
    assert read_rows(at("segments")) == [(0.0, 1.0), (1.0, 2.0)]


@pytest.mark.parametrize(("num", "given"), [(2, "True"), (None, "False")])
def test_cluster_segments_records_whether_the_number_was_given(run_script, num, given):
    write_table(at("windows"), "windows", [(0.0, 1.0, 0, -1, -1), (1.0, 2.0, 0, -1, -1)])
    np.save(at("embeddings", ending="npy"), np.eye(4, dtype=np.float32)[:2])
    run_script(
        "cluster_segments",
        input={
            "embeddings": at("embeddings", ending="npy"),
            "windows": at("windows"),
            **write_plan(speakers={"num": num, "min": None, "max": None}),
        },
        output={"clusters": at("clusters")},
        backend="kmeans", speaker_count="given", min_speakers=2, max_speakers=4, seed=0,
        n_init=2, single_speaker_silhouette=0.2,
    )  # fmt: skip
    assert len({speaker for _, _, speaker in read_rows(at("clusters"))}) == 2
    assert read_metadata(at("clusters")) == {"speakers_given": given}


def test_write_rttm(run_script):
    write_table(
        at("turns"), "turns", [(0.0, 1.0, 5), (1.0, 2.0, 3)], metadata={"speakers_given": True}
    )
    output = {kind: at("rttm", ending=kind) for kind in ("rttm", "json")}
    output["sidecar"] = output.pop("json")
    run_script("write_rttm", input={"channel_turns": at("turns")}, output=output)
    assert read_sidecar(output["sidecar"]) == {"speakers_given": True}
    assert Path(at("rttm", ending="rttm")).read_text().splitlines() == [
        "SPEAKER a 1 0.000 1.000 <NA> <NA> SPEAKER_00 <NA> <NA>",
        "SPEAKER a 1 1.000 1.000 <NA> <NA> SPEAKER_01 <NA> <NA>",
    ]


def placeholder(kind, path, rule):
    write_placeholder(kind, path, recording="a", rule=rule)


def scored(run_script):
    files = {
        "channel_reference": at("reference", ending="rttm"),
        "channel_uem": at("reference", ending="uem"),
        "channel_reference_sidecar": at("reference", ending="json"),
        "rttm": at("rttm", ending="rttm", variant="s"),
        "rttm_sidecar": at("rttm", ending="json", variant="s"),
    }
    output = {"scores": at("scores", variant="s")}
    run_script("score_recording", input=files, output=output, collar_each_side=0.25)
    columns = list(COLUMNS["scores"])
    return [dict(zip(columns, values, strict=True)) for values in read_rows(output["scores"])]


def test_a_failed_recording_is_scored_as_an_empty_hypothesis(run_script):
    write_rttm(at("reference", ending="rttm"), "a", [Turn(0.0, 2.0, "A")])
    write_uem(at("reference", ending="uem"), "a", [Interval(0.0, 4.0)])
    write_sidecar(at("reference", ending="json"), extent="audio")
    placeholder("rttm", at("rttm", ending="rttm", variant="s"), "prepare_audio")
    placeholder("sidecar", at("rttm", ending="json", variant="s"), "prepare_audio")
    full = scored(run_script)[0]
    assert (full["protocol"], full["missed"], full["failed_rule"]) == ("full", 2.0, "prepare_audio")
    assert (full["corpus"], full["system"], full["recording"]) == ("c", "s", "a")


def test_a_recording_with_a_failed_reference_has_no_score(run_script):
    for kind, ending in (("reference", "rttm"), ("uem", "uem"), ("sidecar", "json")):
        placeholder(kind, at("reference", ending=ending), "prepare_reference")
    write_sidecar(at("rttm", ending="json", variant="s"), speakers_given=False)
    write_rttm(at("rttm", ending="rttm", variant="s"), "a", [Turn(0.0, 2.0, "A")])
    assert scored(run_script) == []


@pytest.mark.parametrize(
    "kind", [*COLUMNS, "people", "rttm", "reference", "uem", "embeddings", "audio", "call"]
)
def test_every_artifact_has_a_placeholder(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    ending = {
        "rttm": "rttm",
        "reference": "rttm",
        "uem": "uem",
        "embeddings": "npy",
        "audio": "wav",
        "call": "wav",
    }
    product = {"call": "calls"}.get(kind, kind)
    path = at(product, ending=ending.get(kind, "parquet"))
    write_placeholder(kind, path, recording="a", rule="prepare_audio")
    if kind in ("rttm", "reference"):
        write_placeholder("sidecar", at(kind, ending="json"), recording="a", rule="prepare_audio")
    if kind not in ("uem", "embeddings"):  # files next to a placeholder
        assert failed_rule(path) == "prepare_audio"


def test_retry_removes_placeholders_of_a_failed_recording_and_their_results(run_script):
    for name in ("good", "bad"):
        for product, variant in (
            ("audio", ""),
            ("speech", "v"),
            ("changes", "v"),
            ("overlap", "v"),
        ):
            ending = "wav" if product == "audio" else "parquet"
            path, mark = at(product, name, ending, variant), "detect_speech"
            if product == "audio":
                write_silence(path, 100)
            elif name == "bad" and product != "changes":
                write_placeholder(product, path, recording=name, rule=mark)
            else:
                write_table(path, product)
    write_failure(Failure("c", "detect_speech", "v", "bad", "it died", "x.log"))
    Path("results/c/der.csv").touch()
    run_script("retry", input={}, output={})
    left = {path.as_posix() for path in Path("results").rglob("*.*")}
    assert {path for path in left if "bad" in path} == {
        "results/c/audio/bad.wav", "results/c/changes/v/bad.parquet",
    }  # fmt: skip
    assert len({path for path in left if "good" in path}) == 4 and "results/c/der.csv" not in left
