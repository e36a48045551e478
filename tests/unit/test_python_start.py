"""Start of Python in jobs: quoted paths, and no modules from the folder of the run."""

import importlib
import sys
from types import SimpleNamespace

import pytest
from snakemake.executors.local import Executor
from snakemake.script import PythonScript
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
from snakemake_interface_executor_plugins.settings import SharedFSUsage

from diarflow.errors import InputError
from diarflow.planning import python_start
from diarflow.planning.python_start import check_modules, forget_current_folder

STRANGE = "/my projects/it's; $HOME (1)/.venv/bin/python"
QUOTED = """'/my projects/it'"'"'s; $HOME (1)/.venv/bin/python'"""


@pytest.fixture
def strange_python(monkeypatch):
    """Apply the changes in a process whose Python has a path with spaces, quotes and dollars."""
    monkeypatch.setattr(sys, "executable", STRANGE)
    monkeypatch.setenv("PYTHONSAFEPATH", "")
    for owner, name in (
        (PythonScript, "_execute_cmd"), (Executor, "get_python_executable"), (RemoteExecutor, "get_python_executable"),
    ):  # fmt: skip
        monkeypatch.setattr(owner, name, getattr(owner, name))  # restored at the end
    commands = []
    monkeypatch.setattr(
        PythonScript,
        "_execute_cmd",
        lambda script, command, **values: commands.append((command, values)),
    )
    python_start.apply()
    return commands


def test_the_path_of_python_is_quoted_in_the_command_of_a_script(strange_python):
    PythonScript._execute_cmd(None, "{py_exec} {fname:q}", py_exec=STRANGE, fname="x.py")
    PythonScript._execute_cmd(None, "echo $PATH", read=True)
    assert strange_python == [
        ("{py_exec} {fname:q}", {"py_exec": QUOTED, "fname": "x.py"}),
        ("echo $PATH", {"read": True}),
    ]


def test_jobs_on_a_cluster_start_quoted_and_without_the_current_folder(strange_python):
    shared = SimpleNamespace(shared_fs_usage=[SharedFSUsage.SOFTWARE_DEPLOYMENT])
    executor = SimpleNamespace(workflow=SimpleNamespace(storage_settings=shared))
    assert RemoteExecutor.get_python_executable(executor) == f"{QUOTED} -P"
    assert Executor.get_python_executable(executor) == f"{QUOTED} -P"


def test_only_the_current_folder_of_python_m_leaves_the_search_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    for snakefile, remaining in (
        ("/flow/Snakefile", []),
        (f"{tmp_path}/Snakefile", [str(tmp_path)]),
    ):
        monkeypatch.setattr(sys, "path", ["/flow", str(tmp_path), "/lib"])
        forget_current_folder(snakefile)
        assert sys.path == ["/flow", *remaining, "/lib"]
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    forget_current_folder("/flow/Snakefile")
    assert str(tmp_path) in sys.path


def test_an_imported_file_that_stands_in_for_a_library_is_an_error(tmp_path, monkeypatch):
    for name in ("this", "mine"):
        (tmp_path / f"{name}.py").touch()
        monkeypatch.delitem(sys.modules, name, raising=False)
    with monkeypatch.context() as context:
        context.syspath_prepend(tmp_path)
        importlib.import_module("mine")
        check_modules(str(tmp_path))
        importlib.import_module("this")
    message = (
        rf"{tmp_path}/this.py: Python has imported this file instead of the library this; start"
    )
    with pytest.raises(InputError, match=message):
        check_modules(str(tmp_path))
    del sys.modules["this"], sys.modules["mine"]
