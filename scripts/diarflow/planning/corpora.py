"""The corpora: which recordings each holds, and what their table says of them.

Read at planning. What a person got wrong is collected and said all at once, a line each.
"""

import csv
import glob
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import Any, Protocol

from diarflow.audio import AUDIO_EXTENSIONS
from diarflow.errors import InputError, visible
from diarflow.formats.text import known_as, read_fields, read_lines

COLUMNS = (
    "recording", "audio", "channel", "reference", "uem",
    "num_speakers", "min_speakers", "max_speakers", "corpus",
)  # fmt: skip
MADE_BY_RULES = "results" + os.sep  # files below it need not exist when a run is planned
RESERVED = {"ALL", "COMPLETED"}  # rows of the tables of scores
_SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


# what Snakemake reads as wildcards, path variables or flags in the name of a file, and what it cannot print
_MARKUP = re.compile(r"[<>{}*?\x00-\x1f\ud800-\udfff]|://|^~")


@dataclass(frozen=True)
class Recording:
    """One recording of a corpus, and what is known of it before it is opened."""

    corpus: str
    recording: str  # the id: safe for files and for RTTM
    name: str  # what the table calls it
    audio: str | None  # None where all of its hypotheses were made elsewhere
    channel: int | str = "mix"
    each: bool = False  # one channel of several that are recordings of their own
    reference: str | None = None
    uem: str | None = None
    num_speakers: int | None = None
    min_speakers: int | None = None
    max_speakers: int | None = None
    rttm: tuple[tuple[str, str], ...] = ()  # systems made elsewhere, and where their RTTM lies

    def files(self, *columns: str) -> list[str]:
        """The files that the row names in these columns and that are inputs of its jobs.

        Not those that cannot be read or whose name Snakemake would misread, nor references and UEMs, which
        may hold other recordings: a line added for one would run all of them again. `parts` watches them.
        """
        return [path for path in map(self._input, columns) if path]

    def _input(self, column: str) -> str | None:
        path = getattr(self, column)
        if not path or path.startswith(MADE_BY_RULES):
            return path
        if column in ("reference", "uem") or _MARKUP.search(path):
            return None
        return path if os.path.isfile(path) and os.access(path, os.R_OK) else None

    def parts(self) -> dict[str, dict]:
        """What jobs read of it, by the stage that reads it, so that a change re-runs that stage alone."""
        imported = {
            f"rttm/{system}": {
                "recording": self.recording,
                "name": self.name,
                "channel": self.channel if self.each else None,
                "rttm": path,
                "stamps": [_own_lines(path, self.recording, self.name)],
            }
            for system, path in self.rttm
        }
        return imported | {
            "audio": {
                "audio": self.audio,
                "channel": self.channel,
                "stamps": self._stamps("audio"),
            },
            "reference": {
                "recording": self.recording,
                "name": self.name,
                "channel": self.channel if self.each else None,
                "reference": self.reference,
                "uem": self.uem,
                "stamps": self._stamps("reference", "uem"),
            },
            "speakers": {
                "num": self.num_speakers,
                "min": self.min_speakers,
                "max": self.max_speakers,
            },
        }

    def _stamps(self, *columns: str) -> list:
        """The state of files that are no inputs, so that a change is seen all the same.

        Of a reference or a UEM a digest of the recording's own lines, of audio its size and time.
        """
        stamps: list = []
        for column in columns:
            path = getattr(self, column)
            if not path or self._input(column):
                continue
            if column == "audio":
                stamps.append(_state(path))
            else:
                stamps.append(_own_lines(path, self.recording, self.name))
        return stamps


def _state(path: str) -> list[int] | None:
    """The size and time of a file; None where there is none."""
    try:
        state = os.stat(path)
    except OSError:
        return None
    return [state.st_size, state.st_mtime_ns]


def _own_lines(path: str, recording: str, name: str) -> list[str]:
    """Digests of the lines that a file of annotations has of a recording."""
    own = lines_by_name(path) if os.path.isfile(path) else {}
    return [own.get(one, "") for one in known_as(recording, name)]


