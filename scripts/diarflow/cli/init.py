"""Command `diarflow init`: settings to start from."""

import argparse
import shutil
import sys
from pathlib import Path

from diarflow.cli import CONFIG
from diarflow.cli.run import run_folder
from diarflow.cli.workflow import ROOT
from diarflow.errors import InputError, visible

_TABLE = "config/recordings.tsv"


def init(options: argparse.Namespace) -> int:
    """Write a configuration and its table of recordings into the folder of a run. Nothing is overwritten."""
    directory = run_folder(options.directory)
    for name in (CONFIG, _TABLE):
        if (directory / name).exists():
            raise InputError(
                f"{visible(str(directory / name))}: exists already, nothing was written"
            )
    for name in (CONFIG, _TABLE):
        path = Path(directory, name)
        path.parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, path)
        print(f"written: {visible(str(path))}")
    print("next: name your recordings there, then start `diarflow run`", file=sys.stderr)
    return 0
