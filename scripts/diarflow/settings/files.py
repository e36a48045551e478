"""Checks of the files with settings before anything loads them."""

import json
import os
import stat
import sys
from collections.abc import Sequence

import yaml

from diarflow.backends import PACKAGE
from diarflow.errors import InputError
from diarflow.platforms import platform_problem
from diarflow.settings.yaml_events import cut, problems

DEFAULTS = PACKAGE.parents[1] / "config.yaml"
MAX_BYTES = 20_000_000
_checked: set[bytes] = set()  # contents of files without a mistake


def check_command_line() -> None:
    """Check the operating system, config.yaml and the files of --configfile. At a mistake, print it and end this process.

    Snakemake loads these files before it reads the Snakefile. The profiles, which it reads first, call this function.
    """
    try:
        if problem := platform_problem():
            raise InputError(problem)
        for path in [str(DEFAULTS), *config_files(sys.argv[1:])]:
            check_file(path)
    except InputError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


def config_files(arguments: Sequence[str]) -> list[str]:
    """Return the files of the option --configfile.

    >>> config_files(["all", "--configfile", "a.yaml", "b.yaml", "--cores", "1", "--configfiles=c.yaml"])
    ['a.yaml', 'b.yaml', 'c.yaml']
    """
    files: list[str] = []
    is_value = False
    for argument in arguments:
        if argument.startswith("-"):
            option, _, value = argument.partition("=")
            is_value = option.startswith("--configf")  # options may be abbreviated
            files += [value] if is_value and value else []
        elif is_value:
            files.append(argument)
    return files


def check_file(path: str) -> None:
    """Raise InputError with file and line if a YAML or JSON file is not valid, repeats a key or is too large.

    A file that does not exist is left to Snakemake. A pipe is not checked, because it cannot be read twice.
    """
    try:
        state = os.stat(path)
        if stat.S_ISFIFO(state.st_mode) or stat.S_ISCHR(state.st_mode):
            return
        if state.st_size > MAX_BYTES:
            size = f"{state.st_size / 1e6:.0f} MB"
            raise InputError(f"{path}: has {size}, expected at most {MAX_BYTES / 1e6:.0f} MB")
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}, expected a readable YAML file") from error
    if data not in _checked:  # the profile and the session check the same files
        check_content(data, path)
        _checked.add(data)


def check_content(data: bytes, path: str) -> None:
    """Raise InputError with `path` and line if settings in YAML or JSON are not valid.

    >>> check_content(b"speech: {webrtc: [}", "my.yaml")
    Traceback (most recent call last):
    diarflow.errors.InputError: my.yaml:1: not valid YAML: did not find expected node content
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}:{line}: the byte {data[error.start]:#04x} is not UTF-8, expected text in UTF-8"
        ) from error
    if _is_json(text):
        text = text.replace("\t", " ")  # YAML does not allow tabs between values
    try:
        lines = [f"{path}:{line}: {message}" for line, message in problems(text)]
    except yaml.YAMLError as error:
        raise InputError(f"{path}:{_describe(error, text)}") from error
    if lines:
        raise InputError.of(lines)


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _describe(error: yaml.YAMLError, text: str) -> str:
    """Return the line and the message of a syntax error."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else text.count("\n", 0, getattr(error, "position", 0)) + 1
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "not readable"
    return f"{line}: not valid YAML: {cut(problem)}"
