import json
import subprocess
import sys
from pathlib import Path

import pytest

from diarflow import lineage
from diarflow.lineage import canonical, digest, revision, versions

ROOT = Path(__file__).resolve().parents[2]


def test_swapped_values_and_another_number_differ_and_spelling_does_not():
    assert canonical(a=1, b=2) != canonical(a=2, b=1)
    assert canonical(a=1.0) == canonical(a=1) != canonical(a=1.5)
    assert canonical(x={"b": 2.0, "a": [1.0]}) == canonical(x={"a": [1], "b": 2})


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of our name in which modules can be edited."""
    monkeypatch.setattr(lineage, "PACKAGE", tmp_path)
    (tmp_path / "speech").mkdir()
    texts = {
        "script.py": "from diarflow.speech import LIST\nfrom diarflow.speech.one import f\n"
        "from diarflow.jobs import Job\n",
        "speech/__init__.py": "LIST = {}\n",
        "speech/one.py": '"""Doc."""\nfrom diarflow.helper import g\n\n\ndef f():\n    """Doc."""\n    return g()\n',
        "helper.py": "def g():\n    return 1  # a comment\n",
        "jobs.py": "class Job: pass\n",
        "other.py": "x = 1\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)

    def of(**edits):
        for name, (old, new) in edits.items():
            path = tmp_path / name.replace("__", "/", 1)
            path = path.with_suffix(".py")
            path.write_text(path.read_text().replace(old, new))
        revision.cache_clear()
        return revision(tmp_path / "script.py")

    return of


@pytest.mark.parametrize(
    ("module", "old", "new", "differs"),
    [
        ("helper", "return 1", "return 2", True),
        ("speech__one", "return g()", "return g() + 1", True),
        ("script", "import Job", "import Job as J", True),
        ("helper", "a comment", "another comment", False),
        ("speech__one", "Doc.", "Another.", False),
        ("jobs", "pass", "x = 1", False),
        ("other", "x = 1", "x = 2", False),
    ],
)
def test_code_that_a_script_uses_counts_and_comments_do_not(package, module, old, new, differs):
    before = package()
    assert (package(**{module: (old, new)}) != before) is differs


def test_another_backend_in_the_list_changes_nothing(package, tmp_path):
    before = package()
    (tmp_path / "speech" / "__init__.py").write_text("LIST = {'new': 1}\n")
    revision.cache_clear()
    assert revision(tmp_path / "script.py") == before


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
        "diarflow.settings, diarflow.corpora, diarflow.plan, diarflow.stages, diarflow.rows, "
        "diarflow.lineage, diarflow.report.summary"
    )
    assert not imported(f"import {modules}") & HEAVY


@pytest.mark.parametrize(
    "modules",
    [
        "diarflow.speech.webrtc, diarflow.tables, diarflow.jobs",
        "diarflow.segments, diarflow.tables, diarflow.jobs",
        "diarflow.clustering.kmeans, diarflow.clustering.meanshift, diarflow.arrays, diarflow.tables",
        "diarflow.turns.join, diarflow.hypothesis, diarflow.formats.rttm, diarflow.tables",
    ],
)
def test_light_jobs_import_nothing_heavy_before_their_work(modules):
    assert not imported(f"import {modules}") & (HEAVY - {"pyarrow"})


def test_the_tests_of_pure_functions_import_neither_torch_nor_tensorflow():
    tests = sorted(path.stem for path in Path(__file__).parent.glob("test_*.py"))
    places = [Path(__file__).parent, ROOT / "tests", ROOT / "bench" / "peers"]
    here = f"sys.path[:0] = {list(map(str, places))!r}"
    loaded = imported("\n".join([here, *(f"import {name}" for name in tests)]))
    assert not loaded & {"torch", "tensorflow", "keras"}
