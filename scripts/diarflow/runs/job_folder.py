"""Folder of a job: that of the prefix, in a module that has one (diarflow/prefix.py), else that of the run.

Below the prefix lie `results/`, `logs/` and `models/`, so that the code of jobs needs no prefix. Paths of the user are
relative to the folder of the run.
"""

import os
import shlex
from typing import Any

from diarflow.prefix import OWN_FOLDERS
from diarflow.remote import is_remote

_PATHS_OF_ROWS = ("audio", "reference", "uem", "rttm", "transcript")
# settings that are paths of the user, by rule; of all other rules the model
_PATHS_OF_SETTINGS = {
    "enroll_speakers": ("model", "audio"),
    "report_all": ("baseline",),
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
        is_outside = relative.startswith(os.pardir) or is_remote(str(path))
        return self.user_path(str(path)) if is_outside else relative

    def user_path(self, path: str) -> str:
        """Return the absolute path of a file of the user; another value, such as a URL or the name of a shipped model, stays.

        Paths that begin with `results/` or `models/` are those of rules.
        """
        if not self.prefix or path.startswith(OWN_FOLDERS) or is_remote(path):
            return path
        absolute = os.path.join(self._run_folder, path)
        return absolute if os.path.exists(absolute) else path

    def row(self, row: Any) -> Any:
        """Return a part of a row, with absolute paths of the user."""
        return self._with_paths(row, _PATHS_OF_ROWS) if self.prefix else row

    def settings(self, rule: str, settings: dict[str, Any]) -> dict[str, Any]:
        """Return the settings of a rule, with absolute paths of the user."""
        if not self.prefix:
            return settings
        changed = self._with_paths(settings, _PATHS_OF_SETTINGS.get(rule, ("model",)))
        if rule == "run_command":
            changed["command"] = shlex.join(map(self._word, shlex.split(settings["command"])))
        return changed

    def _word(self, word: str) -> str:
        """Return a word of a command; the name of a program without a folder is looked up in PATH."""
        return self.user_path(word) if os.path.dirname(word) or self._is_file(word) else word

    def _is_file(self, word: str) -> bool:
        return os.path.isfile(os.path.join(self._run_folder, word))

    def _with_paths(self, value: Any, keys: tuple[str, ...]) -> Any:
        if isinstance(value, dict):
            return {
                key: self.user_path(item)
                if key in keys and isinstance(item, str)
                else self._with_paths(item, keys)
                for key, item in value.items()
            }
        return (
            [self._with_paths(item, keys) for item in value] if isinstance(value, list) else value
        )


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
