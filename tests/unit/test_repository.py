"""Files of the repository that must agree with each other."""

import doctest
import re
from importlib import import_module
from importlib.util import find_spec

import pytest
import yaml
from conftest import ROOT

from bench import index
from diarflow.digests import digest
from diarflow.settings.names import RESERVED
from diarflow.simulation.speakers import part_of

MODELS = ROOT / "resources" / "models"
TEXT_FILES = (".py", ".smk", ".md", ".yaml", ".yml", ".toml", ".rst")
FOLDERS = (".github", "bench", "docs", "envs", "profiles", "resources", "scripts", "tests", "workflow")  # fmt: skip


def locked(name):
    """Return the versions of the packages in a lock file."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==([\w.]+)", text, flags=re.M))


def text_files():
    """Yield the text files of the repository, without those that runs write."""
    yield from ROOT.glob("*.md")
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            ignored = path.relative_to(ROOT).parts[:3] in (("bench", "peers", "results"), ("bench", "peers", "results-given"))  # fmt: skip
            if path.suffix in TEXT_FILES and not ignored:
                yield path


@pytest.mark.parametrize("path", sorted((ROOT / "envs").glob("*.yaml")), ids=lambda path: path.stem)
def test_conda_environments_have_the_locked_versions(path):
    packages = yaml.safe_load(path.read_text())["dependencies"][-1]["pip"]
    lock = locked("pyannote") | locked("pyannote-torch") | locked("train") | locked("run")
    names = sorted(package.split("==")[0] for package in packages)
    assert packages == [f"{name}=={lock[name]}" for name in names]


def test_every_environment_of_a_rule_exists():
    text = "".join(path.read_text() for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    used = set(re.findall(r'envs/(\w+)\.yaml"', text)) | {"pyannote"}
    assert used == {path.stem for path in (ROOT / "envs").glob("*.yaml")}


def test_heavy_libraries_are_locked_only_in_their_groups():
    heavy = {"torch", "tensorflow-cpu", "keras", "pyannote-audio"}
    assert not heavy & set(locked("run")) and not {"torch"} & set(locked("dev"))
    assert "pyannote-audio" in locked("pyannote") and "torch" in locked("pyannote-torch")
    assert {"tensorflow-cpu", "keras"} <= set(locked("train"))


LOCKS = [*ROOT.glob("requirements/*.txt"), *ROOT.glob("bench/peers/requirements/*.txt")]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_every_package_is_locked_with_hashes_except_those_with_builds_for_each_machine(path):
    if path.stem == "overrides":
        return
    text = path.read_text()
    packages = re.findall(r"^([A-Za-z0-9._-]+)==", text, re.M)
    hashed = re.findall(r"^([A-Za-z0-9._-]+)==.*\\\n    --hash=sha256:", text, re.M)
    if path.stem.endswith("-torch"):
        assert set(packages) <= {"torch", "torchaudio", "torchcodec"}
    else:
        assert packages == hashed and len(packages) > 0


def test_runs_and_development_have_the_same_versions():
    run, dev = locked("run"), locked("dev")
    assert run == {name: dev[name] for name in run}


def test_the_build_backend_is_locked_with_the_version_of_the_build_system():
    [requirement] = re.findall(r'^requires = \["(.+)"\]', (ROOT / "pyproject.toml").read_text(), re.M)  # fmt: skip
    name, version = requirement.split("==")
    assert {locked(lock)[name] for lock in ("run", "dev", "slurm", "pyannote")} == {version}


def test_pre_commit_has_the_locked_versions():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    versions = {repo["hooks"][0]["id"]: repo["rev"].lstrip("v") for repo in config["repos"]}
    packages = {"ruff-check": "ruff", "snakefmt": "snakefmt", "codespell": "codespell"}
    assert versions == {hook: locked("dev")[package] for hook, package in packages.items()}


@pytest.mark.parametrize("name", ["large", "slurm"])
def test_profiles_for_batches_repeat_the_default_profile(name):
    """A workflow profile replaces the default one. Checksums of large files are only for single recordings."""
    default, other = (
        yaml.safe_load((ROOT / "profiles" / profile / "profile.yaml").read_text())
        for profile in ("default", name)
    )
    assert default.pop("max-checksum-file-size") and "max-checksum-file-size" not in other
    assert default.pop("retries") <= other["retries"]
    assert default == {key: other[key] for key in default}


def test_the_slurm_plugin_is_locked_in_its_group_and_for_slow_tests():
    plugin = "snakemake-executor-plugin-slurm"
    assert plugin not in locked("run") and plugin not in locked("dev")
    assert locked("slurm")[plugin] == locked("pyannote")[plugin]
    assert locked("run").items() <= locked("slurm").items()


def test_the_card_of_every_shipped_model_has_its_digest():
    card = (MODELS / "README.md").read_text()
    for path in [*MODELS.glob("*.onnx"), *MODELS.glob("*.keras"), *MODELS.glob("*.npz")]:
        assert path.name in card and f"`{digest(path)}`" in card


def test_the_table_of_artifacts_has_the_outputs_of_the_rules():
    rules = "".join(path.read_text() for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    page = (ROOT / "docs" / "artifacts.md").read_text()
    page = page[page.index("## Files of a corpus") : page.index("## Files of the report")]
    rows = re.findall(r"^\| (\w[\w, ]*) \| `([^`]+)`", page, flags=re.M)
    assert len(rows) > 15
    for rule_names, path in rows:
        assert f'"results/{{corpus}}/{path}"' in rules, path
        assert all(name in rules for name in rule_names.split(", ")), rule_names


def test_no_file_contains_a_path_of_a_machine():
    for path in text_files():
        assert not re.search(r"/(root|home)/", path.read_text()) or path.name == "test_repository.py", path  # fmt: skip


def test_relative_links_lead_to_files():
    for path in text_files():
        if path.suffix == ".md":
            text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", path.read_text(), flags=re.M | re.S)
            for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
                assert (path.parent / target).exists(), f"{path}: {target}"


@pytest.mark.parametrize(
    "name", ["page", "measure", "snakemake_run", "speed.stages", "peers.tables", "disk.products"]
)
def test_examples_of_the_benchmarks(name):
    result = doctest.testmod(import_module(f"bench.{name}"))
    assert result.attempted and not result.failed


def test_the_reliability_page_lists_existing_tests():
    for path in re.findall(r"tests/\w+/\w+\.py", (ROOT / "docs" / "reliability.py").read_text()):
        assert (ROOT / path).exists(), path


def test_the_training_speakers_are_in_their_parts():
    """Tests with held-out speakers rely on this table."""
    rows = [line.split("\t") for line in (MODELS / "bilstm-speakers.tsv").read_text().splitlines()]
    assert rows[0] == ["speaker", "part"] and len(rows) == 369
    assert all(part_of(speaker) == part for speaker, part in rows[1:])


def test_the_table_of_measurements_has_the_headings_of_the_pages():
    readme = index.README.read_text()
    assert index.with_table(readme) == readme


def test_every_page_of_measurements_names_an_existing_command():
    commands = re.findall(r"`.venv/bin/python -m (bench\.[\w.]+)", index.table())
    assert len(commands) > 10
    for command in commands:
        assert find_spec(command), command


def test_the_corpora_of_the_documentation_and_of_bench_have_allowed_names():
    name = re.compile(
        r"""(?:- |\{|\{")name"?: "?([a-z0-9-]+)"?, (?:"?(?:audio|recordings|simulate|systems)|split)|- name: ([a-z0-9-]+)$""",
        re.M,
    )
    names = {
        first or second
        for path in [*ROOT.glob("docs/*.md"), *ROOT.glob("bench/**/*.py"), *ROOT.glob("bench/configs/*")]
        for first, second in name.findall(path.read_text(encoding="utf-8"))
    }  # fmt: skip
    assert {"dialogues", "tune-8"} <= names and names.isdisjoint(RESERVED)
