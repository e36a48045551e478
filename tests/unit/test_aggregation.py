"""Inputs, provenance, resources and marks of a change of the rules over all recordings."""

import json
import os
from pathlib import Path

import pytest
from sessions import end_run, open_session, write_corpus
from snakemake.iocontainers import Wildcards

from diarflow.planning.aggregation import scaled_with_attempts
from diarflow.planning.report_content import report_content
from diarflow.runs.result_records import JobRecords, made_from

SIZES = pytest.mark.parametrize("batch_size", [1, 10])


@pytest.fixture(autouse=True)
def folder(planning_folder):
    return planning_folder


def aggregation_of(*corpora, **more):
    return open_session({"corpora": list(corpora), **more}).aggregation


def wildcards(**values):
    return Wildcards(fromdict=values)


def settings_in(provenance):
    return json.loads(provenance)["settings"]


def corpora_with_and_without_references():
    """Two corpora with recordings a and b; only in corpus `c` they have references."""
    without = write_corpus("a", "b", references=False)
    Path("c.tsv").rename("d.tsv")
    return write_corpus("a", "b"), without | {"name": "d", "recordings": "d.tsv"}


# --- reports ------------------------------------------------------------------------------------


@SIZES
def test_the_report_of_a_corpus_depends_on_its_own_scores(batch_size):
    """The job declares one score of a batch as an input; its provenance contains the paths of all scores."""
    aggregation = aggregation_of(*corpora_with_and_without_references(), batch_size=batch_size)
    scores = [f"results/c/scores/classic/{id}.parquet" for id in "ab"]
    declared = aggregation.corpus_scores(wildcards(corpus="c"))
    assert declared == scores[: 2 if batch_size == 1 else 1]
    text = aggregation.corpus_provenance(wildcards(corpus="c"))
    assert settings_in(text) == {"scores": scores}
    assert aggregation.corpus_scores(wildcards(corpus="d")) == []
    assert settings_in(aggregation.corpus_provenance(wildcards(corpus="d"))) == {"scores": []}


def test_the_report_declares_one_missing_sidecar_or_all_newer_ones():
    """Snakemake reads each declared input once for each output of the report."""
    corpus, output = write_corpus("a", "b", "c"), Path("results/report/der.csv")
    sidecars = [f"results/c/reference/{id}.json" for id in "abc"]
    rttm = [f"results/c/rttm/classic/{id}.json" for id in "abc"]
    assert aggregation_of(corpus).sidecars(str(output)) == sidecars[:1]
    for path, time in [(output, 2000), *((path, 1000) for path in sidecars + rttm)]:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).touch()
        os.utime(path, (time, time))
    assert aggregation_of(corpus).sidecars(str(output)) == sidecars[:1]
    for path in (sidecars[1], rttm[2]):
        os.utime(path, (3000, 3000))
    assert aggregation_of(corpus).sidecars(str(output)) == [sidecars[1], rttm[2], sidecars[0]]


def test_the_provenance_of_the_report_contains_what_it_shows():
    session = open_session({"corpora": [write_corpus("a")]})
    text = session.aggregation.report_provenance(wildcards())
    assert settings_in(text) == json.loads(json.dumps(report_content(session.plan)))
    assert settings_in(text)["recordings"][0]["recording"] == "a"


def test_change_detectors_are_evaluated_on_recordings_with_a_reference():
    aggregation = aggregation_of(*corpora_with_and_without_references())
    assert settings_in(aggregation.evaluation_provenance(wildcards())) == {
        "corpora": {"c": {"recordings": ["a", "b"], "changes": ["bilstm-divergence"]}}
    }


def test_the_digest_of_the_pages_changes_with_a_template(folder, monkeypatch):
    aggregation = aggregation_of(write_corpus("a"))
    Path("pages").mkdir()
    monkeypatch.setattr("diarflow.planning.provenance.PAGES", folder / "pages")
    digests = []
    for name in ("index.html.jinja", "report.css"):
        Path("pages", name).write_text(name)
        digests.append(aggregation.pages_digest(wildcards()))
    first, second = digests
    assert len(first.split()) == 1 and set(first.split()) < set(second.split())


def test_each_recording_counts_as_a_minute_for_memory_and_time():
    """report_all: 600 + 1600 MB, 10 min and 4 x 1 min per hour (planning/resources.py)."""
    aggregation = aggregation_of(write_corpus(*map(str, range(30))))
    requested = aggregation.resources("report_all")
    assert [requested[name](None, 1) for name in ("mem_mb", "runtime")] == [2200, 12]
    assert [requested[name](None, 2) for name in ("mem_mb", "runtime")] == [4400, 24]
    assert [scaled_with_attempts(4000)(None, attempt) for attempt in (1, 2, 3)] == [
        4000,
        8000,
        12_000,
    ]


# --- exports of a corpus ------------------------------------------------------------------------


