"""Executors of clusters without a plugin of their own: jobs that a command starts in another folder."""

import pytest
from workflow_runs import BATCHES, Workflow, write_tiny_corpus

pytestmark = pytest.mark.slow
# starts the script of a job in a new folder, as a node of a cluster does
SUBMIT = """\
#!/bin/sh
folder=$(mktemp -d {folder}/job-XXXXXX)
cd "$folder" && nohup sh "$1" > out.log 2>&1 &
echo $!
"""


@pytest.fixture
def submit(tmp_path):
    """Options for a cluster whose jobs start in folders below `nodes`."""
    (tmp_path / "nodes").mkdir()
    script = tmp_path / "submit.sh"
    script.write_text(SUBMIT.format(folder=tmp_path / "nodes"))
    script.chmod(0o755)
    return [
        "--executor", "cluster-generic", "--cluster-generic-submit-cmd", script, "--jobs", "2",
        "--seconds-between-status-checks", "1",
    ]  # fmt: skip


def test_jobs_of_a_cluster_with_a_shared_folder_write_the_same_bytes(tmp_path, submit):
    for name in ("local", "cluster"):
        write_tiny_corpus(tmp_path / name, "classic", changes="none")
    Workflow(tmp_path / "local")("rttm", overlay=BATCHES)
    cluster = Workflow(tmp_path / "cluster")
    cluster("rttm", *submit, overlay=BATCHES, PYTHONHASHSEED="0")
    assert len(list((tmp_path / "nodes").glob("job-*"))) > 3
    assert {path.name for path in (tmp_path / "nodes").rglob("*") if path.is_file()} == {"out.log"}
    for id in "ab":
        path = f"results/tiny/rttm/classic/{id}.rttm"
        assert (tmp_path / "cluster" / path).read_bytes() == (
            tmp_path / "local" / path
        ).read_bytes()
    assert cluster.planned("rttm", overlay=BATCHES) == {}


def test_jobs_that_share_only_a_storage_are_refused(tmp_path, submit):
    write_tiny_corpus(tmp_path / "cluster", "classic", changes="none")
    done = Workflow(tmp_path / "cluster")(
        "rttm", *submit, "--default-storage-provider", "fs", "--default-storage-prefix", tmp_path / "store",
        "--shared-fs-usage", "sources", "source-cache", "software-deployment",
        overlay={"batch_size": 1}, check=False, PYTHONHASHSEED="0",
    )  # fmt: skip
    assert done.status == 1
    assert "default-storage-provider is fs, expected none" in done.text
    assert not (tmp_path / "cluster/results").exists()
