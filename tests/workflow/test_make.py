"""The Makefile's part of the set-up, without installing anything."""

import os
import shutil
import subprocess

import pytest
from conftest import ROOT


@pytest.fixture
def make(tmp_path):
    """Run make in a folder that holds the Makefile alone."""
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


def python(tmp_path, script):
    """A program that stands in for Python."""
    path = tmp_path / "python3"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return f"PYTHON={path}"


@pytest.mark.parametrize("target", ["run", "test"])
def test_a_missing_python_is_one_clear_line(make, target):
    done = make(target, "PYTHON=/nowhere/python3")
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == (
        "diarflow needs Python 3.11 or later, and there is no /nowhere/python3; "
        "say which one with PYTHON=/path/to/python3"
    )


def test_a_python_that_is_too_old_is_one_clear_line(make, tmp_path):
    old = python(tmp_path, 'case "$1" in --version) echo Python 3.8.2;; *) exit 1;; esac')
    done = make("run", old)
    assert done.returncode != 0
    assert "needs Python 3.11 or later" in done.stderr.splitlines()[0]
    assert "is Python 3.8.2; say which one" in done.stderr.splitlines()[0]


def test_where_venv_is_missing_its_package_is_named(make, tmp_path):
    bare = python(tmp_path, 'case "$2" in *ensurepip*) exit 1;; *print*) echo 3.12;; esac')
    done = make("test", bare)
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == (
        "Python's venv is missing; on Debian and Ubuntu: apt install python3.12-venv"
    )


def test_an_environment_is_made_once(make, tmp_path):
    """pip is replaced by a program that counts its calls: one for the requirements, one for the package."""
    fake = python(
        tmp_path,
        'if [ "$2" = venv ]; then mkdir -p .venv/bin; cp "$0" .venv/bin/python; fi\n'
        'case "$*" in *install*) echo install >> installed.txt;; esac',
    )
    for _ in range(2):
        assert make(".venv/run.stamp", fake).returncode == 0
    assert (tmp_path / "installed.txt").read_text() == "install\n" * 2