class Source(Protocol):
    """Where a corpus's recordings come from: a table, a folder or glob of audio, or a simulation."""

    name: str
    recordings: str | None
    audio: str | None
    channel: int | str
    reference: str | None
    uem: str | None
    simulate: Any


@dataclass(frozen=True)
class Needs:
    """What a corpus's systems make of its recordings: whether audio is heard, RTTM made elsewhere."""

    audio: bool = True
    rttm: tuple[tuple[str, str], ...] = ()


def safe_id(name: str) -> str:
    """The name itself where it is safe for files and RTTM, else a safe one that differs for each name.

    >>> safe_id("ES2003a"), safe_id("my call (1)")
    ('ES2003a', 'my_call_1-3ae3f9')
    """
    if _SAFE.fullmatch(name) and name not in RESERVED:
        return name
    digest = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:6]
    stem = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:60] or "recording"
    return f"{stem}-{digest}"


def read_corpora(
    sources: Iterable[Source], needs: Mapping[str, Needs] | None = None
) -> tuple[list[Recording], list[str]]:
    """The recordings of all corpora, and warnings. Raises InputError that names every mistake.

    `needs` says by corpus what its systems make of the recordings; by default they hear the audio.
    """
    recordings, warnings, problems = [], [], []
    for source in sources:
        try:
            found, said = read_corpus(source, (needs or {}).get(source.name, Needs()))
            recordings += found
            warnings += said
        except InputError as error:
            problems.append(str(error))
    if problems:
        raise InputError.of(problems)
    return recordings, warnings


def read_corpus(source: Source, needs: Needs = Needs()) -> tuple[list[Recording], list[str]]:
    """The recordings of a corpus, and warnings. Raises InputError that names every mistake."""
    listed = _table_rows if source.recordings else _file_rows if source.audio else _simulated_rows
    rows, problems, warnings = listed(source, needs)
    for system, path in needs.rttm:
        if not os.path.exists(path):
            problems.append(f"systems.{system}.rttm: {path} does not exist (corpus {source.name})")
    for key in ("reference", "uem"):
        path = getattr(source, key)
        if path and not os.path.exists(path):
            problems.append(f"corpus {source.name}: {key} {path} does not exist")
    recordings: list[Recording] = []
    first_seen: dict[str, str] = {}
    ids: dict[str, str] = {}
    for where, row in rows:
        name = row.get("recording", "")
        if name and name in first_seen:
            problems.append(f"{where}: recording {name} is there already, see {first_seen[name]}")
        first_seen.setdefault(name, where)
        for recording in _recordings(source, needs, where, row, problems):
            if ids.setdefault(recording.recording, where) != where and first_seen[name] == where:
                problems.append(
                    f"{where}: the id {recording.recording} is there already, "
                    f"see {ids[recording.recording]}"
                )
            recordings.append(recording)
    if not rows and not problems:
        listed_in = source.recordings or source.audio
        problems.append(f"{listed_in}: no recordings of {source.name}")
    if problems:
        raise InputError.of(problems)
    return recordings, warnings


