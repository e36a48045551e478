"""Files that `keep` removes: disk use during and after a run, and what runs again without them."""

import hashlib
import os
import shutil
import signal
import time
from pathlib import Path

import psutil
import pytest
import yaml
from workflow_runs import BATCHES, Workflow, build_once, copied, write_tiny_corpus

SINGLE = {"batch_size": 1}
SIZES = {"single": SINGLE, "batches": BATCHES, "compact": BATCHES | {"compact_plan": True}}
# large files, and with `rttm` also the tables of the stages
REMOVED = {
    "results": ["audio/*.wav", "activations", "embeddings"],
    "rttm": ["audio/*.wav", "activations", "embeddings", "speech", "candidates", "changes", "overlap",
             "segments", "clusters", "turns"],
}  # fmt: skip
SCORES = ["score_recording", "report_corpus", "report_all", "all"]
NEW_CLUSTERS = {"clustering": {"kmeans": {"n_init": 5}}}


@pytest.fixture(
    scope="module", params=["results-single", "results-batches", "rttm-batches", "rttm-compact"]
)
def built(request, tmp_path_factory):
    keep, _, size = request.param.partition("-")

    def build(folder):
        write_tiny_corpus(folder, "classic", "classic-kmeans", changes="divergence")
        settings = yaml.safe_load((folder / "my.yaml").read_text()) | {"keep": keep}
        settings |= SIZES[size]
        (folder / "my.yaml").write_text(yaml.safe_dump(settings))
        Workflow(folder)()

    return build_once(tmp_path_factory, f"kept-{request.param}", build)


@pytest.fixture
def run(built, tmp_path):
    return copied(built, tmp_path)


@pytest.fixture
def keep(built):
    return yaml.safe_load((built / "my.yaml").read_text())["keep"]


def existing(run, keep):
    corpus = run.folder / "results/tiny"
    return [
        path
        for pattern in REMOVED[keep]
        for place in corpus.glob(pattern)
        for path in ([place] if place.is_file() else place.rglob("*"))
        if path.is_file()
    ]


def scores(folder):
    files = [folder / "results/tiny/der.csv", *sorted((folder / "results/tiny/rttm").rglob("*"))]
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.is_file()]


def test_the_results_are_the_same_and_the_other_files_are_gone(run, keep, _finished):
    assert scores(run.folder) == scores(_finished)
    assert existing(run, keep) == []
    assert {path.name for path in (run.folder / "results/tiny/audio").iterdir()} == {"a.json", "b.json"}  # fmt: skip
    page = (run.folder / "results/report/recordings/tiny/a.html").read_text()
    assert "The audio was removed after its last use." in page and "<audio" not in page


def test_a_second_run_has_no_jobs(run):
    assert run.planned() == {} and run().jobs == {}


def test_another_batch_size_runs_nothing(run):
    """The recordings were processed one after the other, so that each has other times."""
    is_batched = "batch_size: 10" in (run.folder / "my.yaml").read_text()
    assert run.planned(overlay=SINGLE if is_batched else BATCHES) == {}


def test_a_changed_setting_makes_only_what_its_system_reads(run, keep):
    size = 1 if "batch_size: 10" in (run.folder / "my.yaml").read_text() else 2
    jobs = run(overlay=NEW_CLUSTERS).jobs
    again = ["prepare_audio", "embed_segments", "cluster_segments", "build_turns", "write_rttm"]
    if keep == "rttm":
        again += ["detect_speech", "detect_changes", "detect_overlap", "resegment"]
    expected = dict.fromkeys([*again, "score_recording"], size)
    assert jobs == expected | {"report_corpus": 1, "report_all": 1, "all": 1}
    assert existing(run, keep) == []
    assert run.planned(overlay=NEW_CLUSTERS) == {}


def test_an_added_system_runs_nothing_of_the_others(run, keep):
    settings = yaml.safe_load((run.folder / "my.yaml").read_text())
    settings["corpora"][0]["systems"].append("classic-divergence")
    settings["systems"]["classic-divergence"] = {"changes": "none"}
    jobs = run(overlay=settings).jobs
    per_recording = jobs["prepare_audio"]
    assert jobs["write_rttm"] == jobs["cluster_segments"] == per_recording
    assert existing(run, keep) == [] and run.planned(overlay=settings) == {}


def test_an_added_recording_runs_alone(run, keep):
    table = run.folder / "tiny.tsv"
    table.write_text(table.read_text() + "c\taudio/other.wav\t\t\t\t\t\t\n")
    batched = "batch_size: 10" in (run.folder / "my.yaml").read_text()
    jobs = run().jobs
    assert jobs["prepare_audio"] == jobs["detect_speech"] == jobs["embed_segments"] == 1
    assert jobs["write_rttm"] == 2 or batched  # systems
    assert existing(run, keep) == [] and run.planned() == {}


