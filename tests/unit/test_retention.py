"""Products that `keep` and `keep_embeddings` remove, and the removal at the end of a run."""

from pathlib import Path

import pytest
from test_settings import settings

from diarflow.errors import InputError
from diarflow.planning.plan import Plan
from diarflow.planning.recording import Recording
from diarflow.planning.retention import check_exports, is_removed, removed_products
from diarflow.runs.removal import remove_files, removed_files


def plan_of(**overlay):
    corpus = {"name": "c", "audio": "*.wav", "systems": ["classic"], **overlay.pop("corpus", {})}
    return Plan(settings({"corpora": [corpus]} | overlay), [Recording("c", "a", "a", "a.wav")])


def test_all_files_are_kept_by_default():
    assert removed_products(plan_of().settings) == frozenset()
    assert list(removed_files(plan_of())) == []


def test_keep_embeddings_and_keep_add_up():
    assert removed_products(plan_of(keep_embeddings=False).settings) == {"embeddings", "voices"}
    both = plan_of(keep="results", keep_embeddings=False)
    assert both.removed == {"audio", "calls", "activations", "embeddings", "voices"}


def test_results_and_scores_are_never_removed():
    kept = ("rttm", "reference", "scores", "exports", "words", "linked", "speakers", "confidence")
    removed = plan_of(keep="rttm", keep_embeddings=False).removed
    assert not any(is_removed(f"results/c/{product}/s/a.x", removed) for product in kept)
    assert not is_removed("results/c/audio/a.json", removed)  # facts
    assert not is_removed("results/c/plan.jsonl", removed)


@pytest.mark.parametrize("name", ["kaldi", "lhotse"])
def test_formats_with_paths_of_prepared_audio_need_it(name):
    with pytest.raises(InputError, match=f"corpus c: exports: {name} refers to the prepared audio"):
        check_exports(plan_of(keep="results", corpus={"exports": [name]}).settings)
    check_exports(plan_of(corpus={"exports": [name]}).settings)
    check_exports(plan_of(keep="rttm", corpus={"exports": ["srt", "cuts"]}).settings)


def test_files_that_are_not_kept_are_removed_unless_they_are_requested(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = [
        "audio/a.wav",
        "audio/a.json",
        "speech/webrtc/a.parquet",
        "speech/webrtc/other.parquet",
    ]
    for name in names:
        path = Path("results/c", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(50_000))
    plan = plan_of(keep="rttm")
    [line] = remove_files(plan, targets=["results/c/audio/a.wav"])
    assert line == "removed 1 file that is not kept, 0.1 MB"
    assert Path("results/c/audio/a.wav").exists()
    assert list(remove_files(plan)) == [line]  # the audio
    left = sorted(str(path.relative_to("results/c")) for path in Path("results").rglob("*.*"))
    assert left == ["audio/a.json", "speech/webrtc/other.parquet"]
