"""Models that a rule fetches once, for all systems that name them."""

import hashlib

import pytest
import yaml
from file_server import file_server
from workflow_runs import BATCHES, ROOT, Workflow, write_tiny_corpus

CAMPPLUS = ROOT / "resources/models/campplus-int8.onnx"
SYSTEM = {
    "speech": "webrtc", "changes": "none", "overlap": "none", "embedding": "own",
    "clustering": "kmeans", "turns": "join",
}  # fmt: skip


@pytest.fixture
def server():
    with file_server() as server:
        server.files["campplus.onnx"] = CAMPPLUS.read_bytes()
        yield server


def overlay(server, sha256):
    """Return two systems whose embeddings have cards that name one fetched network."""
    return BATCHES | {
        "models": {"net": {"url": server.url("campplus.onnx"), "sha256": sha256}},
        "embedding": {
            name: {"backend": "onnx", "model": f"{name}.yaml", "network": None, "hop": hop}
            for name, hop in (("own", 0.75), ("dense", 0.5))
        },
        "systems": {"mine": SYSTEM, "other": SYSTEM | {"embedding": "dense"}},
    }  # fmt: skip


def write_corpus(folder, network="models/net/campplus.onnx"):
    write_tiny_corpus(folder, "mine", "other")
    card = yaml.safe_load((ROOT / "resources/models/campplus.yaml").read_text())
    for name in ("own", "dense"):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(card | {"model": network}))
    return Workflow(folder)


def test_a_model_is_fetched_once_for_all_systems(server, tmp_path):
    run = write_corpus(tmp_path / "tiny")
    digest = hashlib.sha256(CAMPPLUS.read_bytes()).hexdigest()
    chosen = overlay(server, digest)
    # planning needs no network
    assert run.planned("rttm", overlay=chosen)["fetch_model"] == 1 and not server.requests
    jobs = run("rttm", overlay=chosen).jobs
    assert jobs["fetch_model"] == 1 and jobs["embed_segments"] == 2
    assert [name for name, _ in server.requests] == ["campplus.onnx"]
    assert (run.folder / "models/net/campplus.onnx").read_bytes() == CAMPPLUS.read_bytes()
    assert not run.planned("rttm", overlay=chosen)
    assert len(server.requests) == 1


def test_another_digest_stops_the_run_with_one_line(server, tmp_path):
    run = write_corpus(tmp_path / "tiny")
    done = run("rttm", overlay=overlay(server, "0" * 64), check=False)
    assert done.status == 1
    digest = hashlib.sha256(CAMPPLUS.read_bytes()).hexdigest()
    [line] = {line for line in done.text.splitlines() if "SHA-256" in line}
    assert f"campplus.onnx: SHA-256 is {digest}, expected 0000" in line
    assert not (run.folder / "models/net/campplus.onnx").exists()


def test_a_model_of_another_name_stops_planning(server, tmp_path):
    run = write_corpus(tmp_path / "tiny", network="models/net/other.onnx")
    done = run("rttm", overlay=overlay(server, "0" * 64), check=False)
    assert done.status == 1 and not server.requests
    expected = (
        "models/net/other.onnx is not what models.net fetches, expected models/net/campplus.onnx"
    )
    assert expected in done.text
