"""Recognition of the format of a file of turns by its content, and the reader of each format."""

import gzip
import os
import stat
from collections.abc import Callable, Iterable
from typing import NamedTuple

from diarflow.errors import InputError
from diarflow.formats import (
    annotation_csv,
    audacity,
    chat,
    ctm,
    eaf,
    json_turns,
    kaldi,
    stm,
    textgrid,
)
from diarflow.formats import rttm as rttm_format
from diarflow.formats.annotation_file import AnnotationFile
from diarflow.formats.records import RecordFile, parse_records
from diarflow.formats.rttm import Annotations, parse_rttm
from diarflow.formats.tiers import ALL_TIERS, TierSelection

_HEAD = 1 << 16  # bytes by which a format is recognised


class Format(NamedTuple):
    """Format of a file of turns: endings of its files, recogniser of the head of a file, and reader.

    `is_marked` is true if a file has words that no other format has, `is_single` if a file is always of one recording
    and takes long to read, because a library parses it.
    """

    endings: tuple[str, ...]
    recognizes: Callable[[str, str], bool]
    read: Callable[..., AnnotationFile]
    is_marked: bool = True
    is_single: bool = False


FORMATS = {
    "RTTM": Format(rttm_format.ENDINGS, rttm_format.recognizes, rttm_format.read_rttm),
    "CSV": Format(annotation_csv.ENDINGS, annotation_csv.recognizes, annotation_csv.read),
    "TextGrid": Format(textgrid.ENDINGS, textgrid.recognizes, textgrid.read, is_single=True),
    "EAF": Format(eaf.ENDINGS, eaf.recognizes, eaf.read, is_single=True),
    "CHAT": Format(chat.ENDINGS, chat.recognizes, chat.read, is_single=True),
    "STM": Format(stm.ENDINGS, stm.recognizes, stm.read, is_marked=False),
    "CTM": Format(ctm.ENDINGS, ctm.recognizes, ctm.read, is_marked=False),
    "JSON": Format(json_turns.ENDINGS, json_turns.recognizes, json_turns.read),
    "Audacity labels": Format(
        audacity.ENDINGS, audacity.recognizes, audacity.read, is_marked=False
    ),
}
# the endings of files of annotations, the preferred ones first
ENDINGS = tuple(dict.fromkeys(ending for form in FORMATS.values() for ending in form.endings))
GENERAL_ENDINGS = (".txt", ".json", ".json.gz")  # that files of other content have too


def recognized_formats(path) -> list[str]:
    """Return the formats that the content of a file is recognised as: one, none, or several if it is ambiguous.

    Of several, a marked one counts, else the one to which the ending of the file belongs. Raises InputError if the file cannot be read.
    """
    head, name = _head(path), str(path)
    found = [label for label, form in FORMATS.items() if form.recognizes(head, name)]
    if marked := [label for label in found if FORMATS[label].is_marked]:
        return marked[:1]
    by_ending = [label for label in found if name.lower().endswith(FORMATS[label].endings)]
    return by_ending[:1] or found


def is_meant(path) -> bool:
    """Return whether a file in a folder of annotations is one: a file with an ending such as .txt by its content."""
    if not str(path).lower().endswith(GENERAL_ENDINGS):
        return True
    try:
        found = recognized_formats(path)
        return bool(found) and (found != ["JSON"] or json_turns.has_speakers(_head(path)))
    except InputError:
        return False


def is_single(path) -> bool:
    """Return whether a file has a format that is always of one recording. Raises InputError if it cannot be read."""
    return not os.path.isdir(path) and any(
        FORMATS[label].is_single for label in recognized_formats(path)
    )


def read_annotation_file(path, selection: TierSelection = ALL_TIERS) -> AnnotationFile:
    """Read a file of turns in any format, or a Kaldi directory.

    Raises InputError if the format is unknown or ambiguous, or if the file cannot be read.
    """
    if os.path.isdir(path):
        if kaldi.is_kaldi_directory(path):
            return kaldi.read(path)
        raise InputError(f"{path}: is a folder without segments and utt2spk (Kaldi)")
    found = recognized_formats(path)
    if len(found) > 1:
        raise InputError(
            f"{path}: may be {' or '.join(found)}; expected the ending "
            f"{' or '.join(FORMATS[label].endings[0] for label in found)}"
        )
    if found:
        form = FORMATS[found[0]]
    elif str(path).lower().endswith(annotation_csv.ENDINGS):
        form = FORMATS["CSV"]  # its reader names the missing columns
    else:
        form = FORMATS["RTTM"]
    if form is not FORMATS["RTTM"]:
        return form.read(path, selection)
    return rttm_format.read_rttm(path, expected=", ".join(FORMATS))


def parse_annotation_file(file: AnnotationFile, names: Iterable[str]) -> Annotations:
    """Return the turns of the recording that has these names in a file. Raises InputError for malformed lines."""
    return (parse_records if isinstance(file, RecordFile) else parse_rttm)(file, names)


def _head(path) -> str:
    """Return the first part of a file as text. Raises InputError if it is not a regular file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # a pipe would block
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InputError(f"{path}: not a regular file, expected a text file")
            data = file.read(_HEAD)
        if data.startswith(b"\x1f\x8b"):
            with gzip.open(path) as compressed:
                data = compressed.read(_HEAD)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path}: cannot be read ({reason})") from error
    is_utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = data.decode("utf-16" if is_utf16 else "utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
