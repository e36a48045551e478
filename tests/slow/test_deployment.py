"""Each kind of deployment, from a clean folder up to RTTM and report, offline except for the index of pip.

`docs/environments.md` lists what these tests prove.
"""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import stand_in_conda
import yaml
from conftest import ROOT
from workflow_runs import MODULE_RULES, write_tiny_corpus

pytestmark = pytest.mark.slow

MODULE = """\
configfile: "my.yaml"


module diarflow:
    snakefile:
        {snakefile}
    config:
        config
{prefix}

{rules}

rule summary:
    default_target: True
    input:
        rules.diarflow_all.input,
        rttm=rules.diarflow_rttm.input,
    output:
        "summary.rttm",
    shell:
        "cat {{input.rttm}} > {{output}}"
"""


def run(*command, folder, **variables):
    """Run a command in a folder, without the environment of this test, and return its output."""
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
    }
    done = subprocess.run(
        list(map(str, command)), cwd=folder, text=True, env=environment | variables,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
        "--wheel-dir", folder, ROOT, folder=folder)  # fmt: skip
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def plain_snakemake(tmp_path_factory):
    """The programs of an environment with Snakemake alone, in the locked versions."""
    folder = tmp_path_factory.mktemp("plain")
    venv.create(folder, with_pip=True)
    text = (ROOT / "requirements" / "run.txt").read_text()
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(re.findall(r"^[\w.-]+==[\w.]+", text, re.M)))
    run(folder / "bin" / "pip", "install", "--quiet", "-c", constraints, "snakemake", folder=folder)
    return folder / "bin"


@pytest.fixture
def tiny(tmp_path):
    """A clean folder with a tiny corpus, in one batch for each rule."""
    folder = tmp_path / "tiny"
    write_tiny_corpus(folder, "classic", changes="none")
    settings = yaml.safe_load((folder / "my.yaml").read_text())
    (folder / "my.yaml").write_text(yaml.safe_dump(settings | {"batch_size": 10}))
    return folder


def assert_complete(folder: Path):
    """Check that the run in a folder has written its RTTM and its report."""
    for name in "ab":
        assert (folder / f"results/tiny/rttm/classic/{name}.rttm").read_text().startswith("SPEAKER")
    assert (folder / "results/report/index.html").exists()


def test_a_wheel_in_a_clean_environment(wheel, tiny, tmp_path):
    venv.create(tmp_path / "clean", with_pip=True)
    programs = tmp_path / "clean" / "bin"
    run(programs / "pip", "install", "--quiet", wheel, folder=tmp_path)
    text = run(programs / "diarflow", "run", "my.yaml", "--cores", "1", folder=tiny)
    assert_complete(tiny)
    assert "2 of 2 recordings" in text
    text = run(programs / "diarflow", "run", "my.yaml", "--", "--dry-run", folder=tiny)
    assert "Nothing to be done" in text
    run(programs / "diarflow", "init", folder=tmp_path)
    text = run(programs / "diarflow", "run", "--", "--dry-run", folder=tmp_path)
    assert "write_rttm" in text


@pytest.mark.parametrize("prefix", ["", "diarization"])
def test_a_module_from_git_with_plain_snakemake_and_conda(plain_snakemake, tiny, tmp_path, prefix):
    """The environments are those of `envs/*.yaml`, made by the stand-in for conda."""
    conda = stand_in_conda.install(tmp_path / "conda")
    commit = run("git", "rev-parse", "HEAD", folder=ROOT).strip()  # one version for all jobs
    snakefile = f'"git+file://{ROOT}/workflow/Snakefile@{commit}"'
    directive = f'    prefix:\n        "{prefix}"\n' if prefix else ""
    (tiny / "Snakefile").write_text(
        MODULE.format(snakefile=snakefile, prefix=directive, rules=MODULE_RULES)
    )
    run(plain_snakemake / "snakemake", "--cores", "1", "--sdm", "conda", folder=tiny,
        PATH=f"{conda}:{os.environ['PATH']}", XDG_CACHE_HOME=str(tmp_path / "cache"))  # fmt: skip
    assert_complete(tiny / prefix)
    assert (tiny / "results").exists() != bool(prefix)
    assert (tiny / "summary.rttm").read_text().count("SPEAKER") > 3
    created = (tmp_path / "conda" / "created.txt").read_text().splitlines()
    assert len(created) == 3


def test_snakedeploy_from_a_bare_repository(plain_snakemake, tiny, tmp_path):
    """Git fetches from the bare repository what it would fetch from GitHub."""
    bare = tmp_path / "github.com" / "diarflow" / "diarflow"
    run("git", "clone", "--quiet", "--bare", ROOT, bare, folder=tmp_path)
    run("git", "tag", "v0", "HEAD", folder=bare)
    venv.create(tmp_path / "snakedeploy", with_pip=True)
    programs = tmp_path / "snakedeploy" / "bin"
    run(programs / "pip", "install", "--quiet", "snakedeploy==0.17.1", folder=tmp_path)
    target = tmp_path / "deployed"
    run(programs / "snakedeploy", "deploy-workflow", f"file://{bare}", target, "--tag", "v0",
        folder=tmp_path)  # fmt: skip
    settings = yaml.safe_load((target / "config" / "config.yaml").read_text())
    assert settings["corpora"][0]["name"] == "demo"
    git = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.file://{tmp_path}/github.com/.insteadOf",
           "GIT_CONFIG_VALUE_0": "https://github.com/", "XDG_CACHE_HOME": str(tmp_path / "cache"),
           "PATH": f"{stand_in_conda.install(tmp_path / 'conda')}:{os.environ['PATH']}"}  # fmt: skip
    text = run(plain_snakemake / "snakemake", "--sdm", "conda", "--dry-run",
               folder=target, **git)  # fmt: skip
    assert "fetch_sample" in text and "write_rttm" in text