def test_an_export_of_a_corpus_reads_the_rttm_of_recordings_and_the_facts_of_channels():
    aggregation = aggregation_of(write_corpus("mono", calls=["call"]) | {"exports": ["kaldi"]})
    job = wildcards(corpus="c", system="classic")
    assert aggregation.corpus_hypotheses(job) == [
        "results/c/rttm/classic/mono.rttm", "results/c/rttm/classic/call.rttm",
    ]  # fmt: skip
    assert aggregation.corpus_facts(job) == [
        f"results/c/audio/{id}.json" for id in ("mono", "call_ch1", "call_ch2")
    ]
    assert settings_in(aggregation.corpus_export_provenance("kaldi")(job)) == {
        "format": "kaldi", "corpus": "c", "system": "classic", "product": "rttm",
        "recordings": {"mono": ["mono"], "call": ["call_ch1", "call_ch2"]},
    }  # fmt: skip


def test_an_export_of_a_corpus_without_audio_reads_no_facts():
    write_corpus("a")
    corpus = {"name": "c", "recordings": "c.tsv", "systems": ["s"]}
    aggregation = aggregation_of(corpus, systems={"s": {"rttm": "all.rttm"}})
    job = wildcards(corpus="c", system="s")
    assert aggregation.corpus_facts(job) == []
    # those of an earlier run with audio may still exist
    assert settings_in(aggregation.corpus_export_provenance("kaldi")(job))["audio"] is False


# --- searches and trainings ---------------------------------------------------------------------


def search(*corpora):
    tuning = {"mine": {"system": "classic", "search": {"clustering": ["kmeans"]}}}
    return aggregation_of(*corpora, tuning=tuning)


def test_a_search_reads_the_scores_of_each_trial_on_marked_corpora():
    with_references, without = corpora_with_and_without_references()
    aggregation = search(with_references | {"split": "dev"}, without | {"split": "dev"})
    job = wildcards(tuning="mine")
    content = settings_in(aggregation.search_provenance(job))
    assert content["recordings"] == {"c": ["a", "b"], "d": []}
    names = [trial["name"] for trial in content["trials"]]
    assert [trial["values"] for trial in content["trials"]] == [
        {"clustering": "kmeans"}, {"clustering": "meanshift"},
    ]  # fmt: skip
    assert sorted(aggregation.trial_scores(job)) == sorted(
        f"results/c/scores/{name}/{id}.parquet" for name in names for id in "ab"
    )


def test_a_training_reads_the_audio_and_references_of_all_corpora_but_tests():
    """`validation` contains corpus d. A recording without a reference is no example."""
    first, second = corpora_with_and_without_references()
    corpora = [
        first | {"split": "dev"},
        first | {"name": "d", "split": "dev"},
        first | {"name": "test", "split": "test"},
        second | {"name": "without", "split": "dev"},
    ]
    aggregation = aggregation_of(*corpora, training={"bilstm": {"validation": ["d"], "epochs": 3}})
    job = wildcards(training="bilstm")
    assert aggregation.training_audio(job) == [
        f"results/{corpus}/audio/{id}.wav" for corpus in "cd" for id in "ab"
    ]
    assert aggregation.training_references(job) == [
        f"results/{corpus}/reference/{id}.rttm" for corpus in "cd" for id in "ab"
    ]
    examples = settings_in(aggregation.training_set_provenance(job))["examples"]
    assert [(example["corpus"], example["validation"]) for example in examples] == [
        ("c", False), ("c", False), ("d", True), ("d", True),
    ]  # fmt: skip
    assert settings_in(aggregation.training_provenance(job))["epochs"] == 3


def test_the_provenance_of_a_plda_contains_its_embedding_and_the_files_of_its_speakers():
    for number in (1, 2):
        Path(f"speakers/{number}").mkdir(parents=True)
        Path(f"speakers/{number}/a.wav").touch()
    plda = {"mine": {"embedding": "dvector", "speakers": "speakers"}}
    session = open_session({"corpora": [write_corpus("a")], "plda": plda})
    text = session.aggregation.plda_provenance(wildcards(plda="mine"))
    assert settings_in(text)["variant"] == session.settings.embedding["dvector"].model_dump()
    Path("speakers/2/b.wav").touch()
    again = open_session({"corpora": [write_corpus("a")], "plda": plda})
    assert again.aggregation.plda_provenance(wildcards(plda="mine")) != text


# --- marks of a change --------------------------------------------------------------------------


def test_a_job_over_all_recordings_has_a_mark_if_its_provenance_or_a_file_has_changed():
    corpus = write_corpus("a")

    def mark(provenance="settings"):
        aggregation = aggregation_of(corpus)
        changed = aggregation.changed("logs/{corpus}/report_corpus.log", lambda job: provenance)
        files = changed(wildcards(corpus="c"))
        end_run()
        return files

    assert mark() == []
    Path("results/c/der.csv").write_text("corpus\n")
    records = JobRecords("logs/c/report_corpus.log", "report_corpus")
    records.end({"results/c/der.csv": made_from("settings")})
    assert mark() == []
    marked = [".snakemake/result-differs-from-its-record"]
    assert mark("other settings") == marked
    Path("results/c/der.csv").write_text("edited\n")
    assert mark() == marked


def test_the_process_of_a_job_has_no_mark():
    aggregation = open_session({"corpora": [write_corpus("a")]}, is_main_process=False).aggregation
    changed = aggregation.changed("logs/{corpus}/report_corpus.log", lambda job: "settings")
    assert changed(wildcards(corpus="c")) == []
