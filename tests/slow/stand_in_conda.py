"""Stand-in for conda, which makes the environments of `envs/*.yaml` with venv and pip, from exactly the listed packages.

`install` writes a program `conda`, and the script that Snakemake sources to activate an environment.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

ACTIVATE = 'export CONDA_PREFIX="$1"\nexport PATH="$1/bin:$PATH"\n'


def install(folder: Path) -> Path:
    """Write the stand-in to a folder, and return the folder that belongs on PATH."""
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / "conda"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {__file__} "$0" "$@"\n')
    program.chmod(0o755)
    (folder / "bin" / "activate").write_text(ACTIVATE)
    (folder / "created.txt").touch()
    return folder / "bin"


def create(file: Path, prefix: Path) -> None:
    """Make an environment with the version of Python and the packages of a file."""
    content = yaml.safe_load(file.read_text())
    assert content["channels"] == ["conda-forge"]
    python, pip, packages = content["dependencies"]
    assert pip == "pip" and list(packages) == ["pip"]
    version = re.fullmatch(r"python=(3\.\d+)", python)[1]
    subprocess.run([f"python{version}", "-m", "venv", prefix], check=True)
    command = [prefix / "bin" / "python", "-m", "pip", "install", "--quiet", *packages["pip"]]
    subprocess.run(command, check=True)


def main(arguments: list[str]) -> None:
    """Answer the calls that Snakemake makes."""
    base = str(Path(arguments[0]).resolve().parents[1])
    match arguments[1:]:
        case ["--version"]:
            print("conda 25.1.0")
        case ["info", "--json"]:
            print(json.dumps({"conda_prefix": base, "platform": "linux-64"}))
        case ["config", "--get", "channel_priority", "--json"]:
            print(json.dumps({"get": {"channel_priority": "strict"}}))
        case ["clean", *_]:
            pass
        case ["env", "create", *options]:
            names = {name: options[options.index(name) + 1] for name in ("--file", "--prefix")}
            create(Path(names["--file"]), Path(names["--prefix"]))
            with open(Path(base, "created.txt"), "a") as log:
                print(Path(names["--file"]).name, file=log)
        case _:
            sys.exit(f"the stand-in has no `conda {' '.join(arguments[1:])}`")


if __name__ == "__main__":
    main(sys.argv[1:])
