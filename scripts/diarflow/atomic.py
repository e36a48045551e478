"""Atomic writing of files: a file appears completely or not at all, also if the process, the disk or the machine fails."""

import errno
import filecmp
import itertools
import logging
import os
import platform
import re
import shutil
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path

from diarflow.errors import InputError, visible
from diarflow.prefix import current_prefix

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
# not the root logger, which would print all that Snakemake logs a second time
_LOGGER = logging.getLogger(__name__)
ASIDE = ".aside"  # suffix of a file or folder that is kept, and that no rule reads
_PROBE_SIZE = 1 << 20  # bytes
_MACHINE_PREFIX = f".{zlib.crc32(platform.node().encode()):08x}-"
# The name of an unfinished file begins with its machine and process. Forked processes keep that of their parent.
UNFINISHED_PREFIX = f"{_MACHINE_PREFIX}{os.getpid()}."


@contextmanager
def atomic_write(path, *, sync: bool = True) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`, and move the file there to `path` if the block succeeds.

    Missing folders are created. With `sync` the data is on the disk before the move, so that a power failure
    leaves no partial file either. The temporary path keeps the suffix, by which some writers choose the format.
    A folder at `path`, or a file in place of one of its folders, is renamed and kept.
    Raises OSError if the disk is full or cannot be written, also if the writer raised another error.
    """
    path = Path(path)
    make_folder(path.parent)
    temporary = path.with_name(UNFINISHED_PREFIX + path.name)
    try:
        yield temporary
        if sync:
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
        move_folder_aside(path)
        os.replace(temporary, path)
    except (InputError, MemoryError):
        raise
    except Exception as error:
        if not is_system_error(error) and (failed := _probe(temporary)):
            raise failed from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Create a folder. A file in place of it, or of a folder that contains it, is renamed and kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        for parent in (folder, *folder.parents):
            if parent.is_file() and not parent.is_symlink():
                move_aside(parent)
        folder.mkdir(parents=True, exist_ok=True)


def move_folder_aside(path: Path) -> None:
    """Rename the folder that is in place of a file, if there is one. A link to a folder is renamed itself."""
    if path.is_dir():
        move_aside(path)


def move_aside(path: Path) -> None:
    """Rename a file or folder that is in place of a result, and keep it."""
    kept = free_name(path)
    os.rename(path, kept)
    _LOGGER.warning("%s: not a file that belongs there; it is kept as %s", visible(path), kept)


def copy_aside(path: str) -> None:
    """Keep a copy of a file that a job replaces, unless there is one with the same content. A folder is moved.

    The file stays, because Snakemake has seen it already; an empty file takes the place of a folder.
    """
    if os.path.isdir(path) and not os.path.islink(path):
        move_aside(Path(path))
        Path(path).touch()
        return
    kept = takewhile(os.path.lexists, (name_aside(path, number) for number in itertools.count()))
    if not any(os.path.isfile(other) and filecmp.cmp(path, other, shallow=False) for other in kept):
        shutil.copy2(path, free_name(path), follow_symlinks=False)


def free_name(path) -> str:
    """Return the path with the suffix for files that are kept, and a number if it is taken."""
    names = (name_aside(path, number) for number in itertools.count())
    return next(name for name in names if not os.path.lexists(name))


def name_aside(path, number: int) -> str:
    """Return the path under which a file is kept.

    >>> name_aside("a.rttm", 0), name_aside("a.rttm", 1)
    ('a.rttm.aside', 'a.rttm.aside-1')
    """
    return f"{path}{ASIDE}{f'-{number}' if number else ''}"


def remove_unfinished(prefix: str, paths: Iterable[str]) -> None:
    """Remove the unfinished files for `paths` of a dead process with this UNFINISHED_PREFIX."""
    if not re.fullmatch(r"\.[0-9a-f]{8}-\d+\.", prefix):
        return
    for path in map(Path, paths):
        remove_own(path.with_name(prefix + path.name))


def remove_leftovers(folder="results") -> None:
    """Remove the unfinished files below a folder that belong to dead processes of this machine.

    Links to folders are not followed.
    """
    for parent, _, names in os.walk(folder):
        for name in names:
            match = re.match(r"(\d+)\.", name.removeprefix(_MACHINE_PREFIX))
            if name.startswith(_MACHINE_PREFIX) and match and not _is_alive(int(match[1])):
                remove_own(Path(parent, name))


def remove_own(path: Path) -> bool:
    """Remove a file that the workflow wrote. Return False, and keep it, if it is a folder or behind a link."""
    if not is_own_place(path):
        return False
    with suppress(FileNotFoundError):
        path.unlink()
    return True


def is_own_place(path: Path) -> bool:
    """Return False for a path that is a link or a folder, or lies in a linked folder.

    The first two folders of a relative path, such as `results/ami`, may be links to another disk, and so may the folders
    of the prefix in use. Of an absolute path only the last folder counts.
    """
    free = 3 + len(Path(current_prefix()).parts)
    parents = [path.parent] if path.is_absolute() else list(path.parents)[:-free]
    return not (path.is_dir() or path.is_symlink() or any(map(Path.is_symlink, parents)))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def is_disk_full(error: BaseException) -> bool:
    """Return whether an error means that the disk is full, a quota is used up or the disk is read-only.

    >>> is_disk_full(OSError(errno.ENOSPC, "No space left on device"))
    True
    """
    return isinstance(error, OSError) and error.errno in _FULL


def is_system_error(error: BaseException) -> bool:
    """Return whether the operating system reported an error, such as a disk that is full or cannot be reached.

    Libraries raise OSError without a number for files that they cannot parse.

    >>> is_system_error(OSError(errno.EIO, "Input/output error")), is_system_error(OSError("no magic bytes"))
    (True, False)
    """
    return isinstance(error, OSError) and error.errno is not None


def _probe(temporary: Path) -> OSError | None:
    """Append a megabyte to a file, and return the error if it cannot be written.

    The errors of the writers of audio and arrays do not show that the disk is full.
    """
    try:
        with open(temporary, "ab") as file:
            file.write(bytes(_PROBE_SIZE))
            os.fsync(file.fileno())
    except OSError as error:
        return error
    return None
