"""Length of FLAC files, by the header and by the last frame (RFC 9639)."""

import re
from typing import NamedTuple

from diarflow.audio.parts import Part

_TAIL = 1 << 20  # bytes searched for the last frame
_SYNC = re.compile(rb"\xff[\xf8\xf9]")


class FlacLength(NamedTuple):
    """Samples that the header declares, 0 if it declares none, and samples up to the end of the last frame.

    `present` is None if no frame was found near the end of the file.
    """

    declared: int
    present: int | None


def flac_length(part: Part) -> FlacLength:
    """Return the lengths of a FLAC file."""
    head = part.read(0, 42)
    block_size = int.from_bytes(head[8:10], "big")
    declared = int.from_bytes(head[18:26], "big") & (2**36 - 1)
    size = part.end - part.start
    tail = part.read(max(0, size - _TAIL), _TAIL)
    for match in reversed(list(_SYNC.finditer(tail))):
        if end := _frame_end(tail[match.start() : match.start() + 20], block_size):
            return FlacLength(declared, end)
    return FlacLength(declared, None)


def _frame_end(header: bytes, block_size: int) -> int | None:
    """Return the number of the first sample after a frame; None if the bytes are no header of a frame."""
    if len(header) < 6 or header[3] & 1 or header[2] & 15 == 15 or header[3] >> 4 > 10:
        return None
    size_code, rate_code = header[2] >> 4, header[2] & 15
    length, number = _coded_number(header[4:])
    if length == 0 or size_code == 0:
        return None
    at = 4 + length
    if size_code in (6, 7):
        size = int.from_bytes(header[at : at + size_code - 5], "big") + 1
        at += size_code - 5
    elif size_code == 1:
        size = 192
    else:
        size = 576 << size_code - 2 if size_code < 6 else 256 << size_code - 8
    at += {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if at >= len(header) or _crc8(header[:at]) != header[at]:
        return None
    return (number if header[1] & 1 else number * block_size) + size


def _coded_number(data: bytes) -> tuple[int, int]:
    """Return the length in bytes and the value of a number that is coded like UTF-8; length 0 if it is invalid."""
    ones = 8 - (data[0] ^ 0xFF).bit_length()
    if ones == 0:
        return 1, data[0]
    if ones in (1, 8) or len(data) < ones:
        return 0, 0
    value = data[0] & (0x7F >> ones)
    for byte in data[1:ones]:
        if byte >> 6 != 2:
            return 0, 0
        value = value << 6 | byte & 0x3F
    return ones, value


def _crc8(data: bytes) -> int:
    """Return the CRC-8 of a frame header, polynomial x^8 + x^2 + x + 1."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc << 1 ^ 0x107 if crc & 0x80 else crc << 1
    return crc
