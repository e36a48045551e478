"""Start of Python in jobs: from any path, and without the modules that lie in the folder of the run.

Snakemake 9.27.1 does not quote the path of Python, and starts jobs on a cluster by `python -m snakemake`, which imports
from the current folder first: a file `numpy.py` of a corpus would replace NumPy.
"""

import os
import shlex
import sys
from collections.abc import Callable
from importlib.machinery import PathFinder
from typing import Any

from diarflow.errors import InputError
from diarflow.planning.snakemake_patches import wrap_method


def forget_current_folder(snakefile: str) -> None:
    """Remove the current folder from the search path, where `python -m snakemake` has put it.

    The folder of the Snakefile stays, because Snakemake adds it for the modules of the Snakefile.
    """
    folder = os.getcwd()
    wanted = [os.path.dirname(snakefile), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    if folder in sys.path and folder not in map(os.path.abspath, filter(None, wanted)):
        sys.path.remove(folder)


def apply() -> None:
    """Let this process start jobs safely. Raises InputError if it has imported a module of the run's folder itself."""
    check_modules(os.getcwd())
    os.environ["PYTHONSAFEPATH"] = "1"

    from snakemake.executors.local import Executor
    from snakemake.script import PythonScript
    from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor

    if shlex.quote(sys.executable) != sys.executable:
        wrap_method(_with_quoted_python, PythonScript, "_execute_cmd")
    for executor in (Executor, RemoteExecutor):
        wrap_method(_safe_python, executor, "get_python_executable")


def check_modules(folder: str) -> None:
    """Raise InputError if a module of this process lies in a folder and stands in for a library."""
    for name, module in sorted(sys.modules.items()):
        file = os.path.abspath(getattr(module, "__file__", None) or os.sep)
        if "." in name or os.path.dirname(file).removesuffix(f"{os.sep}{name}") != folder:
            continue
        library = PathFinder.find_spec(name)
        if library and library.origin != file:
            raise InputError(
                f"{file}: Python has imported this file instead of the library {name}; "
                "start Snakemake by `snakemake` or by `python -P -m snakemake`"
            )


def _with_quoted_python(
    execute: Callable, script: Any, command: str, *, py_exec: str = "", **keywords: Any
) -> Any:
    """Execute the command of a script, with the path of Python quoted for the shell."""
    quoted = {"py_exec": shlex.quote(py_exec)} if py_exec else {}
    return execute(script, command, **quoted, **keywords)


def _safe_python(get_python: Callable, executor: Any) -> str:
    """Return the start of the command of a job: Python, without the current folder in its search path."""
    return f"{shlex.quote(get_python(executor))} -P"
