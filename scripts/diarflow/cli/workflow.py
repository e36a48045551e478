"""Location of the workflow, and the Snakemake commands that run it."""

import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from diarflow.backends import PACKAGE
from diarflow.errors import InputError


def locate_workflow() -> Path:
    """Return the Snakefile of the checkout that this package is imported from."""
    snakefile = PACKAGE.parents[1] / "Snakefile"
    if not snakefile.is_file():
        raise InputError(
            f"{snakefile.parent}: has no Snakefile, expected the checkout of diarflow; "
            "install it there with `make run` or `pip install -e .`"
        )
    return snakefile


def snakemake_command(
    targets: Iterable[str],
    *,
    directory: Path,
    configfiles: Sequence[str],
    cores: str,
    more: Iterable[str] = (),
) -> list[str]:
    """Return the command of a run in `directory`, with the Snakemake of this environment."""
    program = Path(sys.executable).with_name("snakemake")
    start = [str(program)] if program.exists() else [sys.executable, "-P", "-m", "snakemake"]
    command = [*start, *targets, "--snakefile", str(locate_workflow()), "--cores", cores]
    command += ["--directory", str(directory), *more]
    return [*command, *(["--configfile", *configfiles] if configfiles else [])]


def start(command: list[str]) -> None:
    """Replace this process by a command, so that Ctrl-C and the exit status are those of the command."""
    print(f"command: {shlex.join(command)}", flush=True)
    os.execv(command[0], command)  # noqa: S606 - without a shell
