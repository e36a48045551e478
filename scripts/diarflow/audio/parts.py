"""Parts of an audio file: files of one format that were written one behind the other.

Programs concatenate files (`cat`), and recorders append to them. Decoders read only the first of several WAV, FLAC,
MPEG-4 or Matroska files, or decode the headers of the others as sound.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from diarflow.audio.ogg import link_starts
from diarflow.audio.source import ByteRange, Source

_HEAD = 64  # bytes, enough for each pattern below


class _Format(NamedTuple):
    """Start of a file of a format: `text` is at `offset`, and the start matches `pattern`."""

    text: bytes
    offset: int
    pattern: re.Pattern[bytes]


def _format(text: bytes, pattern: bytes, offset: int = 0) -> _Format:
    return _Format(text, offset, re.compile(pattern, re.DOTALL))


# values of the byte of flags that mark a block of WavPack as the first one of its time
_INITIAL = b"".join(b"\\x%02x" % value for value in range(256) if value & 8)
# The patterns are long enough that sound does not match them by chance.
_FORMATS = {
    "wav": _format(b"WAVE", rb"(RIFF|RIFX|RF64|BW64)....WAVE[ -~]{3}", 8),
    "aiff": _format(b"AIF", rb"FORM....AIF[FC][A-Z ()]{4}", 8),
    "w64": _format(b"riff\x2e\x91\xcf\x11", rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb"),
    "au": _format(
        b".snd", rb"\.snd\x00\x00......\x00{3}[\x01-\x1b]\x00[\x00-\x0b]..\x00\x00[\x00-\x04]."
    ),
    "caf": _format(b"caff\x00\x01", rb"caff\x00\x01\x00.desc\x00{7}\x20"),
    "flac": _format(b"fLaC", rb"fLaC[\x00\x80]\x00\x00\x22"),
    "mp4": _format(b"ftyp", rb"\x00\x00..ftyp(?!hei|mif|msf|avi)[ -~]{4}", 4),
    "matroska": _format(
        b"\x1a\x45\xdf\xa3", rb"\x1a\x45\xdf\xa3.{0,40}\x42\x82.{1,8}(webm|matroska)"
    ),
    "amr": _format(b"#!AMR", rb"#!AMR(-WB)?\n"),
    "nist": _format(b"NIST_1A\n", rb"NIST_1A\n +\d+\n"),
    "wavpack": _format(
        b"wvpk", rb"wvpk.{4}[\x02-\x10]\x04..(?!\x00{4}).{4}\x00{4}.[" + _INITIAL + rb"]"
    ),
    "tta": _format(b"TTA1", rb"TTA1[\x01\x02]\x00[\x01-\x10]\x00[\x08\x10\x18\x20]\x00"),
    "ape": _format(b"MAC ", rb"MAC .\x0f\x00\x00\x34\x00\x00\x00"),
    "ogg": _format(b"OggS", rb"OggS\x00"),
}


NAMES = {"mp4": "MPEG-4", "matroska": "Matroska", "ogg": "Ogg", "wavpack": "WavPack"}


@dataclass(frozen=True)
class Part:
    """Bytes [start, end) of a source: one file of the format `kind`; "" if the format is not in this module.

    `patches` correct its header. `track` is the audio track to decode: its number from 1 or its language; None for the
    one that FFmpeg regards as the best.
    """

    source: Source
    kind: str
    start: int
    end: int
    patches: Mapping[int, bytes] = field(default_factory=dict)
    track: int | str | None = None

    @property
    def is_whole(self) -> bool:
        """Return whether the part is the source as it is."""
        return not self.patches and (self.start, self.end) == (0, self.source.size)

    def file(self) -> ByteRange:
        return ByteRange(self.source, self.start, self.end, self.patches)

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes of the part, without its patches; `offset` counts from the start of the part."""
        start = self.start + offset
        return self.source.read(start, min(count, self.end - start))


def first_part(source: Source) -> Part:
    """Return a source as one part, without a search for others."""
    begin = after_tag(source)
    kind = _kind(source.read(begin, _HEAD))
    return Part(source, kind, begin if kind else 0, source.size)


def find_parts(source: Source) -> list[Part]:
    """Return the parts of a source; usually one."""
    part = first_part(source)
    if not part.kind:
        return [part]
    find = link_starts if part.kind == "ogg" else partial(_starts, kind=part.kind)
    starts = find(source, part.start)
    ends = [*starts[1:], source.size]
    return [Part(source, part.kind, start, end) for start, end in zip(starts, ends, strict=True)]


def after_tag(source: Source) -> int:
    """Return the offset of the first byte after an ID3v2 tag."""
    head = source.read(0, 10)
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _kind(head: bytes) -> str:
    """Return the format of a file that begins with `head`; "" for a format that is not in this module."""
    for kind, (_, _, pattern) in _FORMATS.items():
        if pattern.match(head):
            return kind
    return ""


def _starts(source: Source, begin: int, kind: str) -> list[int]:
    """Return the offsets at which files of a format begin, the first one included."""
    text, offset, pattern = _FORMATS[kind]
    starts = [begin]
    for position, block in source.blocks(overlap=_HEAD):
        at = block.find(text)
        while at >= 0:
            start = position + at - offset
            if start > starts[-1] and pattern.match(source.read(start, _HEAD)):
                starts.append(start)
            at = block.find(text, at + 1)
    return starts
