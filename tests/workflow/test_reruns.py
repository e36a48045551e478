"""Re-runs: after a change, exactly the rules and recordings that depend on it run again.

`tests/unit/test_provenance.py` covers every setting of every backend without starting Snakemake.
"""

import os
import shutil
import time

import pytest
from conftest import ROOT
from workflow_runs import BATCHES, Workflow

SCORES = ["score_recording", "report_corpus", "report_all", "all"]
TURNS = ["build_turns", "write_rttm", *SCORES]
CLUSTERS = ["cluster_segments", *TURNS]
EMBEDDINGS = ["embed_segments", *CLUSTERS]
SEGMENTS = ["resegment", *EMBEDDINGS]
CHANGES = ["detect_changes", "evaluate_changes", *SEGMENTS]
AGGREGATING = {"report_corpus", "evaluate_changes", "report_all", "all"}

# a setting of each rule, another value, and the rules that run again
RERUNS = {
    "speech.webrtc.padding": (0.1, ["detect_speech", *SEGMENTS]),
    "changes.divergence.threshold": (0.7, CHANGES),
    "segments.min_duration": (0.4, SEGMENTS),
    "embedding.dvector.hop": (0.4, EMBEDDINGS),
    "clustering.meanshift.bandwidth": (0.7, CLUSTERS),
    "clustering.kmeans.n_init": (5, CLUSTERS),
    "turns.join.max_gap": (0.7, TURNS),
    "scores.collar_each_side": (0.5, SCORES),
    "report.audio": ("embedded", ["report_all", "all"]),
}
# both systems share all but the clustering
OF_ONE_SYSTEM = {"clustering.meanshift", "clustering.kmeans"}
OF_BOTH_SYSTEMS = {"cluster_segments", "build_turns", "write_rttm", "score_recording"}


def overlay_of(key, value):
    for part in reversed(key.split(".")):
        value = {part: value}
    return value


@pytest.mark.parametrize("key", RERUNS)
def test_a_changed_setting_reruns_its_stage_and_what_follows(finished, key):
    value, rules = RERUNS[key]
    systems = 1 if key.rpartition(".")[0] in OF_ONE_SYSTEM else 2
    expected = {
        rule: 1 if rule in AGGREGATING else 2 * systems if rule in OF_BOTH_SYSTEMS else 2
        for rule in rules
    }
    assert finished.planned(overlay=overlay_of(key, value)) == expected


def test_settings_that_change_no_result_rerun_nothing(finished):
    overlay = {
        "on_error": "accept",
        "batch_size": 2,
        "time_limit": 600.0,
        "default_systems": ["classic-kmeans"],
        "changes": {"bilstm": {"threshold": 0.6}},  # of a variant that no system here uses
    }
    assert finished.planned(overlay=overlay) == {}


AUDIO = ["prepare_audio", "prepare_reference", "detect_speech", "detect_overlap", *CHANGES]
REFERENCE = ["prepare_reference", "evaluate_changes", *SCORES]
# columns with another value, and the rules that run again; each dry run changes a and b
COLUMNS = {
    "audio": ("audio/other.wav", AUDIO),
    "reference": ("audio/other.rttm", REFERENCE),
    "channel": ("1", AUDIO),
    "uem": ("audio/other.uem", REFERENCE),
    "num_speakers": ("3", CLUSTERS),
    "min_speakers": ("2", CLUSTERS),
    "max_speakers": ("4", CLUSTERS),
}


