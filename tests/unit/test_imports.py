"""Imports: planning and light jobs load no heavy library, so that they start fast."""

import subprocess
import sys

import pytest
from conftest import ROOT

HEAVY = {
    "torch", "tensorflow", "keras", "librosa", "sklearn", "pandas", "pyannote", "scipy", "pyarrow",
}  # fmt: skip


def imported(code):
    """Return the modules that a new process has loaded after `code`."""
    command = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'scripts')!r})\n{code}\nprint(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", command], check=True, capture_output=True, text=True
    )
    return set(done.stdout.split())


def imports_of(*modules):
    return imported("".join(f"import diarflow.{module}\n" for module in modules))


def test_planning_imports_no_heavy_library():
    assert not imports_of("planning.session", "planning.run_folder", "runs.summary") & HEAVY


@pytest.mark.parametrize(
    "modules",
    [
        ("speech.webrtc",),
        ("timeline.resegment",),
        ("clustering.kmeans", "clustering.meanshift", "artifacts.arrays"),
        ("turns.join", "scoring.hypothesis", "formats.rttm"),
    ],
    ids=" ".join,
)
def test_light_jobs_import_no_heavy_library_before_their_work(modules):
    loaded = imports_of("runs.job", "artifacts.tables", *modules)
    assert not loaded & (HEAVY - {"pyarrow"})


def test_features_load_no_module_of_librosa_that_compiles_functions():
    """Compiling takes half a minute in a new environment."""
    code = (
        "import numpy\nfrom diarflow.audio.mel import mel_power\n"
        "mel_power(numpy.zeros(800, numpy.float32), frame=400, hop=160)"
    )
    loaded = imported(code)
    assert "librosa.filters" in loaded
    assert not loaded & {"librosa.util.utils", "librosa.core.audio", "librosa.feature.spectral"}
