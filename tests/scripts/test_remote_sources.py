"""Scripts that read remote files: the results are those of local files."""

import json
from pathlib import Path

import pytest
import soundfile
from file_server import MODIFIED, file_server
from plan_rows import write_plan

from diarflow.runs import remote_files

OWN = {"shared": [], "is_own": True, "channel": None, "is_each": False, "channels": None}


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(remote_files, "WAIT_SECONDS", 0.01)
    with file_server() as server:
        yield server


def prepare(run_script, audio):
    plan = write_plan(audio={"audio": audio, "channel": "mix"})
    output = {"audio": "results/c/audio/a.wav", "facts": "results/c/audio/a.json"}
    log = run_script("prepare_audio", input=plan, output=output)
    return Path(output["audio"]).read_bytes(), Path(output["facts"]), log


def test_prepared_audio_of_a_url(run_script, server):
    soundfile.write("a.wav", [0.1, -0.1] * 4000, 8000)
    server.files["a.wav"] = Path("a.wav").read_bytes()
    server.faults["a.wav"] = "truncated"
    local, facts, _ = prepare(run_script, "a.wav")
    expected = json.loads(facts.read_text())
    remote, facts, log = prepare(run_script, server.url("a.wav") + "?key=secret")
    assert remote == local
    expected["source"] |= {"path": server.url("a.wav"), "mtime_ns": MODIFIED * 10**9}
    assert json.loads(facts.read_text()) == expected
    assert "secret" not in log
    assert sorted(path.name for path in Path("results/c/audio").iterdir()) == ["a.json", "a.wav"]


def test_a_missing_file_sets_its_recording_aside(run_script, server):
    prepare(run_script, server.url("b.wav"))
    record = json.loads(Path("results/c/failures/prepare_audio/a.json").read_text())
    assert record["reason"].endswith("/b.wav: HTTP 404 Not Found")


def test_a_reference_at_a_url(run_script, server):
    server.files["a.rttm"] = b"SPEAKER a 1 1.0 2.0 <NA> <NA> x <NA> <NA>\n"
    lines = {"reference": OWN}
    row = {"recording": "a", "name": "a", "reference": server.url("a.rttm"), "uem": None, "lines": lines}  # fmt: skip
    output = {"reference": "results/c/reference/a.rttm", "uem": "results/c/reference/a.uem",
              "sidecar": "results/c/reference/a.json"}  # fmt: skip
    run_script("prepare_reference", input=write_plan(reference=row), output=output)
    assert "SPEAKER a 1 1.0" in Path(output["reference"]).read_text()
    assert "127.0.0.1" not in Path(output["sidecar"]).read_text()
