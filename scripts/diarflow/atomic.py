"""Atomic writing of files: a file appears completely or not at all, also if the process, the disk or the machine fails."""

import errno
import os
import platform
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from diarflow.errors import InputError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
# errors of network file systems
_UNREACHABLE = {
    errno.ESTALE,
    errno.ENOTCONN,
    errno.ETIMEDOUT,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
}
_PROBE_SIZE = 1 << 20  # bytes
_MACHINE_PREFIX = f".{zlib.crc32(platform.node().encode()):08x}-"
# The name of an unfinished file begins with its machine and process. Forked processes keep that of their parent.
UNFINISHED_PREFIX = f"{_MACHINE_PREFIX}{os.getpid()}."


@contextmanager
def atomic_write(path, *, sync: bool = True) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`, and move the file there to `path` if the block succeeds.

    Missing folders are created. With `sync` the data is on the disk before the move, so that a power failure
    leaves no partial file either. The temporary path keeps the suffix, by which some writers choose the format.
    Raises OSError with ENOSPC (or EDQUOT, EROFS) if the disk is full, also if the writer raised another error.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(UNFINISHED_PREFIX + path.name)
    try:
        yield temporary
        if sync:
            with open(temporary, "rb+") as file:
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except InputError:
        raise
    except Exception as error:
        if not is_disk_full(error) and (full := _probe(temporary)):
            raise full from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def remove_unfinished(prefix: str, paths: Iterable[str]) -> None:
    """Remove the unfinished files for `paths` of a dead process with this UNFINISHED_PREFIX."""
    if not re.fullmatch(r"\.[0-9a-f]{8}-\d+\.", prefix):
        return
    for path in map(Path, paths):
        path.with_name(prefix + path.name).unlink(missing_ok=True)


def remove_leftovers(folder="results") -> None:
    """Remove the unfinished files below a folder that belong to dead processes of this machine."""
    for path in Path(folder).rglob(f"{_MACHINE_PREFIX}*"):
        match = re.match(r"(\d+)\.", path.name.removeprefix(_MACHINE_PREFIX))
        if match and not _is_alive(int(match[1])):
            path.unlink(missing_ok=True)


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


def is_disk_error(error: BaseException) -> bool:
    """Return whether an error means that a disk is full, or that a network disk cannot be reached.

    Such an error affects all recordings alike.

    >>> is_disk_error(OSError(errno.ESTALE, "Stale file handle")), is_disk_error(FileNotFoundError())
    (True, False)
    """
    return is_disk_full(error) or (isinstance(error, OSError) and error.errno in _UNREACHABLE)


def _probe(temporary: Path) -> OSError | None:
    """Append a megabyte to a file, and return the error if the disk is full.

    The errors of the writers of audio and arrays do not show that the disk is full.
    """
    try:
        with open(temporary, "ab") as file:
            file.write(bytes(_PROBE_SIZE))
            os.fsync(file.fileno())
    except OSError as error:
        return error if is_disk_full(error) else None
    return None
