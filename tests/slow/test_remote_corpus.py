"""Corpora whose audio is remote: a server with faults, and object storage, both on the loopback interface."""

import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import yaml
from file_server import FAULTS, file_server
from workflow_runs import Workflow

from diarflow.artifacts.failures import failure_records
from diarflow.batch_labels import batch_count, batch_index
from diarflow.simulation.synthetic import synthesize_dialogue

pytestmark = pytest.mark.slow
SYSTEM = {"systems": {"classic": {"changes": "none"}}, "on_error": "accept"}
# removed after their last use with `keep: results`, as are the remote files
REMOVED = ("audio", "activations", "embeddings")
OTHER_BYTES = 200_000  # of vectors and facts of a short recording


def write_corpus(folder: Path, urls, batch_size, **settings):
    rows = [f"r{number:03}\t{url}\n" for number, url in enumerate(urls)]
    (folder / "c.tsv").write_text("recording\taudio\n" + "".join(rows))
    corpus = {"name": "c", "recordings": "c.tsv", "systems": ["classic"]}
    config = {"corpora": [corpus], "batch_size": batch_size} | SYSTEM | settings
    (folder / "my.yaml").write_text(yaml.safe_dump(config))
    return Workflow(folder)


class DiskWatch:
    """Largest number of bytes in the folders of removed products during a run, as a context manager."""

    def __init__(self, folder: Path):
        self._corpus, self._stop = folder / "results/c", threading.Event()
        self.most = 0

    def __enter__(self):
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _watch(self):
        while not self._stop.is_set():
            self.most = max(self.most, self.now())
            time.sleep(0.01)

    def now(self):
        return sum(map(_size, (p for name in REMOVED for p in (self._corpus / name).rglob("*"))))


def _size(path):
    try:
        return path.stat().st_size if path.is_file() and path.suffix != ".json" else 0
    except FileNotFoundError:
        return 0


def test_200_recordings_from_a_server_with_faults_never_use_more_disk_than_their_jobs(tmp_path):
    """Run two jobs of about 10 recordings at a time; the first transfer of every twentieth file fails."""
    synthesize_dialogue(tmp_path / "a.wav", seed=1, speakers=2, turns=4)
    content = (tmp_path / "a.wav").read_bytes()
    with file_server() as server, DiskWatch(tmp_path) as watch:
        server.stall_seconds = 90.0  # longer than a transfer may stall
        names = [f"{number}.wav" for number in range(200)]
        server.files = dict.fromkeys(names, content)
        server.faults = {f"{20 * number}.wav": FAULTS[number % len(FAULTS)] for number in range(10)}
        run = write_corpus(tmp_path, map(server.url, names), batch_size=10, keep="results")
        run("--cores", "2")
    assert len(list((tmp_path / "results/c/rttm/classic").glob("*.rttm"))) == 200
    assert len(list(failure_records("c", tmp_path / "results"))) <= 2  # a file that was reversed
    ids = [f"r{number:03}" for number in range(200)]
    largest = max(Counter(batch_index(id, batch_count(200, 10)) for id in ids).values())
    bound = 2 * largest * (len(content) + OTHER_BYTES) + 2 * len(content)
    assert 0 < watch.most <= bound < 200 * len(content) / 2
    assert watch.now() == 0
    assert run.planned() == {}


def test_200_recordings_from_a_server_with_faults(tmp_path):
    """Run 200 recordings; the first transfer of every twentieth file fails, and two files do not exist."""
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


@pytest.fixture
def bucket(monkeypatch):
    """Client of an object storage on the loopback interface, with an empty bucket."""
    import boto3  # packages of `make test-slow` alone
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(port=0, verbose=False)
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
        yield client
    finally:
        server.stop()


def upload(client, path, count):
    """Upload an audio file several times, and return the URLs."""
    for number in range(count):
        client.upload_file(str(path), "bucket", f"calls/{number}.wav")
    return [f"s3://bucket/calls/{number}.wav" for number in range(count)]


def test_object_storage(tmp_path, bucket):
    """A watcher measures that no more than one source is on the disk at a time."""
    synthesize_dialogue(tmp_path / "a.wav", seed=1, speakers=2, turns=4)
    urls = upload(bucket, tmp_path / "a.wav", 6)
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
    assert most[0] <= 1
    audio = [(tmp_path / f"results/c/audio/r{number:03}.wav").read_bytes() for number in range(6)]
    assert len(set(audio)) == 1 and len(audio[0]) > 44
    [failure] = {path.stem for path in failure_records("c", tmp_path / "results")}
    assert failure == "r006"
    texts = [path.read_bytes() for folder in ("results", "logs", ".snakemake/log")
             for path in (tmp_path / folder).rglob("*") if path.is_file()]  # fmt: skip
    assert not any(b"very-secret" in text for text in texts)


@pytest.mark.parametrize("keep", ["results", "rttm"])
def test_a_corpus_in_object_storage_never_uses_more_disk_than_two_recordings(
    tmp_path, bucket, keep
):
    """Two jobs run at a time. Twelve recordings have six times the audio of two."""
    synthesize_dialogue(tmp_path / "a.wav", seed=1, speakers=2, turns=12)
    urls = upload(bucket, tmp_path / "a.wav", 12)
    size = (tmp_path / "a.wav").stat().st_size
    run = write_corpus(tmp_path, urls, batch_size=1, keep=keep)
    with DiskWatch(tmp_path) as watch:
        run("--cores", "2", PYTHONHASHSEED="0")
    # of each recording, the source and the prepared audio while the latter is made
    assert 0 < watch.most <= 2 * (2 * size + OTHER_BYTES) < 12 * size
    assert watch.now() == 0
    assert len(list((tmp_path / "results/c/rttm/classic").glob("*.rttm"))) == 12
    assert run.planned() == {}
