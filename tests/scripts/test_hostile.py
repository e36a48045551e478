"""Every script of two systems on a folder of odd and broken files, all at once."""

import json
import re
import shutil
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import hostile
import pytest
import yaml
from conftest import ROOT, digests

from diarflow.audio.prepared import duration, note
from diarflow.formats.rttm import read_turns
from diarflow.planning.corpora import read_corpus
from diarflow.planning.recording_files import write_rows
from diarflow.settings import read_settings

DEFAULTS = yaml.safe_load((ROOT / "config.yaml").read_text())
SETTINGS = read_settings(DEFAULTS, defaults=DEFAULTS, overlay={}, files=[])


@pytest.fixture(scope="module", params=[hostile.FILES], ids=["all"])
def corpus(request, tmp_path_factory):
    """A folder of hostile files; its recordings, and what becomes of each."""
    folder = tmp_path_factory.mktemp("hostile")
    expected = request.param
    hostile.make(folder / "audio", expected)
    source = SimpleNamespace(
        name="h", recordings=None, audio=str(folder / "audio"), channel="mix", reference=None,
        uem=None, simulate=None,
    )  # fmt: skip
    recordings, _ = read_corpus(source)
    return recordings, {one: expected[Path(one.audio).name] for one in recordings}


@pytest.fixture
def run_all(run_script, corpus):
    """Run a script over all recordings: products of its inputs and outputs as `product/variant.ending`."""
    names = [one.recording for one in corpus[0]]

    def paths(places):
        found = {}
        for kind, place in places.items():
            folder, _, ending = place.rpartition(".")
            found[kind] = [f"results/h/{folder}/{name}.{ending}" for name in names]
        return found

    def run(rule, *, input, output, **settings):
        return run_script(rule, input=paths(input), output=paths(output), **settings)

    return run


def failures():
    paths = sorted(Path("results/h/failures").rglob("*.json"))
    return {
        (one["rule"], one["recording"]): one for one in map(json.loads, map(Path.read_text, paths))
    }


def prepare(run_all, corpus):
    write_rows(corpus[0])
    run_all("prepare_audio", input={"row": "recordings/audio.json"}, output={"audio": "audio.wav"})


def test_what_can_be_heard_is_prepared_and_the_rest_is_set_aside_with_a_reason(run_all, corpus):
    prepare(run_all, corpus)
    recordings, expected = corpus
    assert len(recordings) == len(hostile.FILES) > 90
    found = failures()
    for one, odd in expected.items():
        seconds = duration(f"results/h/audio/{one.recording}.wav")
        if odd.reason:
            said = found.pop(("prepare_audio", one.recording))
            assert odd.reason in said["reason"] and seconds == 0, one.audio
        else:
            assert seconds == pytest.approx(odd.seconds, abs=odd.within), one.audio
    assert not found


def test_a_file_that_was_cut_off_says_so(run_all, corpus):
    prepare(run_all, corpus)
    said = note("results/h/audio/cut-off-flac.wav")
    assert re.fullmatch(r"The file is cut off: [12]\.\d s of 4\.0 s could be decoded\.", said)
    assert note("results/h/audio/coding-flac.wav") == ""


def test_the_table_of_ids_has_a_line_for_each_name(corpus, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_rows(corpus[0])
    lines = Path("results/h/recordings.tsv").read_text().split("\n")
    assert len(lines) == len(corpus[0]) + 2 and all(line.count("\t") == 2 for line in lines[:-1])
    ids = [line.split("\t")[0] for line in lines[1:-1]]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"\w[\w.-]*", one, re.A) for one in ids)


