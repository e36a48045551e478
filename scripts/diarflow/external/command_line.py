"""Command lines of external systems: lists of words with placeholders. They run without a shell.

A command is split into words as a POSIX shell splits it. Then each placeholder is replaced by its value for the
recording or the job. So no value can end a word or start another program.
"""

import os
import re
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diarflow.errors import InputError
from diarflow.formats.text import shown

# names of the placeholders of a command; docs/systems.md has their meanings
PLACEHOLDERS = (
    "audio", "rttm", "output", "folder", "list", "name", "num_speakers", "min_speakers", "max_speakers",
)  # fmt: skip
_OF_JOB = {"list", "folder"}
_RESULTS = {"rttm", "output", "folder"}
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


def parse_command(command: str) -> list[str]:
    """Split a command into words. Raises ValueError if it is malformed, or lacks a placeholder for audio or result.

    >>> parse_command("diarize --in '{audio}' {rttm}")
    ['diarize', '--in', '{audio}', '{rttm}']
    """
    words = shlex.split(command)
    if not words:
        raise ValueError("is empty, expected a program and its arguments")
    names = {name for word in words for name in _PLACEHOLDER.findall(word)}
    if unknown := sorted(names - set(PLACEHOLDERS)):
        expected = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(f"contains {{{unknown[0]}}}, expected one of {expected}")
    if not names & {"audio", "list"}:
        raise ValueError("contains neither {audio} nor {list}")
    if not names & _RESULTS:
        raise ValueError("contains neither {rttm}, {output} nor {folder}")
    if "list" in names and names & (set(PLACEHOLDERS) - _OF_JOB):
        single = min(names & (set(PLACEHOLDERS) - _OF_JOB))
        raise ValueError(
            f"contains {{list}} and {{{single}}}, which belongs to a single recording; use {{folder}} for the results"
        )
    if "list" in names and "folder" not in names:
        raise ValueError("contains {list}, but not {folder}")
    return words


def is_of_job(words: list[str]) -> bool:
    """Return whether one process works on all recordings of a job, rather than on one."""
    return any("{list}" in word for word in words)


def fill(words: list[str], values: Mapping[str, Any]) -> list[str]:
    """Return the words with values in place of the placeholders.

    A word that contains a placeholder without a value (None) is left out. If it begins with this placeholder, the option
    before it, a word that begins with a hyphen, is left out too.

    >>> words = ["diarize", "a.wav", "--speakers", "{num_speakers}", "--most={max_speakers}"]
    >>> fill(words, {"num_speakers": 2, "max_speakers": None})
    ['diarize', 'a.wav', '--speakers', '2']
    >>> fill(words, {"num_speakers": None, "max_speakers": 4})
    ['diarize', 'a.wav', '--most=4']
    """
    filled: list[str] = []
    for word in words:
        names = _PLACEHOLDER.findall(word)
        if any(values.get(name) is None for name in names):
            if word.startswith("{") and filled[1:] and filled[-1].startswith("-"):
                filled.pop()
            continue
        filled.append(_PLACEHOLDER.sub(lambda match: str(values[match[1]]), word))
    return filled


def resolve_files(words: list[str], environment: str | None = None) -> list[str]:
    """Make the relative paths of existing files absolute, because the program runs in another folder.

    The first word is the program: a path, or a name that is looked up in
    `bin` of the folder `environment` and in PATH. Raises InputError if there is no such program.
    """
    folders = [os.path.join(os.path.abspath(environment), "bin")] if environment else []
    path = os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])
    program = shutil.which(words[0], path=path)
    if program is None:
        raise InputError(f"program {shown(words[0])} does not exist or is not executable")
    return [os.path.abspath(program), *(_resolved(word) for word in words[1:])]


def _resolved(word: str) -> str:
    return os.path.abspath(word) if Path(word).is_file() and not os.path.isabs(word) else word
