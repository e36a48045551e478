"""Log, resources, environment, provenance and mark of a change of a rule's jobs."""

import json
import os
import re
from pathlib import Path

import pytest
from conftest import ROOT
from sessions import end_run, evaluated, job_of, open_session, write_corpus

from diarflow.runs.result_records import JobRecords, made_from

SPEECH = "results/{corpus}/speech/{speech}/{recording}.parquet"
RTTM = "results/{corpus}/rttm/{system}/{recording}.rttm"
SIZES = pytest.mark.parametrize("batch_size", [1, 10])


def of_corpus(*ids, batch_size=1, **options):
    corpus = write_corpus(*ids) | options
    return open_session({"corpora": [corpus], "batch_size": batch_size})


@pytest.mark.parametrize(
    ("rule", "values", "single", "of_batch"),
    [
        ("prepare_audio", {}, "logs/{corpus}/prepare_audio/{recording}.log",
         "logs/c/prepare_audio/batch-1-of-1.log"),
        ("detect_speech", {"speech": "webrtc"}, "logs/{corpus}/detect_speech/{speech}/{recording}.log",
         "logs/c/detect_speech/webrtc/batch-1-of-1.log"),
        ("export_srt", {"system": "classic"}, "logs/{corpus}/export_srt/{system}/{recording}.log",
         "logs/c/export_srt/classic/batch-1-of-1.log"),
    ],
)  # fmt: skip
def test_the_log_has_the_path_of_rule_variant_and_recording_or_batch(
    planning_folder, rule, values, single, of_batch
):
    for size, expected in ((1, single), (10, of_batch)):
        session = of_corpus("a", batch_size=size, exports=["srt"])
        assert job_of(session, rule, "a", corpus="c", **values)[0].log() == expected


def test_a_job_requests_memory_for_its_longest_recording_and_time_for_all(planning_folder):
    """detect_speech: 600 + 300 MB and 100 MB per hour; 10 min and 4 x 1 min per hour (planning/resources.py)."""
    requests = {}
    for size in (1, 10):
        session = of_corpus("a", "b", batch_size=size)
        for id in "ab":  # sources of 1 h: 32 kB per second
            with open(f"{id}.wav", "r+b") as file:
                file.truncate(44 + 3600 * 32_000)
                for place, value in ((4, 36 + 3600 * 32_000), (40, 3600 * 32_000)):
                    file.seek(place)
                    file.write(value.to_bytes(4, "little"))
        batch, wildcards = job_of(session, "detect_speech", "a", corpus="c", speech="webrtc")
        requested = batch.resources()
        requests[size] = [
            (requested["mem_mb"](wildcards, attempt), requested["runtime"](wildcards, attempt))
            for attempt in (1, 2)
        ]
        assert requested["attempt"](wildcards, 3) == 3
    assert requests == {1: [(1000, 14), (2000, 28)], 10: [(1000, 18), (2000, 36)]}


def test_the_resources_of_a_call_count_all_of_its_channels(planning_folder):
    corpus = write_corpus(calls=["call"])
    session = open_session({"corpora": [corpus]})
    batch, wildcards = job_of(session, "score_recording", "call", corpus="c", system="classic")
    Path("call.wav").unlink()  # then each channel counts 600 s: 10 + 4 x 1200 / 3600 = 11.3 min
    assert batch.resources()["runtime"](wildcards, 1) == 11


@SIZES
@pytest.mark.parametrize(("embedding", "name"), [("dvector", "audio"), ("pyannote", "pyannote")])
def test_the_environment_is_that_of_the_backend(planning_folder, batch_size, embedding, name):
    stages = {"speech": "webrtc", "changes": "none", "overlap": "none", "embedding": embedding}
    system = stages | {"clustering": "kmeans", "turns": "join"}
    corpus = write_corpus("a") | {"systems": ["mine"]}
    overlay = {"corpora": [corpus], "systems": {"mine": system}, "batch_size": batch_size}
    session = open_session(overlay, uses_conda=True)
    batch, wildcards = job_of(session, "embed_segments", "a", corpus="c", **stages)
    assert evaluated(batch.environment(), wildcards) == [f"../../envs/{name}.yaml"]


