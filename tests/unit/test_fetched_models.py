"""Models from a URL or from Hugging Face: settings, planning, and transfers from a server on the loopback interface."""

import hashlib
import os
import sys
from types import SimpleNamespace

import pytest
from file_server import file_server
from test_settings import settings

from diarflow.errors import InputError
from diarflow.planning.fetched_models import fetched_path
from diarflow.runs import remote_files
from diarflow.runs.model_files import fetch_model

CONTENT = b"weights" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()
URL = "https://example.org/models/net.onnx"
NOTHING = {"url": None, "hub": None, "file": "net.onnx", "revision": "main", "sha256": None, "token": None}  # fmt: skip


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setattr(remote_files, "WAIT_SECONDS", 0.01)
    monkeypatch.chdir(tmp_path)
    with file_server() as server:
        server.files["net.onnx"] = CONTENT
        yield server


def fetch(**values):
    fetch_model("models/net/net.onnx", **NOTHING | values)
    with open("models/net/net.onnx", "rb") as file:
        return file.read()


def test_a_file_is_fetched_and_verified(server):
    server.faults["net.onnx"] = "truncated"
    assert fetch(url=server.url("net.onnx"), sha256=DIGEST) == CONTENT
    assert os.listdir("models/net") == ["net.onnx"]


def test_another_digest_is_refused(server):
    message = rf"net.onnx: SHA-256 is {DIGEST}, expected 00"
    with pytest.raises(InputError, match=message):
        fetch(url=server.url("net.onnx"), sha256="0" * 64)
    assert os.listdir("models/net") == []


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """Stand-in for huggingface_hub, whose cache names a large file by its SHA-256."""
    monkeypatch.chdir(tmp_path)
    calls = []

    def hf_hub_download(**values):
        calls.append(values)
        if values["filename"] == "missing.bin":
            raise RuntimeError(f"404 for {values['token']}")
        cached = tmp_path / "cache" / DIGEST
        cached.parent.mkdir(exist_ok=True)
        cached.write_bytes(CONTENT if values["filename"] == "net.onnx" else b"damaged")
        return str(cached)

    stand_in = SimpleNamespace(hf_hub_download=hf_hub_download)
    monkeypatch.setitem(sys.modules, "huggingface_hub", stand_in)
    return calls


def test_a_file_of_the_hub_is_fetched_with_the_token(hub):
    assert fetch(hub="some/model", token="hf_secret") == CONTENT
    assert hub == [
        {"repo_id": "some/model", "filename": "net.onnx", "revision": "main", "token": "hf_secret"}
    ]
    with pytest.raises(InputError, match=r"some/model/net.onnx: SHA-256 is"):
        fetch(hub="some/model", sha256="0" * 64)


def test_a_damaged_file_of_the_hub_is_refused(hub):
    with pytest.raises(InputError, match=rf"SHA-256 is .*, expected {DIGEST}"):
        fetch(hub="some/model", file="other.onnx")


def test_messages_do_not_contain_the_token(hub):
    with pytest.raises(
        InputError, match=r"some/model/missing.bin: cannot be fetched \(404 for \*\*\*\)"
    ):
        fetch(hub="some/model", file="missing.bin", token="hf_secret")


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ({"url": URL + "?x=1", "sha256": DIGEST}, "models/m/net.onnx"),
        ({"url": URL, "sha256": DIGEST, "file": "other.onnx"}, "models/m/other.onnx"),
        ({"hub": "a/b"}, "models/m/pytorch_model.bin"),
        ({"hub": "a/b", "file": "onnx/net.onnx"}, "models/m/net.onnx"),
    ],
)
def test_a_model_is_kept_under_the_name_of_its_file(model, path):
    assert fetched_path(settings({"models": {"m": model}}), "m") == path


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({}, "expected either url or hub"),
        ({"url": URL, "sha256": DIGEST, "hub": "a/b"}, "expected either url or hub"),
        ({"url": URL}, "sha256 is missing"),
        ({"url": "https://me:word@example.org/net.onnx", "sha256": DIGEST}, "user or a password"),
        ({"hub": "a/b", "file": "../net.onnx"}, "file"),
        ({"hub": "a/b", "token_variable": "hf_secret"}, "token_variable"),
    ],
)
def test_mistakes_are_messages(model, message):
    with pytest.raises(InputError, match=message):
        settings({"models": {"m": model}})
