"""Columns of a table of recordings: their names, other names for them, and the meaning of a header."""

import difflib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from diarflow.audio import AUDIO_EXTENSIONS
from diarflow.formats.text import as_number, examples, shown

# Name of each column, and its aliases. Capitals, spaces and hyphens in a header do not count.
COLUMNS: dict[str, tuple[str, ...]] = {
    "recording": ("id", "name", "uri", "recording_id", "recording_name"),
    "audio": (
        "file", "path", "filename", "wav", "file_name", "filepath", "file_path", "audio_file", "audio_path",
        "audio_filename", "audio_filepath", "wav_file", "wav_path", "media", "media_file",
    ),
    "channel": ("audio_channel",),
    "track": ("audio_track",),
    "reference": (
        "ref", "reference_file", "reference_path", "reference_rttm", "rttm", "rttm_file", "rttm_path", "rttm_filepath",
    ),
    "uem": ("uem_file", "uem_path", "uem_filepath"),
    "transcript": ("transcription", "transcript_file", "transcript_path", "asr"),
    "num_speakers": ("speakers", "n_speakers", "number_of_speakers", "speaker_count", "num_spk", "nspk"),
    "min_speakers": ("min_num_speakers",),
    "max_speakers": ("max_num_speakers",),
    "corpus": (),
}  # fmt: skip
PATHS = ("audio", "reference", "uem", "transcript")
_NUMBERS = ("num_speakers", "min_speakers", "max_speakers")
_ALIASES = {alias: column for column, aliases in COLUMNS.items() for alias in aliases}
_SAMPLE = 100  # rows that show what a column contains


@dataclass
class Header:
    """Meaning of the header of a table.

    `columns` is the column that each field belongs to; "" for an unused field, None for a field without a name.
    `renamed` are the aliases in use. `unused` has a sentence for each column that is not used.
    """

    columns: list[str | None] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    problem: str = ""


def normal_column(name: str) -> str:
    """Return the name of a column in lower case with underscores.

    >>> normal_column("Num Speakers"), normal_column("Audio-File")
    ('num_speakers', 'audio_file')
    """
    return re.sub(r"[\s_-]+", "_", name.strip()).lower()


def meaning(name: str) -> str:
    """Return the column that a name in a header means; "" if it is none.

    >>> meaning("Audio"), meaning("File name"), meaning("licence")
    ('audio', 'audio', '')
    """
    normal = normal_column(name)
    return normal if normal in COLUMNS else _ALIASES.get(normal, "")


def read_header(
    names: Sequence[str], rows: Sequence[Sequence[str]], *, needs_audio: bool
) -> Header:
    """Return the meaning of a header. `rows` are fields of the rows below it.

    The name of a column has precedence over its aliases. Two aliases of a column without that name are a mistake.
    """
    header = Header()
    meanings = [meaning(name) for name in names]
    for index, column in enumerate(meanings):
        if column and (
            reason := _reason(names[index], column, [_value(row, index) for row in rows])
        ):
            meanings[index] = ""
            header.unused.append(f"column {shown(names[index])} is not used: {reason}")
    for column in dict.fromkeys(filter(None, meanings)):
        fields = [index for index, other in enumerate(meanings) if other == column]
        exact = [index for index in fields if normal_column(names[index]) == column]
        for index in fields if exact else ():
            if index not in exact:
                meanings[index] = ""
                header.unused.append(
                    f"column {shown(names[index])} is not used: column {column} has precedence"
                )
        kept = exact or fields
        if len(kept) > 1:
            header.problem = _repeated(column, [names[index] for index in kept])
            return header
        if not exact:
            header.renamed[names[kept[0]]] = column
    header.unused += [
        f"column {shown(name)} is not used" for name in names if name and not meaning(name)
    ]
    header.columns = [
        column if name else None for name, column in zip(names, meanings, strict=True)
    ]
    header.problem = _missing(names, header.columns, rows, needs_audio=needs_audio)
    return header


def _value(row: Sequence[str], index: int) -> str:
    return row[index] if index < len(row) else ""


def _reason(name: str, column: str, values: list[str]) -> str:
    """Return why a column with an alias is not the column that the alias means, or ""."""
    values = [value for value in values if value]
    if normal_column(name) == column or column not in _NUMBERS or not values:
        return ""
    return (
        "" if any(as_number(value) is not None for value in values) else "its values are no numbers"
    )


def _repeated(column: str, names: list[str]) -> str:
    if len({normal_column(name) for name in names}) == 1:
        return f"column {shown(names[0])} appears twice"
    return f"columns {examples(names)} all mean {column}, expected one; call it {column}"


def _missing(
    names: Sequence[str],
    columns: Sequence[str | None],
    rows: Sequence[Sequence[str]],
    *,
    needs_audio: bool,
) -> str:
    """Return the mistake in a header without the columns that a table needs, or ""."""
    if "audio" in columns or (not needs_audio and "recording" in columns):
        return ""
    needed = "audio" if needs_audio else "recording"
    if any(_is_audio(name) for name in names):
        return f"no header, expected names of columns such as recording and audio; {shown(next(filter(_is_audio, names)))} is a file"
    text = f"no column {needed}, expected {needed} or {', '.join(COLUMNS[needed][:4])}"
    unused = [index for index, column in enumerate(columns) if column == ""]
    for index in unused if needs_audio else ():
        values = [value for row in rows[:_SAMPLE] if (value := _value(row, index))]
        if values and sum(map(_is_audio, values)) * 2 > len(values):
            return f"{text}; {shown(names[index])} contains names of audio files: call it audio"
    known = [needed, *COLUMNS[needed]]
    for index in unused:
        if difflib.get_close_matches(normal_column(names[index]), known, n=1, cutoff=0.75):
            return f"{text}; is {shown(names[index])} this column? Call it {needed}"
    return f"{text}; the header has {examples(filter(None, names)) or 'no names'}"


def _is_audio(value: str) -> bool:
    """Return whether a value looks like the path of an audio file."""
    return os.path.splitext(value)[1].lower() in AUDIO_EXTENSIONS
