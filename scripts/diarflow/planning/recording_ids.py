"""Ids of recordings: their names, as far as file names, Snakemake and shells allow it."""

import hashlib
import re
import sys
import unicodedata

RESERVED_IDS = {"ALL", "COMPLETED"}  # rows of the score tables
_MAX_BYTES = 120  # some file systems allow 143; endings and unfinished files need the rest
# Snakemake takes a value that ends in 20 equal parts for an endless recursion of rules
_PERIODIC = re.compile(r"(.+?)\1{19}$|(_ch[0-9]+)\2{18}$")
_MARKS = " _.-()"


def safe_id(name: str) -> str:
    """Return the name itself if it is a safe file name, else a safe name with a digest that is unique to it.

    Letters of any script, digits, spaces and `_.-()` are safe. Accents are composed.

    >>> safe_id("ES2003a"), safe_id("Interview Müller (1)"), safe_id("calls/monday: 9 h")
    ('ES2003a', 'Interview Müller (1)', 'calls monday 9 h-d4c7f9')
    """
    composed = unicodedata.normalize("NFC", name)
    if _is_safe(composed):
        return composed
    digest = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:6]
    kept = "".join(character if _is_allowed(character) else " " for character in composed)
    stem = _shortened(" ".join(kept.split()).strip(_MARKS), _MAX_BYTES // 2)
    return f"{stem or 'recording'}-{digest}"


def _is_safe(name: str) -> bool:
    return (
        bool(name)
        and all(map(_is_allowed, name))
        and not name.startswith((" ", ".", "-", "(", ")"))
        and not name.endswith((" ", "."))
        and "  " not in name
        and len(name.encode()) <= _MAX_BYTES
        and name not in RESERVED_IDS
        and not _PERIODIC.search(name)
    )


def _is_allowed(character: str) -> bool:
    """Return whether a character may be in an id: a letter, a mark of a letter, a digit, or one of a few signs."""
    if not character.isascii() and sys.getfilesystemencoding() != "utf-8":
        return False
    return character in _MARKS or unicodedata.category(character)[0] in "LMN"


def _shortened(text: str, size: int) -> str:
    """Return the beginning of a text, at most `size` bytes long in UTF-8."""
    return text.encode()[:size].decode(errors="ignore").rstrip(_MARKS)
