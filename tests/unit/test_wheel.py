"""Content of the wheel. `tests/slow/test_deployment.py` installs one and runs it."""

import re
import runpy

from conftest import ROOT

HOOK = runpy.run_path(str(ROOT / "resources" / "wheel" / "build_hook.py"))


def places(version):
    """Return what the hook adds to a wheel: each file or folder of the checkout with its place."""

    class Hook(HOOK["WheelFiles"]):
        root = str(ROOT)

        def __init__(self):
            pass

    build_data = {"force_include": {}}
    Hook().initialize(version, build_data)
    return build_data["force_include"]


def test_the_wheel_contains_what_runs_read():
    added = places("standard")
    assert all((ROOT / path).exists() for path in added)
    assert {to for to in added.values() if "/" not in to} == {"snakemake_logger_plugin_diarflow"}
    needed = {"Snakefile", "config.yaml", "config/recordings.tsv", "workflow/Snakefile", "envs/audio.yaml",
              "profiles/slurm/profile.yaml", "scripts/diarflow/backends.py", "scripts/score_recording.py",
              "resources/models/campplus.onnx", "resources/demo/recordings.tsv"}  # fmt: skip
    for name in needed:
        parents = [str(ROOT / name), *map(str, (ROOT / name).parents)]
        assert any(added.get(path, "").startswith("diarflow/") for path in parents), name


def test_an_editable_installation_contains_no_files():
    assert places("editable") == {}


def test_the_folders_of_git_modules_are_those_of_the_wheel():
    text = (ROOT / "workflow" / "Snakefile").read_text()
    folders = re.findall(r'"([\w.]+)"', re.search(r"UNPACKED = \((.+?)\)", text, re.S)[1])
    of_wheel = {name.split("/")[0] for name in HOOK["FILES"]} - {"config"}
    assert set(folders) == of_wheel
