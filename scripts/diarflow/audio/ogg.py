"""Pages of Ogg files (RFC 3533): links of a chain, and the length of a link."""

from collections.abc import Iterator
from typing import NamedTuple

from diarflow.audio.source import Source

_WINDOW = 1 << 20  # bytes read at once
_HEADER = 27 + 255  # bytes, the longest header of a page
_FIRST = 2  # flag of the first page of a stream


class Page(NamedTuple):
    """A page: its offset in the source, flags, granule position, serial number of its stream, start and end of its body."""

    offset: int
    flags: int
    granule: int
    serial: int
    body: int
    end: int


def pages(source: Source, start: int, end: int) -> Iterator[Page]:
    """Yield the pages in bytes [start, end). Damaged bytes between pages are skipped."""
    offset, window, base = start, b"", start
    while offset < end:
        if not window or offset - base > len(window) - _HEADER:
            base, window = offset, source.read(offset, min(_WINDOW, end - offset))
        at = window.find(b"OggS\0", offset - base)
        if at < 0 or len(window) - at < 27:
            if base + len(window) >= end:
                return
            offset, window = base + max(len(window) - 26, 1), b""
            continue
        if len(window) - at < _HEADER and base + len(window) < end:
            offset, window = base + at, b""
            continue
        segments = window[at + 27 : at + 27 + window[at + 26]]
        granule = int.from_bytes(window[at + 6 : at + 14], "little", signed=True)
        serial = int.from_bytes(window[at + 14 : at + 18], "little")
        body = base + at + 27 + window[at + 26]
        offset = body + sum(segments)
        yield Page(base + at, window[at + 5], granule, serial, body, offset)


def link_starts(source: Source, start: int) -> list[int]:
    """Return the offsets of the links of a chain: each begins with the first pages of its streams."""
    starts, in_head = [start], True
    for page in pages(source, start, source.size):
        first = bool(page.flags & _FIRST)
        if first and not in_head:
            starts.append(page.offset)
        in_head = first
    return starts


class Link(NamedTuple):
    """A link: the first bytes of its first stream, its last granule position, the number of its streams, and whether its
    last page is incomplete."""

    head: bytes
    granule: int
    streams: int
    truncated: bool


def read_link(source: Source, start: int, end: int) -> Link:
    """Return the properties of the link in bytes [start, end)."""
    head, last, truncated = b"", 0, False
    serials: set[int] = set()
    for page in pages(source, start, end):
        if not serials:
            head = source.read(page.body, 19)
        serials.add(page.serial)
        truncated = page.end > end
        if not truncated:
            last = max(last, page.granule)
    return Link(head, last, len(serials), truncated)
