"""Corpora whose audio is remote: a server with faults, and object storage, both on the loopback interface."""

import threading
import time
from pathlib import Path

import pytest
import yaml
from file_server import FAULTS, file_server
from workflow_runs import Workflow

from diarflow.artifacts.failures import failure_records
from diarflow.simulation.synthetic import synthesize_dialogue

pytestmark = pytest.mark.slow
SYSTEM = {"systems": {"classic": {"changes": "none"}}, "on_error": "accept"}


def write_corpus(folder: Path, urls, batch_size):
    rows = [f"r{number:03}\t{url}\n" for number, url in enumerate(urls)]
    (folder / "c.tsv").write_text("recording\taudio\n" + "".join(rows))
    corpus = {"name": "c", "recordings": "c.tsv", "systems": ["classic"]}
    config = {"corpora": [corpus], "batch_size": batch_size} | SYSTEM
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    return Workflow(folder)


def test_200_recordings_from_a_server_with_faults(tmp_path):
    """Of 5 % of the files the first transfer fails, and two files do not exist."""
    synthesize_dialogue(tmp_path / "a.wav", seed=1, speakers=2, turns=4)
    content = (tmp_path / "a.wav").read_bytes()
    with file_server() as server:
        server.stall_seconds = 90.0  # longer than a transfer may stall
        names = [f"{number}.wav" for number in range(200)]
        server.files = dict.fromkeys(names, content)
        server.faults = {f"{20 * number}.wav": FAULTS[number % len(FAULTS)] for number in range(8)}
        server.faults |= {"190.wav": "missing", "191.wav": "missing"}
        run = write_corpus(tmp_path, map(server.url, names), batch_size=50)
        run("speech")
    assert len(list((tmp_path / "results/c/speech/webrtc").glob("*.parquet"))) == 200
    reasons = [path.stem for path in failure_records("c", tmp_path / "results")]
    assert {"r190", "r191"} <= set(reasons) and len(set(reasons)) <= 4  # a file that was reversed
    assert not list((tmp_path / "results/c/audio").glob(".*"))


def test_object_storage(tmp_path, monkeypatch):
    """A watcher measures that no more than one source is on the disk at a time."""
    boto3 = pytest.importorskip("boto3")
    pytest.importorskip("snakemake_storage_plugin_s3")
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
        monkeypatch.setenv("SNAKEMAKE_STORAGE_S3_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        client = boto3.client(
            "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1"
        )
        client.create_bucket(Bucket="bucket")
        synthesize_dialogue(tmp_path / "a.wav", seed=1, speakers=2, turns=4)
        for number in range(6):
            client.upload_file(str(tmp_path / "a.wav"), "bucket", f"calls/{number}.wav")
        urls = [f"s3://bucket/calls/{number}.wav" for number in range(6)]
        run = write_corpus(tmp_path, [*urls, "s3://bucket/calls/missing.wav"], batch_size=10)
        most, stop = [0], threading.Event()

        def watch():
            while not stop.is_set():
                most[0] = max(most[0], len(list(tmp_path.rglob(".*.source*"))))
                time.sleep(0.01)

        watcher = threading.Thread(target=watch)
        watcher.start()
        run("speech", PYTHONHASHSEED="0")
        stop.set()
        watcher.join()
    finally:
        server.stop()
    assert most[0] <= 1
    audio = [(tmp_path / f"results/c/audio/r{number:03}.wav").read_bytes() for number in range(6)]
    assert len(set(audio)) == 1 and len(audio[0]) > 44
    [failure] = {path.stem for path in failure_records("c", tmp_path / "results")}
    assert failure == "r006"
    texts = [path.read_bytes() for folder in ("results", "logs", ".snakemake/log")
             for path in (tmp_path / folder).rglob("*") if path.is_file()]  # fmt: skip
    assert not any(b"very-secret" in text for text in texts)
