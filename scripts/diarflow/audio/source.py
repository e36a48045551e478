"""Source files of audio: their identity, their digest, and ranges of their bytes."""

import hashlib
import io
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

from diarflow.errors import InputError, visible

_BLOCK = 1 << 20  # bytes read at once


class Source:
    """An open source file.

    All reads are from the file that was opened, also if another file takes its name in the meantime. An error while
    reading is an InputError, because it concerns this recording alone.
    """

    def __init__(self, path, file: io.FileIO):
        self.path, self.name = path, visible(path)
        self._file = file
        self._state = os.fstat(file.fileno())
        self.size = self._state.st_size
        self._error: OSError | None = None

    @property
    def descriptor(self) -> int:
        return self._file.fileno()

    def read(self, start: int, count: int) -> bytes:
        """Return up to `count` bytes from `start` on; fewer only at the end of the file."""
        parts = []
        while count > 0:
            try:
                part = os.pread(self.descriptor, min(count, _BLOCK), start)
            except OSError as error:
                # decoders take an exception in their callback for the end of the file: see check_unchanged
                self._error = error
                raise_unreadable(self.name, error)
            if not part:
                break
            parts.append(part)
            start, count = start + len(part), count - len(part)
        return b"".join(parts)

    def blocks(self, overlap: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield the content in order, with offsets. Each block begins with the last `overlap` bytes of the one before."""
        offset = 0
        while block := self.read(offset, _BLOCK):
            yield offset, block
            if len(block) < _BLOCK:
                return
            offset += _BLOCK - overlap

    def facts(self) -> dict[str, Any]:
        """Return path, size, modification time and SHA-256 of the content."""
        digest = hashlib.sha256()
        for _, block in self.blocks():
            digest.update(block)
        return {
            "path": os.fspath(self.path),
            "size": self.size,
            "mtime_ns": self._state.st_mtime_ns,
            "sha256": digest.hexdigest(),
        }

    def check_unchanged(self) -> None:
        """Raise InputError if the file was changed or replaced since it was opened, or if a read failed."""
        if self._error:
            raise_unreadable(self.name, self._error)
        try:
            states = os.fstat(self.descriptor), os.stat(self.path)
        except OSError as error:
            raise InputError(
                f"{self.name}: changed while it was read ({error.strerror})"
            ) from error
        if {_identity(state) for state in states} != {_identity(self._state)}:
            raise InputError(f"{self.name}: changed while it was read; the next run reads it again")


def _identity(state: os.stat_result) -> tuple[int, ...]:
    return state.st_size, state.st_mtime_ns


def raise_unreadable(name: str, error: OSError) -> NoReturn:
    raise InputError(f"{name}: cannot be read ({error.strerror})") from error


@contextmanager
def open_source(path) -> Iterator[Source]:
    """Open a source file. Raises InputError if it cannot be read, is no regular file, or is empty."""
    name = visible(path)
    try:
        file = open(path, "rb", buffering=0, opener=_open_without_blocking)  # noqa: SIM115
    except OSError as error:
        raise_unreadable(name, error)
    with file:
        source = Source(path, file)
        if not stat.S_ISREG(source._state.st_mode):
            raise InputError(f"{name}: not a regular file, expected audio")
        if source.size == 0:
            raise InputError(f"{name}: the file is empty, expected audio")
        yield source


def _open_without_blocking(path, flags: int) -> int:
    """Open a file. If it is a pipe, do not wait for a process to write to it."""
    return os.open(path, flags | os.O_NONBLOCK)


class ByteRange(io.RawIOBase):
    """Bytes [start, end) of a source as a file of its own, with some bytes replaced.

    `patches` holds replacements by their offset in the source. The source itself is not changed.
    """

    def __init__(self, source: Source, start: int, end: int, patches: Mapping[int, bytes]):
        self._source, self._start, self._end, self._patches = source, start, end, patches
        self._position = start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        block = bytearray(
            self._source.read(self._position, min(len(buffer), self._end - self._position))
        )
        for offset, replacement in self._patches.items():
            for index, value in enumerate(replacement, offset - self._position):
                if 0 <= index < len(block):
                    block[index] = value
        buffer[: len(block)] = block
        self._position += len(block)
        return len(block)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        origin = {os.SEEK_SET: self._start, os.SEEK_CUR: self._position, os.SEEK_END: self._end}
        self._position = max(self._start, origin[whence] + offset)
        return self.tell()

    def tell(self) -> int:
        return self._position - self._start
