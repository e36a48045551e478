"""Steps of the Dockerfile, executed in a chroot, because no builder of images and no base image is available here.

The chroot is an overlay of this machine's disk, which stands in for the base image. The test measures what the steps add.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from workflow_runs import write_tiny_corpus

pytestmark = pytest.mark.slow
BASE_MB = 130  # of python:3.11-slim
MOST_MB = 1500


def instructions(text):
    """Yield name and value of each instruction of a Dockerfile."""
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.M))
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _, value = line.partition(" ")
        yield name, value.strip()


@pytest.fixture
def root(tmp_path):
    """A chroot with the disk of this machine, to which nothing is written."""
    for name in ("changes", "work", "root"):
        (tmp_path / name).mkdir()
    options = f"lowerdir=/,upperdir={tmp_path}/changes,workdir={tmp_path}/work"
    mount = ["mount", "-t", "overlay", "diarflow-test", "-o", options, tmp_path / "root"]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting an overlay is not allowed here")
    subprocess.run(["mount", "-t", "proc", "proc", tmp_path / "root" / "proc"], check=True)
    subprocess.run(["mount", "--bind", "/dev", tmp_path / "root" / "dev"], check=True)
    for folder in Path(sys.base_prefix).parents:  # others may use the Python of this machine
        inside = tmp_path / "root" / folder.relative_to("/")
        inside.chmod(inside.stat().st_mode | 0o055)
    yield tmp_path / "root"
    for name in ("dev", "proc", ""):
        subprocess.run(["umount", "--lazy", tmp_path / "root" / name], check=True)


class Container:
    """State of the instructions of a Dockerfile, executed one by one."""

    def __init__(self, root: Path):
        self.root = root
        self.environment = {
            "PATH": f"{sys.base_prefix}/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
        }
        self.folder, self.user, self.entry = "/", "root", []

    def execute(self, name, value):
        """Execute an instruction."""
        if name == "WORKDIR":
            self.folder = value
            (self.root / value.lstrip("/")).mkdir(exist_ok=True)
        elif name == "COPY" and not value.startswith("--from"):
            self._copy_sources()
        elif name == "RUN":
            self.run("sh", "-ec", value)
        elif name == "ENV":
            values = [item.partition("=")[::2] for item in shlex.split(value)]
            self.environment |= {
                key: text.replace("$PATH", self.environment["PATH"]) for key, text in values
            }
        elif name == "USER":
            self.user = value
        elif name == "ENTRYPOINT":
            self.entry = re.findall(r'"([^"]+)"', value)

    def _copy_sources(self):
        """Copy what `.dockerignore` leaves."""
        for line in (ROOT / ".dockerignore").read_text().splitlines():
            if line.startswith("!"):
                source, target = ROOT / line[1:], self.root / "source" / line[1:]
                target.parent.mkdir(parents=True, exist_ok=True)
                if source.is_dir():
                    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(source, target)

    def run(self, *command):
        """Run a command as the user of the container, and return its output."""
        inner = shlex.join(map(str, command))
        line = ["chroot", "--userspec", self.user, self.root, "env", "-i",
                *(f"{key}={value}" for key, value in self.environment.items()),
                "sh", "-c", f"cd {self.folder} && {inner}"]  # fmt: skip
        done = subprocess.run(line, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert done.returncode == 0, done.stdout[-3000:]
        return done.stdout


def test_the_steps_of_the_dockerfile_make_a_small_image_that_runs(root, tmp_path):
    (root / "opt" / "diarflow").mkdir(parents=True, exist_ok=True)
    shutil.rmtree(root / "opt" / "diarflow")
    container = Container(root)
    for name, value in instructions((ROOT / "Dockerfile").read_text()):
        container.execute(name, value)
    assert container.user == "diarflow" and container.entry == ["diarflow"]
    size = subprocess.check_output(["du", "-sm", root / "opt" / "diarflow"], text=True)
    assert int(size.split()[0]) + BASE_MB < MOST_MB
    data = root / "data"
    write_tiny_corpus(data / "tiny", "classic", changes="none")
    with open(data / "tiny" / "my.yaml", "a") as file:
        file.write("batch_size: 10\n")
    user = int(container.run("id", "-u"))
    assert user != 0
    for path in [data / "tiny", *(data / "tiny").rglob("*")]:
        os.chown(path, user, user)
    container.folder = "/data/tiny"
    container.run(*container.entry, "run", "my.yaml", "--cores", "1")
    for name in ("rttm/classic/a.rttm", "der.csv"):
        assert (data / "tiny/results/tiny" / name).stat().st_uid == user
    assert (data / "tiny/results/report/index.html").exists()
    assert not (root / "opt/diarflow/bin/pip").exists()
