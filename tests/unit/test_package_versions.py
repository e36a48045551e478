"""Versions of packages in provenance."""

import re

import pytest
from conftest import ROOT

from diarflow.digests import versions
from diarflow.planning.package_versions import job_versions, use_conda


@pytest.fixture(autouse=True)
def without_conda_afterwards():
    yield
    use_conda(is_used=False)


def test_with_conda_the_versions_are_those_of_the_environments():
    """Results of other versions are made again, also if the packages are not installed beside Snakemake."""
    assert job_versions("torch", "numpy") == versions("torch", "numpy")
    use_conda(is_used=True)
    text = (ROOT / "envs" / "pyannote.yaml").read_text()
    torch = re.search(r"torch==(\S+)", text)[1]
    assert job_versions("torch", "no-such-distribution") == {
        "torch": torch, "no-such-distribution": "missing",
    }  # fmt: skip


def test_the_environments_agree_on_each_version():
    found: dict[str, set[str]] = {}
    for path in (ROOT / "envs").glob("*.yaml"):
        for name, version in re.findall(r"- ([\w.-]+)==(\S+)", path.read_text()):
            found.setdefault(name, set()).add(version)
    assert all(len(of_package) == 1 for of_package in found.values())