@pytest.mark.parametrize(
    "columns",
    [
        ("audio", "reference"), ("channel", "uem"), ("num_speakers", "min_speakers"),
        ("max_speakers",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_changed_column_reruns_its_readers_for_that_recording_only(finished, columns):
    table = finished.folder / "tiny.tsv"
    header, *rows = (line.split("\t") for line in table.read_text().splitlines())
    expected = set()
    for row, column in zip(rows, columns, strict=False):
        value, rules = COLUMNS[column]
        row[header.index(column)] = value
        expected |= {(rule, "" if rule in AGGREGATING else row[0]) for rule in rules}
    table.write_text("".join("\t".join(row) + "\n" for row in (header, *rows)))
    assert finished.planned_recordings() == expected


CORPUS = {
    "channel": (1, AUDIO),
    "split": ("dev", ["report_all", "all"]),
    "systems": (["classic"], ["report_corpus", "report_all", "all"]),
}


@pytest.mark.parametrize("key", CORPUS)
def test_a_changed_key_of_a_corpus_reruns_what_depends_on_it(finished, key):
    value, rules = CORPUS[key]
    corpus = {"name": "tiny", "recordings": "tiny.tsv", "systems": ["classic", "classic-kmeans"]}
    planned = finished.planned_recordings(overlay={"corpora": [corpus | {key: value}]})
    assert planned == {
        (rule, name) for rule in rules for name in ([""] if rule in AGGREGATING else ["a", "b"])
    }


@pytest.mark.slow
def test_a_reference_and_uem_of_the_corpus_are_used_if_the_row_has_none(finished):
    table = (finished.folder / "tiny.tsv").read_text()
    (finished.folder / "tiny.tsv").write_text(
        table.replace("audio/all.uem", "").replace("audio/b.rttm", "")
    )
    lines = [(finished.folder / f"audio/{name}.rttm").read_text() for name in "ab"]
    (finished.folder / "both.rttm").write_text("".join(lines))
    (finished.folder / "both.uem").write_text("a 1 1 5\nb 1 1 5\n")
    corpus = {"name": "tiny", "recordings": "tiny.tsv", "systems": ["classic"],
              "reference": "both.rttm", "uem": "both.uem"}  # fmt: skip
    done = finished("results/tiny/der.csv", overlay=BATCHES | {"corpora": [corpus]})
    assert done.jobs == {"prepare_reference": 1, "score_recording": 1, "report_corpus": 1}

    def add(path, line):
        with open(finished.folder / path, "a") as file:
            file.write(line)
        planned = finished.planned_recordings(overlay={"corpora": [corpus]})
        return {(rule, id) for rule, id in planned if id}

    # neither line concerns b, and a has a reference in the table
    assert add("both.rttm", "SPEAKER a 1 0 1 <NA> <NA> z <NA> <NA>\n") == set()
    assert add("both.uem", "a 1 6 7\n") == {("prepare_reference", "a"), ("score_recording", "a")}


def test_a_renamed_recording_runs_only_its_own_jobs_and_the_corpus_column_selects(finished):
    table = finished.folder / "tiny.tsv"
    table.write_text(table.read_text().replace("\nb\t", "\nc\t"))
    assert {name for _, name in finished.planned_recordings()} == {"", "c"}
    rows = table.read_text().replace("\nc\t", "\nb\t").splitlines()
    marked = [f"{row}\t{mark}" for row, mark in zip(rows, ("corpus", "tiny", "other"), strict=True)]
    table.write_text("\n".join(marked) + "\n")
    assert finished.planned_recordings() == {(rule, "") for rule in AGGREGATING}


@pytest.mark.parametrize("days", [-1000, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_replaced_source_is_prepared_again_whatever_its_time(finished, days):
    audio = finished.folder / "audio/a.wav"
    shutil.copy(finished.folder / "audio/b.wav", audio)
    seconds = time.time() + days * 86_400
    os.utime(audio, (seconds, seconds))
    assert finished("audio").jobs == {"prepare_audio": 1, "audio": 1}
    prepared = [finished.folder / f"results/tiny/audio/{id}.wav" for id in "ab"]
    assert prepared[0].read_bytes() == prepared[1].read_bytes()
    assert finished.planned("audio") == {}


def test_files_with_new_times_and_the_same_content_rerun_nothing(finished):
    for path in ("tiny.tsv", "my.yaml", "audio/a.wav", "audio/a.rttm"):
        os.utime(finished.folder / path)
    assert "Nothing to be done" in finished().text


def test_an_added_recording_runs_only_its_own_jobs(finished):
    with open(finished.folder / "tiny.tsv", "a") as table:
        table.write("c\taudio/other.wav\t\t\t\t2\t\t\n")
    planned = finished.planned_recordings()
    assert {recording for _, recording in planned} == {"", "c"}
    assert {rule for rule, recording in planned if recording} == {
        "prepare_audio", "detect_speech", "detect_changes", "detect_overlap", "resegment",
        "embed_segments", "cluster_segments", "build_turns", "write_rttm",
    }  # fmt: skip


def test_a_removed_recording_reruns_only_the_reports(finished):
    lines = (finished.folder / "tiny.tsv").read_text().splitlines(keepends=True)
    (finished.folder / "tiny.tsv").write_text("".join(lines[:2]))
    assert set(finished.planned()) == AGGREGATING


def test_an_added_system_shares_existing_results(finished):
    system = {"speech": "webrtc", "changes": "divergence", "overlap": "none", "embedding": "dvector",
              "clustering": "mine", "turns": "join"}  # fmt: skip
    overlay = {
        "clustering": {"mine": {"backend": "kmeans", "n_init": 3}},
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
    expected = {rule: 1 if rule in AGGREGATING else 2 for rule in CLUSTERS}
    assert finished.planned(overlay=overlay) == expected


def test_changed_code_reruns_its_rules_and_a_comment_or_a_moved_module_does_not(finished, tmp_path):
    """The test edits a copy of the workflow."""
    code = tmp_path / "code"
    ignored = shutil.ignore_patterns(".*", "results", "logs", "__pycache__")
    shutil.copytree(ROOT, code, ignore=ignored)
    copied = Workflow(finished.folder, code)
    package = code / "scripts" / "diarflow"
    webrtc = package / "speech" / "webrtc.py"
    webrtc.write_text("# a comment\n" + webrtc.read_text())
    registry = package / "clustering" / "__init__.py"
    registry.write_text(registry.read_text() + "\nCLUSTERERS |= {}\n")
    job = package / "runs" / "job.py"
    job.write_text(job.read_text() + "\n\nUNUSED = 1\n")
    (package / "timeline" / "intervals.py").rename(package / "timeline" / "spans.py")
    for path in [*package.rglob("*.py"), *(code / "scripts").glob("*.py")]:
        path.write_text(path.read_text().replace("timeline.intervals", "timeline.spans"))
    assert copied.planned() == {}

    join = package / "turns" / "join.py"
    join.write_text(join.read_text().replace("/ 2\n", "/ 2.0\n"))
    assert set(copied.planned()) == set(TURNS)
    webrtc.write_text(webrtc.read_text() + "\n\nUNUSED = 1\n")
    assert set(copied.planned()) == {"detect_speech", *SEGMENTS}
