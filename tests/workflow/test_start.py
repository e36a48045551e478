"""Start of a run: from any path, with any file in its folder, and as a module of another Snakefile."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from workflow_runs import Workflow, write_tiny_corpus

STRANGE = "it's my; $HOME (1) & é"


@pytest.fixture
def tiny(tmp_path):
    """A tiny corpus in a folder with a strange name, which contains a link to the environment of Python."""
    write_tiny_corpus(tmp_path / STRANGE, "classic", changes="none")
    (tmp_path / STRANGE / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
    return Workflow(tmp_path / STRANGE)


def test_a_run_and_its_python_may_have_any_path(tiny):
    python = str(tiny.folder / ".venv" / "bin" / "python")
    tiny("results/tiny/audio/a.wav", python=python)
    assert (tiny.folder / "results/tiny/audio/a.wav").exists()


def test_a_checkout_with_braces_in_its_path_is_refused(tiny, tmp_path):
    checkout = tmp_path / "a{b}"
    shutil.copytree(ROOT / "workflow", checkout / "workflow")
    shutil.copytree(ROOT / "profiles", checkout / "profiles")
    for name in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / name, checkout)
    run = Workflow(tiny.folder, root=checkout)("--dry-run", check=False)
    assert run.status == 1
    assert f"the path of the checkout is {checkout}, expected a path without braces" in run.text


def test_jobs_do_not_import_files_of_the_run(tiny):
    for name in ("soundfile", "h5py", "soxr", "av"):
        (tiny.folder / f"{name}.py").write_text("open('imported', 'w')\nraise SystemExit(9)\n")
    (tiny.folder / "my.yaml").rename(tiny.folder / "settings.yaml")
    command = [sys.executable, "-m", "snakemake", "results/tiny/audio/a.wav", "--cores", "1",
               "--snakefile", ROOT / "Snakefile", "--configfile", "settings.yaml"]  # fmt: skip
    done = subprocess.run(command, cwd=tiny.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not (tiny.folder / "imported").exists()


def test_a_configuration_that_aliases_blow_up_ends_at_once(tiny):
    lines = ["x0: &x0 {a: 1}"]
    lines += [f"x{n}: &x{n} {{a: *x{n - 1}, b: *x{n - 1}}}" for n in range(1, 40)]
    with open(tiny.folder / "my.yaml", "a") as file:
        file.write("\n".join(lines))
    run = tiny("--dry-run", check=False)
    assert run.status == 1
    assert "aliases repeat more than 100000 values" in run.text.splitlines()[-1]


def test_a_module_may_configure_only_what_differs(tiny):
    """The workflow catalog uses workflows in this way."""
    (tiny.folder / "Snakefile").write_text(
        'configfile: "my.yaml"\n'
        "module diarflow:\n"
        f"    snakefile: {str(ROOT / 'workflow' / 'Snakefile')!r}\n"
        "    config: config\n"
        "use rule * from diarflow\n"
    )
    command = [sys.executable, "-m", "snakemake", "results/tiny/audio/a.wav", "--cores", "1"]
    done = subprocess.run(command, cwd=tiny.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tiny.folder / "results/tiny/audio/a.wav").exists()
