"""Command `diarflow check`: list what would be read for each recording. It runs and writes nothing."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from diarflow.cli.corpora import are_configurations
from diarflow.cli.run import check_no_options, new_config, with_options
from diarflow.errors import InputError, summarized, visible
from diarflow.formats.text import counted
from diarflow.planning.recording import Recording
from diarflow.planning.session import corpus_needs
from diarflow.planning.table import read_corpora, warn_of_annotations
from diarflow.remote import is_remote, shown_location
from diarflow.settings import Settings, read_settings
from diarflow.settings.files import DEFAULTS, check_file
from diarflow.settings.reading import merged

_COLUMNS = (
    "recording",
    "audio",
    "length",
    "channel",
    "reference",
    "turns",
    "speakers",
    "transcript",
    "words",
)


class Row(NamedTuple):
    """Cells of a recording in the listing, and what is wrong with it."""

    cells: tuple[str, ...]
    problems: list[str]


def check(options: argparse.Namespace) -> int:
    """Print a line for each recording, what is left out, and mistakes. Return 1 if there are mistakes, else 0."""
    directory = Path(os.path.abspath(options.directory))
    with tempfile.TemporaryDirectory(prefix="diarflow-") as scratch:
        settings = _settings(options, directory, Path(scratch))
        if directory.is_dir():
            os.chdir(directory)  # paths in the settings are relative to the folder of the run
        recordings, warnings = read_corpora(settings.corpora, corpus_needs(settings))
    warnings += warn_of_annotations(recordings)
    rows = [row_of(recording) for recording in recordings]
    _print_table([row.cells for row in rows])
    # the channels of a call share their files
    problems = list(dict.fromkeys(problem for row in rows for problem in row.problems))
    number = len({(recording.corpus, recording.call or recording.id) for recording in recordings})
    for line in summarized(map(visible, [*warnings, *problems])):
        print(line, file=sys.stderr)
    print(f"{counted(number, 'recording')}, {counted(len(problems), 'problem')}")
    return 1 if problems else 0


def _settings(options: argparse.Namespace, directory: Path, tables: Path) -> Settings:
    """Return the settings that `diarflow run` would use for the same paths, with tables in the folder `tables`."""
    if are_configurations(options.paths):
        check_no_options(options)
        return settings_of_files(options.paths)
    config = new_config(options.paths, directory, tables=tables)
    return _validated(with_options(config, options, directory), [])


def settings_of_files(paths: Iterable[str]) -> Settings:
    """Return the settings of configurations, merged over the defaults."""
    files = [os.path.abspath(path) for path in paths]
    overlay: dict[str, Any] = {}
    for file in files:
        if not os.path.isfile(file):
            raise InputError(f"{visible(file)}: does not exist")
        check_file(file)
        overlay = merged(overlay, _content(file))
    return _validated(overlay, files)


def _validated(overlay: dict[str, Any], files: list[str]) -> Settings:
    defaults = _content(str(DEFAULTS))
    return read_settings(
        merged(defaults, overlay),
        defaults=defaults,
        overlay=overlay,
        files=[str(DEFAULTS), *files],
    )


def _content(file: str) -> dict[str, Any]:
    """Return the content of a configuration; an empty one has no settings."""
    return yaml.safe_load(Path(file).read_text(encoding="utf-8")) or {}


def row_of(recording: Recording) -> Row:
    """Return the listing of a recording."""
    problems: list[str] = []
    reference, turns, speakers = _reference(recording, problems)
    known = recording.num_speakers or ""
    if not known and (recording.min_speakers or recording.max_speakers):
        known = f"{recording.min_speakers or 1} to {recording.max_speakers or 'any'}"
    name = (
        recording.name if recording.id == recording.name else f"{recording.name} ({recording.id})"
    )
    cells = (
        name,
        shown_location(recording.audio or ""),
        _length(recording.audio, problems),
        str(recording.channel),
        reference,
        turns,
        f"{known} given" if known else speakers and f"{speakers} in reference",
        *_transcript(recording.transcript, problems),
    )
    return Row(tuple(map(visible, cells)), problems)


def _length(audio: str | None, problems: list[str]) -> str:
    """Return the length that the header of an audio file claims; "" without audio, "?" if the header gives none."""
    from diarflow.planning.resources import header_duration

    if not audio:
        return ""
    if is_remote(audio):
        return "?"
    seconds = header_duration(audio)
    if seconds is None:
        import av

        try:
            with av.open(audio) as container:
                if not container.streams.audio:
                    problems.append(f"{audio}: contains no audio")
                seconds = container.duration / 1e6 if container.duration else None
        except (av.FFmpegError, OSError) as error:
            problems.append(f"{audio}: cannot be opened: {error.strerror or error}")
    if seconds is None:
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def _reference(recording: Recording, problems: list[str]) -> tuple[str, str, str]:
    """Return the reference with its format, and its numbers of turns and speakers."""
    from diarflow.formats.recognition import recognized_formats
    from diarflow.scoring.reference import read_reference

    path = recording.reference
    if not path:
        return "", "", ""
    if is_remote(path):
        return shown_location(path), "?", ""
    kind = "Kaldi"
    try:
        if not os.path.isdir(path):
            kind = " or ".join(recognized_formats(path)) or "unknown format"
        turns = read_reference(path, recording.lines_in(path)).turns
    except InputError as error:
        problems.append(str(error).split("\n")[0])
        return f"{path} ({kind})", "?", ""
    return f"{path} ({kind})", str(len(turns)), str(len({turn.speaker for turn in turns}))


def _transcript(path: str | None, problems: list[str]) -> tuple[str, str]:
    """Return the transcript, and its number of words."""
    from diarflow.transcripts.reading import read_transcript

    if not path:
        return "", ""
    try:
        return path, str(len(read_transcript(path)))
    except InputError as error:
        problems.append(str(error))
        return path, "?"


def _print_table(rows: list[tuple[str, ...]]) -> None:
    """Print aligned columns. Columns without any content are left out."""
    table = [_COLUMNS, *rows]
    used = [index for index in range(len(_COLUMNS)) if any(row[index] for row in rows)]
    widths = {index: max(len(row[index]) for row in table) for index in used}
    for row in table:
        print("  ".join(row[index].ljust(widths[index]) for index in used).rstrip())
