"""Contents of model archives (.npz, .keras, .ckpt), read without NumPy and without unpacking them."""

import ast
import math
import re
import struct
import zipfile
from pathlib import Path

MAX_BYTES = 100_000_000  # of an archive's contents, unless the archive itself is large
_MAX_RATIO = 10  # size of the contents over that of the archive
_MAX_HEADER = 10_000  # bytes
_DTYPE = re.compile(r"[<>|=]?f(\d)")


def check_size(path: Path) -> None:
    """Raise ValueError if an archive is damaged, or unpacks to much more than a model has."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise ValueError(f"is not an archive that can be read ({error})") from error
    if size > max(MAX_BYTES, _MAX_RATIO * path.stat().st_size):
        raise ValueError(
            f"unpacks to {size / 1e6:.0f} MB, expected at most {MAX_BYTES / 1e6:.0f} MB"
        )


def array_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Return the shape of each array of an .npz file. Raises ValueError if it is not one of numbers.

    >>> from diarflow.backends import MODELS
    >>> array_shapes(MODELS / "plda-campplus.npz")["reduction"]
    (192, 48)
    """
    check_size(path)
    shapes = {}
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            try:
                with archive.open(member) as file:
                    head = file.read(_MAX_HEADER)
                shapes[member.filename.removesuffix(".npy")] = _array_shape(head, member.file_size)
            except (OSError, RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
                raise ValueError(f"{member.filename} cannot be read ({error})") from error
    return shapes


def _array_shape(head: bytes, size: int) -> tuple[int, ...]:
    """Return the shape of an array, from the first bytes and the size of its .npy file."""
    if head[:6] != b"\x93NUMPY" or len(head) < 12:
        raise ValueError("contains a file that is no array")
    width = "<H" if head[6] == 1 else "<I"
    start = 8 + struct.calcsize(width)
    end = start + struct.unpack_from(width, head, 8)[0]
    try:
        header = ast.literal_eval(head[start:end].decode("latin-1"))
        shape, dtype = header["shape"], _DTYPE.fullmatch(header["descr"])
    except (SyntaxError, KeyError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError("contains an array whose header cannot be read") from error
    is_shape = isinstance(shape, tuple) and all(isinstance(n, int) and n >= 0 for n in shape)
    if not dtype or not is_shape or end + int(dtype[1]) * math.prod(shape) != size:
        raise ValueError("contains an array that is incomplete, or not of floating-point numbers")
    return shape
