"""Files that appear whole or not at all, whatever happens to the process, the disk or the machine."""

import errno
import os
import platform
import re
import zlib
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path

from diarflow.errors import InputError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
# of disks that are elsewhere
_AWAY = {errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH}
_PROBE = 1 << 20  # bytes
_HERE = f".{zlib.crc32(platform.node().encode()):08x}-"
# what the names of unfinished files begin with: machine and process, a forked one's that of the one it comes from
UNFINISHED = f"{_HERE}{os.getpid()}."


@contextmanager
def written_whole(path, *, sync: bool = True):
    """Yield a path beside `path` to write to; it takes its place only when all went well.

    What is written has reached the disk before that, but with `sync` false: neither a killed process nor a power cut leaves half a
    file under the name. The name keeps its ending, since some writers choose the format by it. Where the disk
    is full an OSError says so, whatever the writer said.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(UNFINISHED + path.name)
    try:
        yield beside
        if sync:
            with open(beside, "rb+") as file:
                os.fsync(file.fileno())
        os.replace(beside, path)
    except InputError:
        raise
    except Exception as error:
        if not is_full(error) and (full := _probed(beside)):
            raise full from error
        raise
    finally:
        beside.unlink(missing_ok=True)


def remove_unfinished(start: str, paths: Iterable[str]) -> None:
    """Remove what a process that died left beside these paths; `start` is its UNFINISHED."""
    if not re.fullmatch(r"\.[0-9a-f]{8}-\d+\.", start):
        return
    for path in map(Path, paths):
        path.with_name(start + path.name).unlink(missing_ok=True)


def remove_leftovers(folder="results") -> None:
    """Remove all below a folder that processes of this machine left unfinished, and which are dead."""
    for path in Path(folder).rglob(f"{_HERE}*"):
        found = re.match(r"(\d+)\.", path.name.removeprefix(_HERE))
        if found and not _is_alive(int(found[1])):
            path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def is_full(error: BaseException) -> bool:
    """Whether there was no room to write: no recording's fault, since it is so for all of them.

    >>> is_full(OSError(errno.ENOSPC, "No space left on device"))
    True
    """
    return isinstance(error, OSError) and error.errno in _FULL


def is_of_disk(error: BaseException) -> bool:
    """The same of a disk that is full, or that many share and that cannot be reached.

    >>> is_of_disk(OSError(errno.ESTALE, "Stale file handle")), is_of_disk(FileNotFoundError())
    (True, False)
    """
    return is_full(error) or (isinstance(error, OSError) and error.errno in _AWAY)


def _probed(beside: Path) -> OSError | None:
    """What a megabyte more meets; the writers of audio and of arrays do not say why they fail."""
    try:
        with open(beside, "ab") as file:
            file.write(bytes(_PROBE))
            os.fsync(file.fileno())
    except OSError as error:
        return error if is_full(error) else None
