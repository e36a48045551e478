"""The Indexed Job of Kubernetes, with a stand-in for the cluster that runs the command of each index."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from workflow_runs import write_tiny_corpus

pytestmark = pytest.mark.slow
JOB = ROOT / "docs/examples/kubernetes-job.yaml"
SHARDS = 2


def run_indexed_job(spec, data, indices):
    """Run the containers of indices, with `data` in place of the volume."""
    (container,) = spec["template"]["spec"]["containers"]
    assert container["workingDir"] == container["volumeMounts"][0]["mountPath"] == "/data"
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for index in indices:
        environment = os.environ | {"JOB_COMPLETION_INDEX": str(index), "PATH": path}
        command = [*container["command"], *container["args"]]
        subprocess.run(command, cwd=data, env=environment, check=True)


def run_without_a_volume(spec, tmp_path, store):
    """Run each index in a folder of its own, and copy its shard to a storage, which keeps no times of files."""
    for index in range(spec["completions"]):
        node = tmp_path / f"node-{index}"
        node.mkdir()
        shutil.copy(tmp_path / "my.yaml", node)
        run_indexed_job(spec, node, [index])
        name = f"shard-{index + 1}"
        shutil.copytree(node / name, store / name, copy_function=shutil.copyfile)
        shutil.rmtree(node)


@pytest.mark.parametrize("has_volume", [True, False])
def test_the_job_of_the_documentation_runs_all_shards_which_are_then_gathered(tmp_path, has_volume):
    spec = yaml.safe_load(JOB.read_text().replace("/100", f"/{SHARDS}"))["spec"]
    assert spec["completionMode"] == "Indexed" and spec["completions"] == 100
    spec |= {"completions": SHARDS}
    write_tiny_corpus(tmp_path / "tiny", "classic", changes="none")
    config = yaml.safe_load((tmp_path / "tiny/my.yaml").read_text()) | {"batch_size": 10}
    config["corpora"][0]["recordings"] = str(tmp_path / "tiny/tiny.tsv")
    (tmp_path / "my.yaml").write_text(yaml.safe_dump(config))
    if has_volume:
        run_indexed_job(spec, tmp_path, range(SHARDS))
    else:
        run_without_a_volume(spec, tmp_path, tmp_path)
    command = [Path(sys.executable).with_name("diarflow"), "gather", "shard-1", "shard-2"]
    command += ["--configfile", "my.yaml", "-d", "all", "--cores", "1"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert sorted(path.stem for path in (tmp_path / "all/results/tiny/scores/classic").iterdir()) == ["a", "b"]  # fmt: skip
    assert (tmp_path / "all/results/report/index.html").exists()
