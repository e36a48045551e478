"""What runs again after each change: exactly the rules and recordings that depend on it."""

import os
import shutil

import pytest
from conftest import ROOT, Workflow

from diarflow.settings.config import BLOCKS, Settings
from diarflow.settings.messages import _blocks

SCORES = ["score_recording", "report_corpus", "report_all", "all"]
TURNS = ["build_turns", "write_rttm", *SCORES]
CLUSTERS = ["cluster_segments", *TURNS]
EMBEDDINGS = ["embed_segments", *CLUSTERS]
SEGMENTS = ["resegment", *EMBEDDINGS]
CHANGES_FOUND = ["detect_changes", "evaluate_changes", *SEGMENTS]
OF_ALL = {"report_corpus", "evaluate_changes", "report_all", "all"}

# every setting with another value than its default, and what runs again when it changes
CHANGES = {
    "speech.webrtc.aggressiveness": (2, ["detect_speech", *SEGMENTS]),
    "speech.webrtc.frame_ms": (30, ["detect_speech", *SEGMENTS]),
    "speech.webrtc.min_speech": (0.3, ["detect_speech", *SEGMENTS]),
    "speech.webrtc.min_silence": (0.3, ["detect_speech", *SEGMENTS]),
    "speech.webrtc.padding": (0.1, ["detect_speech", *SEGMENTS]),
    "changes.divergence.measure": ("gaussian", CHANGES_FOUND),
    "changes.divergence.window": (2.0, CHANGES_FOUND),
    "changes.divergence.step": (0.2, CHANGES_FOUND),
    "changes.divergence.threshold": (0.7, CHANGES_FOUND),
    "changes.divergence.min_distance": (1.0, CHANGES_FOUND),
    "segments.min_duration": (0.4, SEGMENTS),
    "embedding.dvector.window": (2.0, EMBEDDINGS),
    "embedding.dvector.hop": (0.4, EMBEDDINGS),
    "clustering.meanshift.speaker_count": ("estimated", CLUSTERS),
    "clustering.meanshift.min_speakers": (2, CLUSTERS),
    "clustering.meanshift.max_speakers": (5, CLUSTERS),
    "clustering.meanshift.bandwidth": (0.7, CLUSTERS),
    "clustering.meanshift.quantile": (0.4, CLUSTERS),
    "clustering.meanshift.seed": (1, CLUSTERS),
    "clustering.kmeans.speaker_count": ("estimated", CLUSTERS),
    "clustering.kmeans.min_speakers": (2, CLUSTERS),
    "clustering.kmeans.max_speakers": (5, CLUSTERS),
    "clustering.kmeans.restarts": (5, CLUSTERS),
    "clustering.kmeans.single_below": (0.3, CLUSTERS),
    "clustering.kmeans.seed": (1, CLUSTERS),
    "turns.join.max_gap": (0.7, TURNS),
    "turns.join.second_speaker": ("none", TURNS),
    "scores.collar_each_side": (0.5, SCORES),
    "report.audio": ("embedded", ["report_all", "all"]),
    "on_error": ("accept", []),
    "batch_size": (2, []),
    "time_limit": (600.0, []),
    "default_systems": (["classic-kmeans"], []),
    # of networks and trainings that nothing uses
    **{
        f"networks.bilstm.{key}": (value, [])
        for key, value in {
            "model": "x.onnx",
            "features": "deltas",
            "activation": "linear",
            "window": 4.0,
            "step": 1.6,
            "normalisation": "none",
        }.items()
    },
    "networks.segmentation.model": ("x.onnx", []),
    "networks.segmentation.step": (1.0, []),
    **{
        f"changes.bilstm.{key}": (value, [])
        for key, value in {
            "network": "bilstm",
            "threshold": 0.6,
            "min_distance": 0.5,
            "prominence": 0.1,
        }.items()
    },
    **{
        f"changes.bilstm-divergence.{key}": (value, [])
        for key, value in {
            "network": "bilstm",
            "weight": 1.0,
            "window": 2.0,
            "threshold": 0.6,
            "min_distance": 0.5,
            "prominence": 0.1,
        }.items()
    },
    # not used by the tiny corpus: nothing runs again
    **{
        f"turns.activations.{key}": (value, [])
        for key, value in {
            "network": "bilstm",
            "embedding": None,
            "mix": 0.5,
            "sharpness": 12.0,
            "min_turn": 0.2,
        }.items()
    },
    **{
        f"clustering.{name}.{key}": (value, [])
        for name in ("agglomerative", "spectral", "hdbscan", "vbx")
        for key, value in {
            "speaker_count": "given",
            "min_speakers": 2,
            "max_speakers": 5,
            "min_share": 0.01,
            "points": 500,
        }.items()
    },
    "clustering.agglomerative.threshold": (0.5, []),
    "clustering.spectral.seed": (1, []),
    "clustering.hdbscan.min_cluster": (9, []),
    **{
        f"clustering.vbx.{key}": (value, [])
        for key, value in {
            "model": None,
            "threshold": 0.4,
            "acoustic": 0.3,
            "speaker": 0.5,
            "loop": 0.9,
            "merge": 0.8,
        }.items()
    },
    **{
        f"embedding.campplus.{key}": (value, [])
        for key, value in {
            "model": "campplus-int8.onnx",
            "network": None,
            "window": 2.0,
            "hop": 1.0,
            "grid": False,
            "least_speech": 0.8,
        }.items()
    },
    **{
        f"speech.segmentation.{key}": (value, [])
        for key, value in {
            "network": "bilstm",
            "onset": 0.5,
            "offset": 0.5,
            "min_speech": 0.2,
            "min_silence": 0.1,
        }.items()
    },
    **{
        f"speech.silero.{key}": (value, [])
        for key, value in {
            "onset": 0.6,
            "offset": 0.5,
            "min_speech": 0.2,
            "min_silence": 0.2,
            "padding": 0.0,
        }.items()
    },
    **{
        f"changes.segmentation.{key}": (value, [])
        for key, value in {
            "network": "bilstm",
            "window": 0.1,
            "threshold": 0.4,
            "min_distance": 0.5,
        }.items()
    },
    **{
        f"overlap.segmentation.{key}": (value, [])
        for key, value in {
            "network": "bilstm",
            "onset": 1.5,
            "offset": 1.4,
            "min_overlap": 0.1,
        }.items()
    },
    # not used by the tiny corpus: nothing runs again
    "embedding.pyannote.model": ("x/y", []),
    "embedding.pyannote.token_variable": ("MY_TOKEN", []),
    "embedding.pyannote.device": ("cpu", []),
    "embedding.pyannote.window": (1.0, []),
    "embedding.pyannote.hop": (0.5, []),
}
# both systems share all but the clustering
ONE_SYSTEM = {"clustering.meanshift": 1, "clustering.kmeans": 1}
OF_BOTH_SYSTEMS = {"cluster_segments", "build_turns", "write_rttm", "score_recording"}


