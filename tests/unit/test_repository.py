"""What stands in two places says the same in both."""

import re
from pathlib import Path

import pytest
import yaml

from diarflow.digests import digest
from diarflow.simulation.speakers import part_of

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "resources" / "models"


def locked(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==([\w.]+)", text, flags=re.M))


@pytest.mark.parametrize("path", sorted((ROOT / "envs").glob("*.yaml")), ids=lambda path: path.stem)
def test_conda_environments_have_the_versions_of_the_lock(path):
    packages = yaml.safe_load(path.read_text())["dependencies"][-1]["pip"]
    lock = locked("pyannote") | locked("train") | locked("run")
    assert packages == [
        f"{name}=={lock[name]}" for name in sorted(p.split("==")[0] for p in packages)
    ]


def test_every_environment_that_a_rule_names_is_there():
    text = "".join(path.read_text() for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    named = set(re.findall(r'envs/(\w+)\.yaml"', text)) | {"pyannote"}
    assert named == {path.stem for path in (ROOT / "envs").glob("*.yaml")}


def test_the_heavy_libraries_are_in_their_groups_alone():
    heavy = {"torch", "tensorflow-cpu", "keras", "pyannote-audio"}
    assert not heavy & set(locked("run")) and not {"torch"} & set(locked("dev"))
    assert {"torch", "pyannote-audio"} <= set(locked("pyannote"))
    assert {"tensorflow-cpu", "keras"} <= set(locked("train"))


def test_what_is_installed_for_development_and_for_runs_has_the_same_versions():
    run, dev = locked("run"), locked("dev")
    assert run == {name: dev[name] for name in run}


@pytest.mark.parametrize("name", ["large", "slurm"])
def test_the_profiles_for_batches_repeat_what_the_default_one_says(name):
    """A workflow profile takes the place of the default one. Checksums of large files serve no batches."""
    default, other = (
        yaml.safe_load((ROOT / "profiles" / one / "profile.yaml").read_text())
        for one in ("default", name)
    )
    assert default.pop("max-checksum-file-size") and "max-checksum-file-size" not in other
    assert default.pop("retries") <= other["retries"]
    assert default == {key: other[key] for key in default}


def test_the_plugin_for_slurm_is_in_its_group_and_where_it_is_tested():
    plugin = "snakemake-executor-plugin-slurm"
    assert plugin not in locked("run") and plugin not in locked("dev")
    assert locked("slurm")[plugin] == locked("pyannote")[plugin]
    assert locked("run").items() <= locked("slurm").items()


def test_a_model_that_is_shipped_is_the_one_its_card_describes():
    card = (MODELS / "README.md").read_text()
    for path in [*MODELS.glob("*.onnx"), *MODELS.glob("*.keras"), *MODELS.glob("*.npz")]:
        assert path.name in card and f"`{digest(path)}`" in card


def test_the_artifacts_of_the_readme_are_those_of_the_rules():
    """The table of artifacts names the folders that rules write."""
    rules = "".join(path.read_text() for path in (ROOT / "workflow" / "rules").glob("*.smk"))
    readme = (ROOT / "README.md").read_text()
    for product in re.findall(r"`results/\{corpus\}/(\w+)/", readme):
        assert f"results/{{corpus}}/{product}/" in rules


def test_no_path_of_a_machine_is_in_the_sources():
    for folder in ("scripts", "workflow", "docs", "bench", "tests"):
        for path in (ROOT / folder).rglob("*"):
            if (
                path.suffix in (".py", ".smk", ".md", ".yaml", ".rst")
                and "results" not in path.relative_to(ROOT).parts  # those of bench/peers
                and path.name != Path(__file__).name
            ):
                assert "/root/" not in path.read_text() and "/home/" not in path.read_text(), path


def test_the_speakers_of_the_change_detector_are_in_the_parts_that_are_written_down():
    """Whoever tests it knows whom it has not heard."""
    rows = [line.split("\t") for line in (MODELS / "bilstm-speakers.tsv").read_text().splitlines()]
    assert rows[0] == ["speaker", "part"] and len(rows) == 369
    assert all(part_of(speaker) == part for speaker, part in rows[1:])
