"""Set-up of the environments by the Makefile, without installing anything."""

import os
import shutil
import subprocess

import pytest
from conftest import ROOT


@pytest.fixture
def make(tmp_path):
    """Return a function that runs make in a folder with the Makefile and empty requirements."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    for name in ("run", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").touch()

    def run(*arguments):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
        return subprocess.run(
            ["make", *arguments], cwd=tmp_path, env=environment, text=True, capture_output=True
        )

    return run


def fake_python(tmp_path, script):
    """Write a shell script that replaces Python, and return the argument of make that selects it."""
    path = tmp_path / "python3"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return f"PYTHON={path}"


@pytest.mark.parametrize("target", ["run", "test"])
def test_a_missing_python_is_one_clear_line(make, target):
    done = make(target, "PYTHON=/nowhere/python3")
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == (
        "diarflow needs Python 3.11 or later, but /nowhere/python3 was not found. "
        "Set PYTHON=/path/to/python3."
    )


def test_an_old_python_is_one_clear_line(make, tmp_path):
    old = fake_python(tmp_path, 'case "$1" in --version) echo Python 3.8.2;; *) exit 1;; esac')
    done = make("run", old)
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == (
        f"diarflow needs Python 3.11 or later, but {tmp_path}/python3 is Python 3.8.2. "
        "Set PYTHON=/path/to/python3."
    )


def test_a_missing_venv_module_is_an_error_that_names_its_package(make, tmp_path):
    bare = fake_python(tmp_path, 'case "$2" in *ensurepip*) exit 1;; *print*) echo 3.12;; esac')
    done = make("test", bare)
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == (
        "Python's venv module is missing. On Debian and Ubuntu: apt install python3.12-venv"
    )


def test_an_environment_is_installed_once(make, tmp_path):
    """The program in place of pip counts its calls: for pip itself, for the requirements, and for the package."""
    fake = fake_python(
        tmp_path,
        'if [ "$2" = venv ]; then mkdir -p .venv/bin; cp "$0" .venv/bin/python; fi\n'
        'case "$*" in *install*) echo install >> installed.txt;; esac',
    )
    for _ in range(2):
        assert make(".venv/run.stamp", fake).returncode == 0
    assert (tmp_path / "installed.txt").read_text() == "install\n" * 3


def test_every_target_is_listed_and_phony(make):
    text = (ROOT / "Makefile").read_text()
    phony = next(line for line in text.splitlines() if line.startswith(".PHONY:")).split()[1:]
    listed = [line.split()[0] for line in make("help").stdout.splitlines()]
    assert sorted(listed) == sorted(phony)