def overlay_of(key, value):
    for part in reversed(key.split(".")):
        value = {part: value}
    return value


def test_every_setting_is_in_this_list():
    known = {"on_error", "batch_size", "time_limit", "default_systems"}
    for stage in BLOCKS:
        for model in _blocks(Settings.model_fields[stage].annotation):
            fields = set(model.model_fields) - {"backend"}
            known |= {f"{stage}.{model().backend}.{field}" for field in fields}
    for block in ("segments", "scores", "report"):
        known |= {
            f"{block}.{field}" for field in type(Settings.model_fields[block].default).model_fields
        }
    assert known == set(CHANGES)


@pytest.mark.parametrize("key", CHANGES)
def test_a_changed_setting_reruns_its_stage_and_what_follows(finished, key):
    value, rules = CHANGES[key]
    systems = ONE_SYSTEM.get(key.rsplit(".", 1)[0], 2)
    expected = {
        rule: 1 if rule in OF_ALL else 2 * systems if rule in OF_BOTH_SYSTEMS else 2
        for rule in rules
    }
    assert finished.planned(overlay=overlay_of(key, value)) == expected


COLUMNS = {
    "audio": ("audio/other.wav", ["prepare_audio", "prepare_reference", "detect_speech",
                                  "detect_overlap", *CHANGES_FOUND]),
    "channel": ("1", ["prepare_audio", "prepare_reference", "detect_speech",
                      "detect_overlap", *CHANGES_FOUND]),
    "reference": ("audio/other.rttm", ["prepare_reference", "evaluate_changes", *SCORES]),
    "uem": ("audio/other.uem", ["prepare_reference", "evaluate_changes", *SCORES]),
    "num_speakers": ("3", CLUSTERS),
    "min_speakers": ("2", CLUSTERS),
    "max_speakers": ("4", CLUSTERS),
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_reruns_what_reads_it_for_that_recording_alone(finished, column):
    value, rules = COLUMNS[column]
    table = finished.folder / "tiny.tsv"
    header, first, *rest = table.read_text().split("\n")
    fields = first.split("\t")
    fields[header.split("\t").index(column)] = value
    table.write_text("\n".join([header, "\t".join(fields), *rest]))
    expected = {(rule, "" if rule in OF_ALL else "a") for rule in rules}
    assert finished.planned_recordings() == expected


CORPUS = {
    "channel": (1, ["prepare_audio", "prepare_reference", "detect_speech",
                    "detect_overlap", *CHANGES_FOUND]),
    "split": ("dev", ["report_all", "all"]),
    "systems": (["classic"], ["report_corpus", "report_all", "all"]),
}  # fmt: skip


@pytest.mark.parametrize("key", CORPUS)
def test_a_changed_key_of_a_corpus_reruns_what_depends_on_it(finished, key):
    value, rules = CORPUS[key]
    corpus = {"name": "tiny", "recordings": "tiny.tsv", "systems": ["classic", "classic-kmeans"]}
    planned = finished.planned_recordings(overlay={"corpora": [corpus | {key: value}]})
    assert planned == {
        (rule, name) for rule in rules for name in ([""] if rule in OF_ALL else ["a", "b"])
    }


@pytest.mark.parametrize("key", ["reference", "uem"])
def test_a_reference_of_the_whole_corpus_counts_where_the_row_has_none(finished, key):
    table = (finished.folder / "tiny.tsv").read_text()
    (finished.folder / "tiny.tsv").write_text(
        table.replace("audio/all.uem", "").replace("audio/b.rttm", "")
    )
    lines = [(finished.folder / f"audio/{name}.rttm").read_text() for name in "ab"]
    (finished.folder / "both.rttm").write_text("".join(lines))
    (finished.folder / "both.uem").write_text("a 1 1 5\nb 1 1 5\n")
    corpus = {"name": "tiny", "recordings": "tiny.tsv", "systems": ["classic"],
              "reference": "both.rttm", "uem": "both.uem"}  # fmt: skip
    planned = finished.planned_recordings(overlay={"corpora": [corpus]})
    assert ("prepare_reference", "b") in planned and ("detect_speech", "b") not in planned
    finished(overlay={"corpora": [corpus]})
    with open(finished.folder / f"both.{'rttm' if key == 'reference' else 'uem'}", "a") as file:
        file.write("SPEAKER a 1 0 1 <NA> <NA> z <NA> <NA>\n" if key == "reference" else "a 1 6 7\n")
    again = finished.planned_recordings(overlay={"corpora": [corpus]})
    own = {"prepare_reference", "score_recording"}
    # a line of another recording is nothing to b, and a has an RTTM of its own
    expected = {(rule, "a") for rule in own} if key == "uem" else set()
    assert {one for one in again if one[1]} == expected


def test_a_renamed_recording_runs_alone_and_the_corpus_column_selects(finished):
    table = finished.folder / "tiny.tsv"
    table.write_text(table.read_text().replace("\nb\t", "\nc\t"))
    assert {name for _, name in finished.planned_recordings()} == {"", "c"}
    rows = table.read_text().replace("\nc\t", "\nb\t").splitlines()
    marked = [f"{row}\t{mark}" for row, mark in zip(rows, ("corpus", "tiny", "other"), strict=True)]
    table.write_text("\n".join(marked) + "\n")
    assert finished.planned_recordings() == {(rule, "") for rule in OF_ALL}


def test_nothing_runs_where_nothing_changed(finished):
    assert "Nothing to be done" in finished().text


def test_a_touched_table_or_configuration_or_script_runs_nothing(finished):
    for path in ("tiny.tsv", "my.yaml"):
        os.utime(finished.folder / path)
    assert finished.planned() == {}


def test_audio_that_was_copied_anew_with_the_same_content_runs_nothing(finished):
    os.utime(finished.folder / "audio/a.wav")
    os.utime(finished.folder / "audio/a.rttm")
    assert finished.planned() == {}


def test_an_added_recording_runs_alone(finished):
    with open(finished.folder / "tiny.tsv", "a") as table:
        table.write("c\taudio/other.wav\t\t\t\t2\t\t\n")
    per_recording = {rule for rule, recording in finished.planned_recordings() if recording}
    assert {r for _, r in finished.planned_recordings()} == {"", "c"}
    assert per_recording == {
        "prepare_audio", "detect_speech", "detect_changes", "detect_overlap", "resegment",
        "embed_segments", "cluster_segments", "build_turns", "write_rttm",
    }  # fmt: skip


def test_a_removed_recording_runs_the_reports_alone(finished):
    lines = (finished.folder / "tiny.tsv").read_text().splitlines(keepends=True)
    (finished.folder / "tiny.tsv").write_text("".join(lines[:2]))
    assert set(finished.planned()) == OF_ALL


def test_an_added_system_shares_what_is_there(finished):
    system = {"speech": "webrtc", "changes": "divergence", "overlap": "none", "embedding": "dvector",
              "clustering": "mine", "turns": "join"}  # fmt: skip
    overlay = {
        "clustering": {"mine": {"backend": "kmeans", "restarts": 3}},
        "systems": {"mine": system},
        "corpora": [{"name": "tiny", "recordings": "tiny.tsv",
                     "systems": ["classic", "classic-kmeans", "mine"]}],
    }  # fmt: skip
    assert finished.planned(overlay=overlay) == {
        "cluster_segments": 2, "build_turns": 2, "write_rttm": 2, "score_recording": 2,
        "report_corpus": 1, "report_all": 1, "all": 1,
    }  # fmt: skip


def test_a_variant_with_another_backend_reruns_its_stage(finished):
    overlay = {"clustering": {"kmeans": {"backend": "meanshift"}}}
    expected = {rule: 1 if rule in OF_ALL else 2 for rule in CLUSTERS}
    assert finished.planned(overlay=overlay) == expected


def test_changed_code_reruns_the_rules_that_use_it_and_a_comment_does_not(finished, tmp_path):
    """The workflow is copied, so that its code can be edited; a copy alone re-runs nothing."""
    code = tmp_path / "code"
    ignored = shutil.ignore_patterns(".*", "results", "logs", "benchmarks", "__pycache__")
    shutil.copytree(ROOT, code, ignore=ignored)
    copied = Workflow(finished.folder, code)
    assert copied.planned() == {}

    package = code / "scripts" / "diarflow"
    regions = package / "speech" / "regions.py"
    regions.write_text("# a comment\n" + regions.read_text().replace("Stretches of", "Pieces of"))
    registry = package / "clustering" / "__init__.py"
    registry.write_text(registry.read_text() + "\nCLUSTERERS |= {}\n")
    jobs = package / "jobs.py"
    jobs.write_text(jobs.read_text() + "\n\nUNUSED = 1\n")
    assert copied.planned() == {}

    join = package / "turns" / "join.py"
    join.write_text(join.read_text().replace("/ 2\n", "/ 2.0\n"))
    assert set(copied.planned()) == set(TURNS)
    regions.write_text(regions.read_text().replace("first = last", "first = last + 0"))
    assert set(copied.planned()) == {"detect_speech", *SEGMENTS}