def test_a_rule_is_light_if_none_of_its_variants_reads_audio(planning_folder):
    """With jobs of one recording, a rule has all variants of the corpora; with batches it has one."""
    both = {"systems": ["best", "classic"]}
    (single,) = of_corpus("a", **both).batches("detect_changes")
    assert not single.is_light()
    batches = of_corpus("a", batch_size=10, **both).batches("detect_changes")
    assert {batch.values["changes"]: batch.is_light() for batch in batches} == {
        "none": True, "bilstm-divergence": False,
    }  # fmt: skip
    (single,) = of_corpus("a", systems=["best"]).batches("detect_changes")
    assert single.is_light()


@SIZES
def test_the_provenance_contains_the_settings_of_the_variant(planning_folder, batch_size):
    session = of_corpus("a", batch_size=batch_size)
    batch, wildcards = job_of(session, "detect_speech", "a", corpus="c", speech="webrtc")
    settings = json.loads(batch.provenance()(wildcards))["settings"]
    assert settings == session.settings.speech["webrtc"].model_dump()
    batch, wildcards = job_of(session, "build_turns", "a", corpus="c", system="classic")
    settings = json.loads(batch.provenance()(wildcards))["settings"]
    assert settings == session.settings.turns["join"].model_dump()  # the turns of `classic`


@SIZES
def test_the_provenance_of_a_rule_without_backends_contains_its_own_settings(
    planning_folder, batch_size
):
    session = of_corpus("a", batch_size=batch_size, exports=["srt"])
    batch, wildcards = job_of(session, "score_recording", "a", corpus="c", system="classic")
    text = json.loads(batch.provenance("numpy", collar=0.25)(wildcards))
    assert text["settings"] == {"collar": 0.25} and set(text["versions"]) == {"numpy"}
    batch, wildcards = job_of(session, "export_srt", "a", corpus="c", system="classic")
    text = json.loads(batch.export_provenance("export_recording")(wildcards))
    assert text["settings"] == {"format": "srt"}


@SIZES
def test_the_provenance_contains_which_files_the_options_of_the_corpus_add(
    planning_folder, batch_size
):
    """The path of an export is the same with and without them, and a file that is read no more is no newer input."""
    Path("a.json").write_text("[]")
    found = {}
    for name, options in {
        "none": {},
        "words": {"transcript": "a.json"},
        "people": {"link": True, "systems": ["best"]},
    }.items():
        session = of_corpus("a", batch_size=batch_size, exports=["json"], **options)
        (system,) = session.plan.systems["c"]
        batch, wildcards = job_of(session, "export_json", "a", corpus="c", system=system)
        batch.inputs_of_hypotheses(RTTM, linked="results/{corpus}/linked/{system}/{recording}.rttm")
        batch.inputs_if_transcripts("results/{corpus}/words/{system}/{recording}.parquet")
        batch.inputs_if_confident("results/{corpus}/confidence/{system}/{recording}.parquet")
        provenance = batch.export_provenance("export_recording")
        found[name] = json.loads(provenance(wildcards)).get("options")
        end_run()
    assert found == {"none": None, "words": ["words"], "people": ["people"]}


@SIZES
def test_the_provenance_of_a_simulation_does_not_contain_the_number_of_conversations(
    planning_folder, batch_size
):
    """More conversations simulate none of the present ones again."""
    Path("speakers/x").mkdir(parents=True)
    Path("speakers/x/1.wav").touch()
    texts = set()
    for count in (1, 2):
        simulate = {"speakers": "speakers", "conversations": count, "duration": 30.0}
        corpus = {"name": "c", "simulate": simulate}
        session = open_session({"corpora": [corpus], "batch_size": batch_size})
        id, *_ = session.plan.ids("c")
        batch, wildcards = job_of(session, "simulate_conversations", id, corpus="c")
        texts.add(batch.simulation_provenance()(wildcards))
        # 30 s each: 10 + 4 x 10 min x count x 30 / 3600
        assert batch.resources()["runtime"](wildcards, 1) == round(
            10 + (count if batch_size > 1 else 1) / 3
        )
    assert [json.loads(text)["settings"]["duration"] for text in texts] == [30.0]