def diarize(run_all, name, **config):
    """Every stage of a system, on prepared recordings."""
    system = SETTINGS.systems[name]
    run_all = partial(run_all, config=config)

    def variant(stage, one=None):
        return getattr(SETTINGS, stage)[one or getattr(system, stage)].model_dump()

    best = name == "best"
    network = "segmentation" if best else "bilstm"
    scores = {"activations": f"activations/{network}.npy", "times": f"activations/{network}.json"}
    run_all("compute_activations", input={"audio": "audio.wav"}, output=scores,
            **variant("networks", network))  # fmt: skip
    chunks = scores if best else {}
    heard = {"audio": "audio.wav", **chunks}
    run_all("detect_speech", input=heard, output={"speech": "speech.parquet"}, **variant("speech"))
    run_all("detect_changes", input={"audio": "audio.wav", **scores},
            output={"candidates": "candidates.parquet", "changes": "changes.parquet"},
            **variant("changes"))  # fmt: skip
    run_all(
        "detect_overlap", input=heard, output={"overlap": "overlap.parquet"}, **variant("overlap")
    )
    run_all("resegment", input={"speech": "speech.parquet", "changes": "changes.parquet"},
            output={"segments": "segments.parquet"}, **SETTINGS.segments.model_dump())  # fmt: skip
    placed = {"segments": "segments.parquet", "overlap": "overlap.parquet"}
    vectors = {"embeddings": "embeddings.npy", "windows": "embeddings.parquet"}
    dense = {"dense": "dense.npy", "dense_windows": "dense.parquet"}
    run_all("embed_segments", input=heard | placed, output=vectors, **variant("embedding"))
    if best:
        run_all("embed_segments", input={"audio": "audio.wav"} | placed,
                output={"embeddings": "dense.npy", "windows": "dense.parquet"},
                **variant("embedding", "campplus-short"))  # fmt: skip
    run_all("cluster_segments", input=vectors | {"row": "recordings/speakers.json"},
            output={"clusters": "clusters.parquet"}, **variant("clustering"))  # fmt: skip
    of_turns = placed | vectors | {"clusters": "clusters.parquet"} | chunks
    run_all("build_turns", input=of_turns | (dense if best else {}),
            output={"turns": "turns.parquet"}, **variant("turns"))  # fmt: skip
    run_all("write_rttm", input={"turns": "turns.parquet"}, output={"rttm": "rttm.rttm"})


@pytest.mark.parametrize("corpus", [hostile.CONTENTS], indirect=True, ids=["contents"])
@pytest.mark.parametrize("name", ["classic", "best"])
def test_every_stage_of_a_system_copes_with_all_that_can_be_heard(run_all, corpus, name):
    prepare(run_all, corpus)
    before = failures()
    diarize(run_all, name)
    assert failures() == before
    talking = 0
    for one, odd in corpus[1].items():
        turns = read_turns(f"results/h/rttm/{one.recording}.rttm")
        talking += bool(turns)
        assert all(0 <= turn.start < turn.end <= (odd.seconds or 0) + 1.6 for turn in turns)
        if odd.reason or odd.seconds < 0.1 or one.recording in ("silence", "constant"):
            assert not turns, one.recording
    assert talking >= 8


TWO = {name: hostile.CONTENTS[name] for name in ("chunk-and-a-sample.wav", "silence.wav")}


@pytest.mark.parametrize("corpus", [TWO], indirect=True, ids=["two"])
@pytest.mark.parametrize("name", ["classic", "best"])
def test_child_processes_write_the_same_bytes_with_the_networks_of_their_parent(
    run_all, corpus, tmp_path, monkeypatch, name
):
    """As on the last attempt at a job: with a network loaded before, ONNX Runtime's threads among it."""
    prepare(run_all, corpus)
    diarize(run_all, name)
    alone = digests(tmp_path)
    assert len(alone) > 20 and read_turns("results/h/rttm/chunk-and-a-sample.rttm")
    for path in Path("results/h").iterdir():
        if path.name not in ("audio", "recordings", "recordings.tsv"):
            shutil.rmtree(path)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")  # --set-threads
    diarize(run_all, name, time_limit=100)
    assert not failures() and digests(tmp_path) == alone
