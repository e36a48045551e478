"""Remote files: transfers with faults, from a server on the loopback interface."""

import logging
from pathlib import Path

import pytest
from file_server import FAULTS, MODIFIED, file_server

from diarflow.errors import InputError
from diarflow.remote import is_remote, location_problem, shown_location
from diarflow.runs import remote_files
from diarflow.runs.remote_files import fetched

CONTENT = bytes(range(256)) * 1024


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setattr(remote_files, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(remote_files, "STALL_SECONDS", 0.3)
    monkeypatch.chdir(tmp_path)
    with file_server() as server:
        server.files["a.wav"] = CONTENT
        server.stall_seconds = 1.0
        yield server


def content_of(url):
    with fetched(url, Path("audio/a.wav")) as path:
        assert Path(path).parent == Path("audio") and Path(path).name.startswith(".")
        assert Path(path).stat().st_mtime == MODIFIED
        return Path(path).read_bytes()


@pytest.mark.parametrize("fault", ["", *FAULTS])
def test_a_file_arrives_whole_after_a_fault(server, fault):
    server.faults["a.wav"] = fault
    assert content_of(server.url("a.wav")) == (CONTENT[::-1] if fault == "changed" else CONTENT)
    assert list(Path("audio").iterdir()) == []
    assert len(server.requests) == (2 if fault else 1)
    resumed = server.requests[-1][1]
    assert resumed == ("" if fault in ("", "unavailable") else f"bytes={len(CONTENT) // 2}-")


def test_a_missing_file_is_asked_for_once(server):
    with pytest.raises(InputError, match=r"^http://127.0.0.1:\d+/b.wav: HTTP 404 Not Found$"):
        content_of(server.url("b.wav"))
    assert len(server.requests) == 1 and list(Path("audio").iterdir()) == []


def test_a_dead_server_is_given_up(server, monkeypatch):
    monkeypatch.setattr(remote_files, "ATTEMPTS", 2)
    server.shutdown()
    server.server_close()
    with pytest.raises(InputError, match="could not be fetched in 2 attempts: ConnectionError"):
        content_of(server.url("a.wav"))


def test_neither_logs_nor_messages_contain_the_query(server, caplog):
    caplog.set_level(logging.DEBUG, logger=remote_files.__name__)
    server.faults["a.wav"] = "unavailable"
    content_of(server.url("a.wav") + "?X-Signature=secret")
    assert "HTTP 503" in caplog.text and "fetched" in caplog.text
    assert "secret" not in caplog.text
    with pytest.raises(InputError) as error:
        content_of(server.url("b.wav") + "?X-Signature=secret")
    assert "secret" not in str(error.value)


def test_messages_about_the_content_name_the_location(server):
    with pytest.raises(InputError, match=f"^{server.url('a.wav')}: not audio$"):  # noqa: SIM117
        with fetched(server.url("a.wav"), "audio/a.wav") as path:
            raise InputError(f"{path}: not audio")


def test_a_local_file_is_read_in_its_place():
    with fetched("data/a.wav", "audio/a.wav") as path:
        assert path == "data/a.wav"


@pytest.mark.parametrize(
    "url", ["https://me:secret@example.org/a.wav", "s3://bucket", "https:///a"]
)
def test_locations_that_are_not_accepted(url):
    assert is_remote(url) and location_problem(url)
    assert "secret" not in shown_location(url)
