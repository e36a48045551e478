"""Folder of a job: that of the prefix, in a module that has one (diarflow/prefix.py), else that of the run.

Below the prefix lie `results/`, `logs/` and `models/`, so that the code of jobs needs no prefix. Paths of the user are
relative to the folder of the run.
"""

import os
import shlex
from collections.abc import Callable
from typing import Any

from diarflow.prefix import OWN_FOLDERS
from diarflow.remote import is_remote

_PATHS_OF_ROWS = ("audio", "reference", "uem", "rttm", "transcript")
# settings that are paths of the user, by rule; of all other rules the model
_PATHS_OF_SETTINGS = {
    "enroll_speakers": ("model", "audio"),
    "report_all": (),
    "run_command": ("environment",),
    "run_pipeline": ("pipeline",),
    "simulate_conversations": ("speakers",),
    "train_plda": ("model", "speakers"),
    "tune_system": (),
}
_LOG_OF_RETRY = "logs/retry.log"  # of the rule without output


class JobFolder:
    """Folder in which a job works. Without a prefix, all values stay as they are."""

    def __init__(self, prefix: str = ""):
        self._run_folder = os.getcwd()
        self.prefix = prefix
        if prefix:
            os.chdir(prefix)

    def input_path(self, path: Any) -> str:
        """Return the path of an input or output of the job, as Snakemake gives it, in this folder."""
        relative = os.path.relpath(os.path.join(self._run_folder, path))
        return self._absolute(str(path)) if relative.startswith(os.pardir) else relative

    def _user_path(self, path: str) -> str:
        """Return the absolute path of a file of the user. URLs and paths of rules stay."""
        is_of_user = path and not path.startswith(OWN_FOLDERS) and not is_remote(path)
        return self._absolute(path) if is_of_user else path

    def _existing(self, name: str) -> str:
        """Return the absolute path of a file or folder of the user, or a name, such as that of a shipped model."""
        path = self._user_path(name)
        return path if os.path.exists(path) else name

    def _absolute(self, path: str) -> str:
        return os.path.join(self._run_folder, path)

    def row(self, row: Any) -> Any:
        """Return a part of a row, with absolute paths of the user."""
        return _with_paths(row, _PATHS_OF_ROWS, self._user_path) if self.prefix else row

    def settings(self, rule: str, settings: dict[str, Any]) -> dict[str, Any]:
        """Return the settings of a rule, with absolute paths of the user."""
        if not self.prefix:
            return settings
        keys = _PATHS_OF_SETTINGS.get(rule, ("model",))
        changed = _with_paths(settings, keys, self._existing)
        if rule == "report_all" and (baseline := settings.get("baseline")):
            changed["baseline"] = self._absolute(baseline)  # results of another run
        if rule == "run_command":
            changed["command"] = shlex.join(map(self._word, shlex.split(settings["command"])))
        return changed

    def _word(self, word: str) -> str:
        """Return a word of a command; the name of a program without a folder is looked up in PATH."""
        is_path = os.path.dirname(word) or os.path.isfile(self._absolute(word))
        return self._existing(word) if is_path else word


def _with_paths(value: Any, keys: tuple[str, ...], change: Callable[[str], str]) -> Any:
    """Return values of JSON, with the texts under some keys changed."""
    if isinstance(value, list):
        return [_with_paths(item, keys, change) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: change(item)
        if key in keys and isinstance(item, str)
        else _with_paths(item, keys, change)
        for key, item in value.items()
    }


def enter_folder(snakemake: Any) -> JobFolder:
    """Enter the folder of a job's prefix, and make the paths of the job relative to it."""
    folder = JobFolder(_prefix_of(snakemake))
    if folder.prefix:
        for name in ("input", "output", "log"):
            files = getattr(snakemake, name)
            setattr(snakemake, name, type(files)(toclone=files, custom_map=folder.input_path))
    return folder


def _prefix_of(snakemake: Any) -> str:
    """Return the prefix of a job: the common part of its log, which lies in `logs/`, and its first output, which does not."""
    log = str(snakemake.log[0])
    output = next(map(str, snakemake.output), "")
    if not output:
        return log.removesuffix(_LOG_OF_RETRY) if log.endswith(_LOG_OF_RETRY) else ""
    if os.path.isabs(log) != os.path.isabs(output):
        return ""
    prefix = os.path.commonpath([log, output])
    return prefix if prefix and log.startswith(os.path.join(prefix, "logs", "")) else ""
