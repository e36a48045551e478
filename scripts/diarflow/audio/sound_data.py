"""Length of the sound data in WAV, RF64, W64, AIFF, AU and CAF files.

Programs that write to a pipe, were killed, or passed 4 GB leave a wrong length in the header. The length is corrected
from the size of the file and from what follows the data.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from diarflow.audio.parts import Part
from diarflow.errors import InputError

# Chunks that may follow the data, also if the last one is truncated.
_CHUNKS = re.compile(
    rb"LIST|JUNK|PAD |FLLR|bext|iXML|cue |fact|PEAK|smpl|inst|plst|acid|afsp|DISP|id3 |ID3 |_PMX|axml|umid|levl|"
    rb"NAME|AUTH|ANNO|COMT|MARK|INST|MIDI|APPL|\(c\) |info|strg|free|uuid|ovvw|peak|edct|umid"
)
# Tags of music players: APE, ID3v1, ID3v2 and Lyrics3.
_TAGS = re.compile(rb"APETAGEX|TAG|ID3|LYRICSBEGIN")
_CAF_UNCOMPRESSED = (b"lpcm", b"alaw", b"ulaw")


@dataclass(frozen=True)
class SoundData:
    """Sound data of a part: its offset in the part, and the length in bytes that the header declares.

    `field` is the offset of that number in the part, `width` its bytes (0 for text, which is not corrected), and
    `order` their order. `declared` is None
    if the number stands for an unknown length. `chunks` is true if chunks may follow the data.
    """

    offset: int
    declared: int | None
    field: int
    width: int = 4
    order: Literal["little", "big"] = "little"
    chunks: bool = True
    added: int = 0  # of the number in the header, beyond the data


def find_sound_data(part: Part) -> SoundData | None:
    """Return the sound data of a part; None for other formats, and if there is none."""
    finders = {
        "wav": _in_riff,
        "w64": _in_w64,
        "aiff": _in_aiff,
        "au": _in_au,
        "caf": _in_caf,
        "nist": _in_nist,
    }
    data = finders[part.kind](part) if part.kind in finders else None
    if data and data.declared is not None:
        length = data.declared - data.added
        present = part.end - part.start - data.offset
        placeholder = length > present and length >= (2**31 - 2**16 if data.width == 4 else 2**62)
        return replace(data, declared=None if length <= 0 or placeholder else length)
    return data


def corrected(part: Part, data: SoundData) -> tuple[Part, int]:
    """Return a part whose header has the true length of its sound data, and this length in bytes."""
    present = part.end - part.start - data.offset
    length = _true_length(part, data, present)
    if part.kind == "w64":  # libsndfile takes all bytes up to the end for sound
        part = replace(part, end=part.start + data.offset + length)
    if length == data.declared or length <= 0 or not data.width:
        return part, length
    length -= length % 2
    number = length + data.added
    if number > 256**data.width - 1:
        if part.kind == "wav":
            raise InputError(
                f"{part.source.name}: a WAV of more than 4 GB, expected RF64, W64 or FLAC"
            )
        number = 256**data.width - 1
    patch = number.to_bytes(data.width, data.order)
    return replace(part, patches={part.start + data.field: patch}), length


def _true_length(part: Part, data: SoundData, present: int) -> int:
    declared = data.declared
    if declared is None:
        return present - _tag_length(part)
    if declared >= present:
        return present
    end = data.offset + declared
    rest = part.read(end + (declared % 2 if data.chunks else 0), 16)
    if len(rest) < 4 or _TAGS.match(rest) or (data.chunks and _is_chunk(part, data, rest, end)):
        return declared
    return present - _tag_length(part)


def _is_chunk(part: Part, data: SoundData, rest: bytes, end: int) -> bool:
    if part.kind == "w64":
        rest = rest[:4]
    if _CHUNKS.match(rest):
        return True
    size = int.from_bytes(rest[4:8], data.order)
    remaining = part.end - part.start - end
    return bool(re.match(rb"[ -~]{4}", rest)) and (part.kind == "w64" or size <= remaining)


def _tag_length(part: Part) -> int:
    """Return the length of an ID3v1 tag at the end of a part."""
    size = part.end - part.start
    return 128 if size > 256 and part.read(size - 128, 3) == b"TAG" else 0


def _chunks(part: Part, start: int, order: Literal["little", "big"], *, width: int = 4) -> Iterator:
    """Yield name, offset of the content and declared length of the chunks of a part."""
    offset, size = start, part.end - part.start
    while offset + 4 + width <= size:
        head = part.read(offset, 4 + width)
        if not re.match(rb"[ -~]{4}", head):
            return
        length = int.from_bytes(head[4:], order, signed=width == 8)
        yield head[:4], offset + 4 + width, length
        offset += 4 + width + max(length, 0)
        offset += length % 2 if width == 4 else 0


def _in_riff(part: Part) -> SoundData | None:
    order: Literal["little", "big"] = "big" if part.read(0, 4) == b"RIFX" else "little"
    ds64 = None
    for name, offset, length in _chunks(part, 12, order):
        if name == b"ds64":
            ds64 = offset + 8
        if name == b"data":
            if ds64 is not None and length == 0xFFFFFFFF:
                number = int.from_bytes(part.read(ds64, 8), "little", signed=True)
                return SoundData(offset, number, ds64, width=8)
            return SoundData(offset, length, offset - 4, order=order)
    return None


def _in_w64(part: Part) -> SoundData | None:
    offset, size = 40, part.end - part.start
    while offset + 24 <= size:
        head = part.read(offset, 24)
        length = int.from_bytes(head[16:24], "little", signed=True)
        if head[:4] == b"data":
            return SoundData(offset + 24, length, offset + 16, width=8, added=24)
        if length < 24:
            return None
        offset += length + -length % 8
    return None


def _in_aiff(part: Part) -> SoundData | None:
    for name, offset, length in _chunks(part, 12, "big"):
        if name == b"SSND":
            return SoundData(offset + 8, length, offset - 4, order="big", added=8)
    return None


def _in_au(part: Part) -> SoundData | None:
    head = part.read(0, 12)
    order: Literal["little", "big"] = "big" if head[:4] == b".snd" else "little"
    offset, declared = int.from_bytes(head[4:8], order), int.from_bytes(head[8:12], order)
    return SoundData(offset, declared, 8, order=order, chunks=False)


def _in_caf(part: Part) -> SoundData | None:
    compressed = False
    for name, offset, length in _chunks(part, 8, "big", width=8):
        if name == b"desc":
            compressed = part.read(offset + 8, 4) not in _CAF_UNCOMPRESSED
        if name == b"data":
            if compressed:
                return None
            return SoundData(offset + 4, length, offset - 8, width=8, order="big", added=4)
    return None


def _in_nist(part: Part) -> SoundData | None:
    head = part.read(0, 1024)
    offset = int(head[8:16])
    numbers = [
        re.search(rb"\n" + name + rb" -i (\d{1,12})\s", head)
        for name in (b"sample_count", b"channel_count", b"sample_n_bytes")
    ]
    if b"embedded" in head or not all(numbers):
        return None
    declared = math.prod(int(number[1]) for number in numbers if number)
    return SoundData(offset, declared, 0, width=0, chunks=False)