def _table_rows(
    source: Source, needs: Needs
) -> tuple[list[tuple[str, dict]], list[str], list[str]]:
    """Rows of the table with their places, its mistakes, and what is worth a warning."""
    table = source.recordings
    if not os.path.isfile(table):
        said = f"{table}: no such table of recordings in {os.getcwd()} (corpus {source.name})"
        return [], [said], []
    lines = read_fields(table, read_lines(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    header = [column.strip() for column in next(lines)[1]]
    required = ("recording", "audio") if needs.audio else ("recording",)
    missing = [column for column in required if column not in header]
    if missing:
        near = {"recording", "audio"} & {column.lower() for column in header}
        hint = "; columns are separated by tabs" if len(header) == 1 else ""
        hint = "; names of columns are in small letters" if near else hint
        return [], [f"{table}:1: no column {', '.join(missing)}{hint}"], []
    if twice := sorted({column for column in header if header.count(column) > 1}):
        return [], [f"{table}:1: column {', '.join(twice)} is there twice"], []
    unknown = [column for column in header if column not in COLUMNS]
    warnings = [f"{table}:1: column {column} is not used" for column in unknown if column]
    rows, problems = [], []
    for where, fields in lines:
        if not any(field.strip() for field in fields) or fields[0].startswith("#"):
            continue
        if len(fields) > len(header):
            problems.append(f"{where}: {len(fields)} fields, expected {len(header)}")
            continue
        row = dict(zip(header, (field.strip() for field in fields), strict=False))
        if row.get("corpus", source.name) != source.name:
            continue
        for column in ("audio", "reference", "uem"):
            if row.get(column):
                row[column] = os.path.normpath(os.path.join(os.path.dirname(table), row[column]))
        rows.append((where, row))
    return rows, problems, warnings


def _file_rows(source: Source, needs: Needs) -> tuple[list[tuple[str, dict]], list[str], list[str]]:
    """A row for each audio file of a folder (with its subfolders) or a glob, be it readable or not."""
    if os.path.isdir(source.audio):
        root = source.audio
        found = [path for path in Path(root).rglob("*") if path.suffix.lower() in AUDIO_EXTENSIONS]
    else:
        fixed = re.split(r"[*?\[]", source.audio, maxsplit=1)[0]
        root = os.path.dirname(fixed)
        found = [Path(path) for path in glob.glob(source.audio, recursive=True)]
    if not found:
        expected = "expected a folder with audio files, or a glob that matches some"
        return [], [f"{source.audio}: no audio files (corpus {source.name}); {expected}"], []
    rows = []
    for path in sorted(path for path in found if not os.path.isdir(path)):
        name = os.path.relpath(path.with_suffix(""), root or ".")
        rows.append((visible(path), {"recording": name, "audio": str(path)}))
    return rows, [], []


def _simulated_rows(
    source: Source, needs: Needs
) -> tuple[list[tuple[str, dict]], list[str], list[str]]:
    """A row for each conversation that will be made."""
    if not os.path.isdir(source.simulate.speakers):
        return (
            [],
            [f"{source.simulate.speakers}: no such folder of speakers (corpus {source.name})"],
            [],
        )
    rows = []
    for number in range(source.simulate.conversations):
        path = f"results/{source.name}/simulated/{source.name}-{number:04d}"
        row = {"recording": Path(path).name, "audio": f"{path}.wav", "reference": f"{path}.rttm"}
        rows.append((path, row))
    return rows, [], []


def _recordings(
    source: Source, needs: Needs, where: str, row: dict[str, str], problems: list[str]
) -> list[Recording]:
    """The recording of a row, or one for each of its channels."""
    before = len(problems)
    name, audio = row.get("recording", ""), row.get("audio", "")
    if not name:
        problems.append(f"{where}: no recording, expected an id")
    if not audio and needs.audio:
        problems.append(f"{where}: no audio, expected the path of a file")
    elif source.recordings and needs.audio and not _there(audio):
        problems.append(f"{where}: audio {audio} {_lack(audio)}")
    annotations = {}
    for column in ("reference", "uem"):
        path = row.get(column)
        if path and not _there(path):
            problems.append(f"{where}: {column} {path} {_lack(path)}")
        annotations[column] = path or _of_corpus(getattr(source, column), name, column)
    channel = _channel(row.get("channel") or source.channel, where, problems)
    speakers = _speakers(row, where, problems)
    if len(problems) > before:
        return []
    heard = audio if needs.audio else None
    fields = {"corpus": source.name, "name": name, "audio": heard, **annotations, **speakers}
    fields["rttm"] = tuple((system, _hypothesis(path, name)) for system, path in needs.rttm)
    if channel != "each":
        return [Recording(recording=safe_id(name), channel=channel, **fields)]
    return [
        Recording(recording=f"{safe_id(name)}_ch{number}", channel=number, each=True, **fields)
        for number in range(1, _channels(heard) + 1)
    ]


def _there(path: str) -> bool:
    return os.path.isfile(path) or path.startswith(MADE_BY_RULES)


def _lack(path: str) -> str:
    """What is wrong with a path that a table gives for a file."""
    there = "is a folder" if os.path.isdir(path) else "is no regular file"
    return f"{there}, expected a file" if os.path.lexists(path) else "does not exist"


def _hypothesis(given: str, name: str) -> str:
    """A system's one RTTM, or this recording's in its folder, be it there or not."""
    return os.path.join(given, f"{name}.rttm") if os.path.isdir(given) else given


def _of_corpus(given: str | None, name: str, kind: str) -> str | None:
    """A corpus's one reference file, or this recording's in its folder, if it has one there."""
    if given is None or not os.path.isdir(given):
        return given
    endings = (".rttm", ".csv") if kind == "reference" else (".uem",)
    paths = (os.path.join(given, name + ending) for ending in endings)
    return next((path for path in paths if os.path.isfile(path)), None)


def _channel(value: int | str, where: str, problems: list[str]) -> int | str:
    text = str(value)
    if text in ("mix", "each"):
        return text
    if text.isascii() and text.isdigit() and int(text) >= 1:
        return int(text)
    problems.append(f"{where}: channel is {text}, expected mix, each, or a number from 1")
    return "mix"


def _channels(audio: str | None) -> int:
    """Channels of a file; of one that cannot be read one, which is then set aside with its reason."""
    if audio is None:
        return 1
    from diarflow.audio.decode import opened

    try:
        with opened(audio) as sound:
            return sound.channels
    except InputError:
        return 1


def _speakers(row: dict[str, str], where: str, problems: list[str]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for column in ("num_speakers", "min_speakers", "max_speakers"):
        text = row.get(column, "")
        found[column] = None
        if not text:
            continue
        whole = text.removesuffix(".0")  # as spreadsheets write numbers beside empty cells
        if whole.isascii() and whole.isdigit() and int(whole) >= 1:
            found[column] = int(whole)
        else:
            problems.append(f"{where}: {column} is {text}, expected a whole number >= 1")
    low, num, high = found["min_speakers"], found["num_speakers"], found["max_speakers"]
    for less, more, names in (
        (low, high, "min_speakers is {}, more than max_speakers {}"),
        (low, num, "min_speakers is {}, more than num_speakers {}"),
        (num, high, "num_speakers is {}, more than max_speakers {}"),
    ):
        if less and more and less > more:
            problems.append(f"{where}: {names.format(less, more)}")
    return found


@cache
def lines_by_name(path: str) -> dict[str, str]:
    """A digest of the lines of each recording that a reference or a UEM names; nothing is checked.

    A file that is no text names nobody: the jobs that need it say so, and are set aside.
    """
    lines: dict[str, list[str]] = {}
    try:
        for name, line in _named_lines(path):
            lines.setdefault(name, []).append(line)
    except InputError:
        return {}
    return {
        name: hashlib.sha256("\n".join(own).encode()).hexdigest()[:12]
        for name, own in lines.items()
    }


def _named_lines(path: str) -> Iterator[tuple[str, str]]:
    """What each line of a reference or a UEM names, and the line."""
    text = read_lines(path)
    if path.lower().endswith((".csv", ".tsv")):
        rows = read_fields(path, text, delimiter=max(",;\t", key=text[0].count))
        columns = [column.strip().lower() for column in next(rows)[1]]
        place = columns.index("filename") if "filename" in columns else 0
        for _, row in rows:
            if len(row) > place:
                yield PurePath(row[place].strip()).stem, "\t".join(row)
    else:
        place = 0 if path.lower().endswith(".uem") else 1
        for line in text:
            fields = line.split()
            if len(fields) > place and not line.startswith(";"):
                yield fields[place], line


def unknown_in_references(recordings: Iterable[Recording]) -> list[str]:
    """A line for each reference that names recordings no table knows."""
    known: dict[str, set[str]] = {}
    for one in recordings:
        if one.reference and os.path.isfile(one.reference):
            known.setdefault(one.reference, set()).update(known_as(one.recording, one.name))
    said = []
    for path, names in known.items():
        if unknown := sorted(set(lines_by_name(path)) - names):
            shown = ", ".join(unknown[:5])
            more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
            said.append(f"{path}: names recordings that are in no table: {shown}{more}")
    return said
