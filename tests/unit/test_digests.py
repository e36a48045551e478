import json
import subprocess
import sys
from pathlib import Path

import pytest

from diarflow.digests import canonical, digest, versions

ROOT = Path(__file__).resolve().parents[2]


def test_swapped_values_and_another_number_differ_and_spelling_does_not():
    assert canonical(a=1, b=2) != canonical(a=2, b=1)
    assert canonical(a=1.0) == canonical(a=1) != canonical(a=1.5)
    assert canonical(x={"b": 2.0, "a": [1.0]}) == canonical(x={"a": [1], "b": 2})


def test_versions_and_digests():
    assert versions("numpy", "nowhere") == {
        "numpy": __import__("numpy").__version__,
        "nowhere": "missing",
    }
    # what sha256sum says of an empty file
    assert digest(Path("/dev/null")).startswith("e3b0c44298fc1c149afbf4c8996fb924")


def imported(code):
    """Modules that are loaded after `code`, in a new Python."""
    command = f"import sys, json; sys.path.insert(0, {str(ROOT / 'scripts')!r})\n{code}\n"
    command += "print(json.dumps([m for m in sys.modules]))"
    out = subprocess.run(
        [sys.executable, "-c", command], check=True, capture_output=True, text=True
    )
    return set(json.loads(out.stdout))


HEAVY = {
    "torch",
    "tensorflow",
    "keras",
    "librosa",
    "sklearn",
    "pandas",
    "pyannote",
    "scipy",
    "pyarrow",
}


def test_planning_imports_nothing_heavy():
    modules = (
        "diarflow.settings, diarflow.planning.session, diarflow.planning.plan, diarflow.planning.requirements, diarflow.planning.recording_files, "
        "diarflow.digests, diarflow.runs.summary"
    )
    assert not imported(f"import {modules}") & HEAVY


@pytest.mark.parametrize(
    "modules",
    [
        "diarflow.speech.webrtc, diarflow.artifacts.tables, diarflow.runs.job",
        "diarflow.timeline.resegment, diarflow.artifacts.tables, diarflow.runs.job",
        "diarflow.clustering.kmeans, diarflow.clustering.meanshift, diarflow.artifacts.arrays, diarflow.artifacts.tables",
        "diarflow.turns.join, diarflow.scoring.hypothesis, diarflow.formats.rttm, diarflow.artifacts.tables",
    ],
)
def test_light_jobs_import_nothing_heavy_before_their_work(modules):
    assert not imported(f"import {modules}") & (HEAVY - {"pyarrow"})


def test_the_tests_of_pure_functions_import_neither_torch_nor_tensorflow():
    tests = sorted(path.stem for path in Path(__file__).parent.glob("test_*.py"))
    places = [Path(__file__).parent, ROOT / "tests", ROOT]
    here = f"sys.path[:0] = {list(map(str, places))!r}"
    loaded = imported("\n".join([here, *(f"import {name}" for name in tests)]))
    assert not loaded & {"torch", "tensorflow", "keras"}
