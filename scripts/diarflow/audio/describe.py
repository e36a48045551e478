"""Descriptions of files that are not audio, by their first bytes, and formats of audio without a header."""

import os
import re

from diarflow.audio.parts import Part

_UNPACK = "unpack it"
_FETCH = "fetch the file itself"
_CONVERT = "convert it to WAV or FLAC"
# Pattern at the start of the file, what the file is, and what to do.
_KINDS: list[tuple[bytes, str, str]] = [
    (rb"PK\x03\x04", "a ZIP archive", _UNPACK),
    (rb"\x1f\x8b", "a gzip file", _UNPACK),
    (rb"BZh", "a bzip2 file", _UNPACK),
    (rb"\xfd7zXZ\0", "an xz file", _UNPACK),
    (rb"\x28\xb5\x2f\xfd", "a Zstandard file", _UNPACK),
    (rb"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _UNPACK),
    (rb"Rar!", "a RAR archive", _UNPACK),
    (rb".{257}ustar", "a tar archive", _UNPACK),
    (rb"%PDF", "a PDF document", _FETCH),
    (rb"\xd0\xcf\x11\xe0", "a Microsoft Office document", _FETCH),
    (rb"\s*(<!doctype html|<html)", "an HTML page", "download the file again"),
    (rb"\s*(<\?xml|<[a-z]+[ >])", "an XML file", _FETCH),
    (rb"\s*[{\[]\s*[\"{\[\]}]", "a JSON file", _FETCH),
    (rb"version https://git-lfs", "a Git LFS pointer", "run `git lfs pull`"),
    (rb"(/annex/|\.\./.*\.git/annex/)", "a git-annex pointer", "run `git annex get`"),
    (rb"#EXTM3U", "a playlist", _FETCH),
    (rb"\[playlist\]", "a playlist", _FETCH),
    (rb"\[InternetShortcut\]", "a link to a web page", _FETCH),
    (rb"\x89PNG", "a PNG image", _FETCH),
    (rb"\xff\xd8\xff", "a JPEG image", _FETCH),
    (rb"GIF8", "a GIF image", _FETCH),
    (rb"RIFF....WEBP", "a WebP image", _FETCH),
    (rb"MThd", "a MIDI file, which holds notes and no sound", "render it to WAV"),
    (rb"\x7fELF|MZ", "a program", _FETCH),
    (rb"\x89HDF", "an HDF5 file", _CONVERT),
    (rb"\x93NUMPY", "a NumPy array", _CONVERT),
    (rb"PAR1", "a Parquet table", _FETCH),
    (rb"ajkg", "a Shorten file", _CONVERT),
    (rb"NIST_1A", "a NIST SPHERE file in a coding that is not supported", "convert it with sph2pipe"),
    (rb"(RIFF|RIFX|RF64|BW64)....WAVE", "a WAV file with a damaged header or an unsupported coding", _CONVERT),
    (rb"(RIFF|RIFX|RF64|BW64)", "a damaged WAV file", "copy it again"),
    (rb"FORM....AIF", "an AIFF file with a damaged header or an unsupported coding", _CONVERT),
    (rb"fLaC", "a FLAC file with a damaged header", "copy it again"),
    (rb"OggS", "an Ogg file without audio that can be decoded", _CONVERT),
    (rb"\x1a\x45\xdf\xa3", "a Matroska or WebM file that is damaged", "copy it again"),
    (rb"ID3", "an MP3 file that is damaged", "copy it again"),
]  # fmt: skip
_PATTERNS = [
    (re.compile(pattern, re.DOTALL | re.IGNORECASE), kind, advice)
    for pattern, kind, advice in _KINDS
]
_HEAD = 512  # bytes
_UNKNOWN = "an unknown format; expected audio, such as WAV, FLAC or MP3"
# Endings of audio without a header, and FFmpeg's names of the formats.
_RAW = {".aptx": "aptx", ".g722": "g722", ".gsm": "gsm"}


def raw_format(part: Part) -> str:
    """Return the format of audio without a header by the ending of the file; "" if the content is of a known kind."""
    format = _RAW.get(os.path.splitext(os.fsdecode(part.source.path))[1].lower(), "")
    return format if format and not part.kind and describe(part) == _UNKNOWN else ""


def describe(part: Part) -> str:
    """Return what a file that cannot be decoded is, and what to do."""
    head = part.read(0, _HEAD)
    if re.match(rb"....(ftyp|moov|mdat|wide|free|skip)", head, re.DOTALL):
        return _describe_mp4(part)
    for pattern, kind, advice in _PATTERNS:
        if pattern.match(head):
            return f"{kind}; {advice}"
    if not head.strip(b"\0"):
        return "it begins with zeros; copy it again"
    if not re.search(rb"[^\t\n\r\x20-\x7e\x80-\xff]", head) and _is_text(head):
        return "a text file; expected audio, such as WAV, FLAC or MP3"
    return _UNKNOWN


def _is_text(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return len(head) == _HEAD and error.start > _HEAD - 4
    return True


def _describe_mp4(part: Part) -> str:
    """Return what is wrong with an MPEG-4 file: the index is missing, or the coding is not supported."""
    offset, size = 0, part.end - part.start
    while offset + 8 <= size:
        head = part.read(offset, 16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        if head[4:8] == b"moov" and offset + length <= size:
            return f"an MPEG-4 file without audio that can be decoded; {_CONVERT}"
        if length < 8:
            break
        offset += length
    return "an MPEG-4 file without its index (moov), as of an interrupted recording or copy; copy or repair it"