def test_a_changed_file_of_a_recording_runs_it_again(run, keep):
    content = (run.folder / "audio/b.wav").read_bytes()
    (run.folder / "audio/a.wav").write_bytes(content)
    before = scores(run.folder)
    jobs = run().jobs
    assert jobs["prepare_audio"] == 1 and jobs["detect_speech"] == 1 and jobs["report_all"] == 1
    assert scores(run.folder) != before and run.planned() == {}


def test_a_run_for_one_product_keeps_the_record_of_a_change(run):
    """The audio is new and removed again, before the other jobs that read it have run."""
    content = (run.folder / "audio/b.wav").read_bytes()
    (run.folder / "audio/a.wav").write_bytes(content)
    assert "embed_segments" not in run("speech").jobs
    jobs = run.planned()
    assert jobs["detect_changes"] == jobs["embed_segments"] == 1 and jobs["write_rttm"] == 2
    run()
    assert run.planned() == {}


def test_requested_audio_remains(run):
    run("audio")
    names = {path.name for path in (run.folder / "results/tiny/audio").glob("*.wav")}
    assert names == {"a.wav", "b.wav"}
    assert run.planned() == {}
    assert run("audio").jobs == {}


def test_a_killed_run_continues_and_leaves_nothing(run, keep):
    process = run.start("--cores", "1", overlay=NEW_CLUSTERS)
    deadline = time.time() + 120
    while not list(run.folder.glob("results/tiny/embeddings/*/*.npy")) and time.time() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    for child in _group(process.pid):
        child.send_signal(signal.SIGKILL)
    process.wait()
    run(overlay=NEW_CLUSTERS)
    assert existing(run, keep) == [] and run.planned(overlay=NEW_CLUSTERS) == {}


def _group(leader):
    """Return the processes of the group that a process leads."""

    def is_member(process):
        try:
            return os.getpgid(process.pid) == leader
        except ProcessLookupError:
            return False

    return [process for process in psutil.process_iter() if is_member(process)]


def test_a_lost_folder_of_snakemake_runs_nothing(run):
    shutil.rmtree(run.folder / ".snakemake")
    assert run.planned() == {}


def test_a_recording_that_was_set_aside_runs_again_with_another_file(run, keep):
    table = run.folder / "tiny.tsv"
    table.write_text(table.read_text() + "c\taudio/c.wav\t\t\t\t\t\t\n")
    (run.folder / "audio/c.wav").write_text("no audio")
    assert run(check=False).status == 3
    assert existing(run, keep) == [] and run.planned() == {}
    shutil.copy(run.folder / "audio/other.wav", run.folder / "audio/c.wav")
    jobs = run().jobs
    assert jobs["prepare_audio"] == jobs["embed_segments"] == 1
    assert (run.folder / "results/tiny/rttm/classic/c.rttm").stat().st_size
    assert existing(run, keep) == [] and run.planned() == {}


def test_files_of_a_complete_run_are_removed_without_jobs(finished):
    done = finished(overlay={"keep": "rttm", "report": {"audio": "linked"}})
    assert set(done.jobs) <= {"report_all", "evaluate_changes", "all"}
    assert existing(finished, "rttm") == []
    assert finished.planned(overlay={"keep": "rttm"}) == {}


def test_formats_that_refer_to_prepared_audio_are_refused(finished):
    settings = yaml.safe_load((finished.folder / "my.yaml").read_text())
    settings["corpora"][0]["exports"] = ["kaldi"]
    done = finished("--dry-run", check=False, overlay=settings | {"keep": "results"})
    assert done.status and "exports: kaldi refers to the prepared audio, which keep: results removes" in done.text  # fmt: skip


@pytest.mark.parametrize("settings", [SINGLE, BATCHES], ids=["single", "batches"])
def test_flac_has_the_same_results(tmp_path, _finished, settings):
    for name in ("audio", "tiny.tsv", "my.yaml"):
        (tmp_path / name).symlink_to(_finished / name)
    run = Workflow(tmp_path)
    run(overlay={"audio_format": "flac"} | settings)
    assert scores(tmp_path) == scores(_finished)
    assert sorted(path.name for path in Path(tmp_path, "results/tiny/audio").glob("*.[wf]*")) == ["a.flac", "b.flac"]  # fmt: skip
    assert run.planned(overlay={"audio_format": "flac"} | settings) == {}
    page = (tmp_path / "results/report/recordings/tiny/a.html").read_text()
    assert 'src="../../../tiny/audio/a.flac"' in page
    audio = tmp_path / "results/tiny/audio/b.flac"
    audio.write_bytes(audio.read_bytes()[:20_000])
    assert run.planned(overlay={"audio_format": "flac"} | settings)["prepare_audio"] == 1