# --- marks of a change --------------------------------------------------------------------------


def changed_job(batch_size, recordings="ab", **options):
    """Return the mark of a change of the job on recording `a`, and what its results are made from now."""
    session = of_corpus(*recordings, batch_size=batch_size, **options)
    batch, wildcards = job_of(session, "detect_speech", "a", corpus="c", speech="webrtc")
    batch.outputs(SPEECH)
    changed = batch.changed()
    origin = made_from(batch.provenance()(wildcards))
    mark = evaluated(changed, wildcards)
    end_run()
    return mark, origin


def write_results(origin, recordings="ab"):
    """Write the results of the job and their records."""
    records = JobRecords("logs/c/detect_speech/webrtc/batch-1-of-1.log", "detect_speech")
    paths = [f"results/c/speech/webrtc/{id}.parquet" for id in recordings]
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(path)
    records.end(dict.fromkeys(paths, origin))


@SIZES
def test_a_job_without_records_has_no_mark(planning_folder, batch_size):
    assert changed_job(batch_size)[0] == []


@SIZES
def test_a_job_has_a_mark_if_a_result_or_its_provenance_has_changed(planning_folder, batch_size):
    _, origin = changed_job(batch_size)
    write_results(origin)
    assert changed_job(batch_size)[0] == []
    os.truncate("results/c/speech/webrtc/a.parquet", 3)
    assert changed_job(batch_size)[0] == [".snakemake/result-differs-from-its-record"]
    write_results("0123456789ab")
    assert changed_job(batch_size)[0] == [".snakemake/result-differs-from-its-record"]


def test_a_batch_without_provenance_has_no_mark(planning_folder):
    batch, wildcards = job_of(of_corpus("a"), "detect_speech", "a", corpus="c", speech="webrtc")
    batch.outputs(SPEECH)
    assert batch.changed()(wildcards) == []


@SIZES
def test_a_job_has_a_mark_if_the_row_that_it_reads_has_changed(planning_folder, batch_size):
    """Records contain the digest of the row. `import_rttm` reads the row of the imported lines."""

    def mark():
        corpus = {"name": "c", "recordings": "c.tsv", "systems": ["s"]}
        overlay = {"corpora": [corpus], "systems": {"s": {"rttm": "all.rttm"}}}
        session = open_session(overlay | {"batch_size": batch_size})
        batch, wildcards = job_of(session, "import_rttm", "a", corpus="c", system="s")
        changed = batch.changed()
        plan = batch.plan_file()
        batch.outputs("results/{corpus}/rttm/{system}/{recording}.rttm")
        provenance = batch.provenance()(wildcards)
        digest = session.folder.row_digest("c", "rttm/s", "a")
        mark = evaluated(changed, wildcards)
        evaluated(plan, wildcards)
        end_run()
        return mark, made_from(provenance, digest)

    write_corpus("a")
    mark()
    _, origin = mark()
    path = "results/c/rttm/s/a.rttm"
    Path(path).parent.mkdir(parents=True)
    Path(path).touch()
    JobRecords("logs/x.log", "import_rttm").end({path: origin})
    assert mark()[0] == []
    Path("all.rttm").write_text("SPEAKER a 1 3.0 2.0 <NA> <NA> x <NA> <NA>\n")
    assert mark()[0] == [".snakemake/result-differs-from-its-record"]


def test_every_rule_over_batches_gets_the_ids_of_a_compact_plan():
    for path in (ROOT / "workflow/rules").glob("*.smk"):
        for block in re.split(r"^ *for batch in batches\(", path.read_text(), flags=re.M)[1:]:
            is_compact = not block.startswith('"simulate_conversations"')
            assert ("recordings=batch.members()" in block) == is_compact, (path, block[:40])
