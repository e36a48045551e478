"""Session of a run: its messages, what it writes, and the batches that a process yields."""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sessions import open_session, write_corpus
from test_settings import settings

from diarflow.backends import PACKAGE
from diarflow.errors import InputError
from diarflow.planning import session as module
from diarflow.planning.corpus_reader import CorpusNeeds
from diarflow.planning.session import check_package, check_storage, corpus_needs
from diarflow.progress import context


@pytest.fixture(autouse=True)
def folder(planning_folder):
    return planning_folder


def message(overlay, **options):
    with pytest.raises(InputError) as error:
        open_session(overlay, **options)
    return str(error.value)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            {"tuning": {"mine": {"system": "classic", "search": {"clustering": ["x"]}}}},
            "my.yaml:9: tuning.mine.search.clustering is x, expected variants of clustering: ",
        ),
        (
            {"networks": {"bilstm": {"model": "missing.onnx"}}},
            "my.yaml:8: networks.bilstm.model is missing.onnx: no such file",
        ),
    ],
    ids=["search", "model"],
)
def test_a_mistake_that_settings_alone_do_not_show_has_its_file_and_line(more, expected):
    assert message({"corpora": [write_corpus("a")], **more}).startswith(expected)


def test_a_model_of_another_kind_has_its_file_and_line():
    Path("mine.onnx").write_bytes(b"no model")
    text = message({"corpora": [write_corpus("a")], "networks": {"bilstm": {"model": "mine.onnx"}}})
    assert text.startswith("my.yaml:8: networks.bilstm.model is mine.onnx")


def test_only_the_process_that_plans_reads_models():
    """A job would read them again for each batch."""
    Path("mine.onnx").write_bytes(b"no model")
    overlay = {"corpora": [write_corpus("a")], "networks": {"bilstm": {"model": "mine.onnx"}}}
    assert open_session(overlay, is_main_process=False).plan.ids("c") == ["a"]


def test_packages_are_only_checked_without_environments_of_their_own(monkeypatch):
    checked = []
    monkeypatch.setattr(module, "check_installed", checked.append)
    overlay = {"corpora": [write_corpus("a")]}
    open_session(overlay, uses_conda=True)
    assert checked == []
    session = open_session(overlay)
    assert checked == [session.plan]


def test_an_overlay_that_a_loader_misreads_is_refused():
    """`check_file` finds it, before the values of the overlay are read."""
    Path("other.yaml").write_text("a: 1\na: 2\n")
    made = open_session({"corpora": [write_corpus("a")]})._workflow
    made.overwrite_configfiles.append(Path("other.yaml"))
    with pytest.raises(InputError, match=r"other.yaml:2: the key a is repeated"):
        module.Session(made, {})


def test_a_session_describes_its_plan_to_the_logger_and_writes_nothing():
    corpus = write_corpus("mono", calls=["call"])
    before = {path: path.stat().st_mtime_ns for path in Path().iterdir()}
    open_session({"corpora": [corpus], "systems": {"other": {"rttm": "all.rttm"}}})
    assert context.current.recordings == 2 and list(context.current.failures()) == []
    written = {Path(name) for name in ("my.yaml", ".snakemake")}  # by the helper of the tests
    assert {
        path: path.stat().st_mtime_ns for path in Path().iterdir() if path not in written
    } == before
    assert list(Path(".snakemake").iterdir()) == []


def test_the_session_of_a_job_neither_warns_nor_describes_its_plan():
    Path("all.rttm").write_text("")
    overlay = {"corpora": [write_corpus("a") | {"exports": ["ctm"]}]}
    assert open_session(overlay, is_main_process=False).warnings == []
    assert context.current.recordings == 0
    assert len(open_session(overlay).warnings) == 1


def test_words_that_are_exported_without_transcripts_give_a_warning():
    without = write_corpus("a") | {"exports": ["ctm", "srt"]}
    Path("transcripts").mkdir()
    Path("transcripts/a.json").write_text('[{"word": "yes", "start": 1.0, "end": 1.5}]')
    with_words = without | {"name": "d", "transcript": "transcripts"}
    assert open_session({"corpora": [without, with_words]}).warnings == [
        "corpus c: exports: ctm contains words, but the corpus has no transcript; the files are empty"
    ]


def test_a_missing_logger_gives_a_warning(monkeypatch):
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    (warning,) = open_session({"corpora": [write_corpus("a")]}).warnings
    assert warning.startswith("the logger plugin is not installed, so there is no live table")


def test_a_job_yields_only_the_batches_that_its_command_line_names(monkeypatch):
    """Snakemake starts a job with `--target-jobs RULE:WILDCARDS`."""
    overlay = {"corpora": [write_corpus("a"), write_corpus("a") | {"name": "d"}], "batch_size": 10}
    names = [batch.name for batch in open_session(overlay).batches("prepare_audio")]
    assert names == ["prepare_audio-c-1-of-1", "prepare_audio-d-1-of-1"]
    assert context.current.batches["prepare_audio-d-1-of-1"] == ("d", ["a"])
    monkeypatch.setattr(sys, "argv", ["snakemake", "--target-jobs", "prepare_audio-d-1-of-1:"])
    job = open_session(overlay, is_main_process=False)
    assert [batch.name for batch in job.batches("prepare_audio")] == ["prepare_audio-d-1-of-1"]
    assert list(job.batches("prepare_reference")) == []


def test_a_corpus_needs_what_its_systems_read():
    chosen = settings(
        {
            "systems": {"other": {"rttm": "other.rttm"}},
            "corpora": [
                {"name": "both", "recordings": "c.tsv", "systems": ["classic", "other"]},
                {"name": "imported", "recordings": "c.tsv", "systems": ["other"]},
            ],
        }
    )
    rttm = (("other", "other.rttm"),)
    assert corpus_needs(chosen) == {
        "both": CorpusNeeds(True, rttm), "imported": CorpusNeeds(False, rttm),
    }  # fmt: skip


# --- the checkout -------------------------------------------------------------------------------


def test_the_package_of_the_same_checkout_or_of_a_wheel_is_accepted(folder):
    check_package(str(PACKAGE.parent))
    os.symlink(PACKAGE.parent, "link")
    check_package("link")
    check_package(str(folder))  # the scripts of a wheel lie beside no package


def test_the_package_of_another_checkout_is_refused(folder):
    Path("scripts/diarflow").mkdir(parents=True)
    with pytest.raises(InputError) as error:
        check_package("scripts")
    assert str(error.value) == (
        f"the package diarflow is imported from {PACKAGE}, expected it in {folder}, the folder of the Snakefile: "
        "run pip install -e . there, or uninstall diarflow"
    )


@pytest.mark.parametrize("name", ["{mine}", "mine}"])
def test_braces_in_the_path_of_the_checkout_are_refused(folder, name):
    with pytest.raises(InputError) as error:
        check_package(str(folder / name / "scripts"))
    assert str(error.value) == (
        f"the path of the checkout is {folder / name}, expected a path without braces, such as a link to it"
    )


def test_a_storage_for_all_files_is_refused():
    check_storage(SimpleNamespace(default_storage_provider=None))
    with pytest.raises(InputError, match="default-storage-provider is fs, expected none"):
        check_storage(SimpleNamespace(default_storage_provider="fs"))
