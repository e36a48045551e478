"""Location of the workflow, and the Snakemake commands that run it."""

import os
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from diarflow.backends import PACKAGE
from diarflow.errors import InputError

ROOT = PACKAGE.parents[1]  # folder of the workflow's files
ALL_CORES = "all"


def locate_workflow() -> Path:
    """Return the Snakefile of the checkout or the wheel that this package is imported from."""
    snakefile = ROOT / "Snakefile"
    if not snakefile.is_file():
        raise InputError(
            f"{snakefile.parent}: has no Snakefile, expected the checkout of diarflow; "
            "install it there with `make run` or `pip install -e .`, or elsewhere with `pip install diarflow`"
        )
    return snakefile


def locate_profile(name: str) -> str:
    """Return the folder of a workflow profile: one of diarflow by its name, or any other by its path."""
    own = ROOT / "profiles" / name
    if os.sep not in name and own.is_dir():
        return str(own)
    if not os.path.isdir(name):
        names = sorted(path.name for path in (ROOT / "profiles").iterdir())
        raise InputError(f"--profile is {name}, expected a folder, or one of {', '.join(names)}")
    return os.path.abspath(name)


def _names_executor(profile: str) -> bool:
    """Return whether the jobs of a workflow profile run on other machines."""
    if not profile:
        return False
    files = sorted(Path(profile).glob("*.y*ml"))
    return any(
        re.search(r"^executor:", path.read_text(encoding="utf-8"), re.MULTILINE) for path in files
    )


def snakemake_command(
    targets: Iterable[str],
    *,
    directory: Path,
    configfiles: Sequence[str],
    cores: str,
    profile: str | None = None,
    more: Iterable[str] = (),
) -> list[str]:
    """Return the command of a run in `directory`, with the Snakemake of this environment."""
    program = Path(sys.executable).with_name("snakemake")
    start = [str(program)] if program.exists() else [sys.executable, "-P", "-m", "snakemake"]
    folder = locate_profile(profile) if profile else ""
    command = [*start, *targets, "--snakefile", str(locate_workflow())]
    # with an executor, Snakemake takes the number for that of all submitted jobs together
    if cores != ALL_CORES or not _names_executor(folder):
        command += ["--cores", cores]
    command += ["--directory", str(directory)]
    command += ["--workflow-profile", folder] if folder else []
    command += more
    return [*command, *(["--configfile", *configfiles] if configfiles else [])]


def start(command: list[str]) -> None:
    """Replace this process by a command, so that Ctrl-C and the exit status are those of the command."""
    print(f"command: {shlex.join(command)}", flush=True)
    os.execv(command[0], command)  # noqa: S606 - without a shell
