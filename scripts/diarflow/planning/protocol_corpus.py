"""Corpus from a protocol of pyannote.database: recordings, audio, references and extents of `database.yml`.

pyannote.database finds the audio; it is imported only for such corpora.
"""

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from diarflow.errors import InputError
from diarflow.formats.text import counted, examples, read_source_lines, shown
from diarflow.planning.corpus_rows import Rows
from diarflow.planning.kaldi_corpus import resolved
from diarflow.settings import Corpus

SUBSETS = ("train", "development", "test")
_META_DATABASE = "X"  # its protocols consist of subsets of other protocols
_COLUMNS = {"reference": "annotation", "uem": "annotated"}  # and their keys in a protocol


class _Part(NamedTuple):
    """Subset of a protocol of one database."""

    database: str
    subset: str
    entries: Mapping[str, Any]


def is_protocol_corpus(path: str) -> bool:
    """Return whether the name of a file is that of a configuration of pyannote.database."""
    return path.lower().endswith((".yml", ".yaml"))


def read_protocol_corpus(source: Corpus, *, needs_audio: bool) -> Rows:
    """Return the rows of the recordings in a protocol, or in one of its subsets.

    Raises InputError if the file has no such protocol, or if a list of recordings cannot be read.
    """
    path = source.recordings or ""
    protocols = _protocols(path)
    if source.protocol is None:
        raise InputError(
            f"corpus {source.name}: protocol is missing, expected one of {path}: {examples(_names(protocols))}"
        )
    subsets = [source.subset] if source.subset else SUBSETS
    parts = [
        part for subset in subsets for part in _parts(path, protocols, source.protocol, subset)
    ]
    if not parts:
        raise InputError(f"{path}: {source.protocol} has no {' or '.join(subsets)}")
    finder = _AudioFinder(path) if needs_audio else None
    result, lacking = Rows(), dict.fromkeys(_COLUMNS, 0)
    for part in parts:
        for uri in _uris(path, part):
            row = {"recording": uri}
            if finder:
                row["audio"], problem = finder.find(uri, part)
                result.problems += [f"{path}: {problem}"] if problem else []
            for column, key in _COLUMNS.items():
                file = _file(path, part, uri, key)
                if file and getattr(source, column) is None:
                    row |= {column: file} if os.path.isfile(file) else {}
                    lacking[column] += not os.path.isfile(file)
            result.rows.append((f"{path}: {uri}", row))
    result.warnings += [
        f"{path}: {counted(count, 'recording')} of {source.protocol} without a file for {_COLUMNS[column]}"
        for column, count in lacking.items()
        if count
    ]
    return result


def _protocols(path: str) -> Mapping[str, Any]:
    """Return the protocols of a file, by database, task and name."""
    try:
        content = yaml.safe_load(Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: not YAML ({shown(str(error), 80)})") from error
    protocols = content.get("Protocols") if isinstance(content, dict) else None
    if not isinstance(protocols, dict):
        raise InputError(f"{path}: no key Protocols, expected a configuration of pyannote.database")
    return protocols


def _names(protocols: Mapping[str, Any]) -> Iterator[str]:
    """Yield the full names of all protocols."""
    for database, tasks in protocols.items():
        for task, names in (tasks if isinstance(tasks, dict) else {}).items():
            yield from (f"{database}.{task}.{name}" for name in names or ())


def _parts(
    path: str, protocols: Mapping[str, Any], protocol: str, subset: str, depth: int = 0
) -> Iterator[_Part]:
    """Yield the parts of a subset of a protocol: itself, or those that a protocol of `X` consists of."""
    database, task, name = (*protocol.split(".", 2), "", "")[:3]
    try:
        subsets = protocols[database][task][name]
        entries = subsets.get(subset)
    except (KeyError, TypeError, AttributeError):
        raise InputError(
            f"{path}: no protocol {shown(protocol)}; it has {examples(_names(protocols))}"
        ) from None
    if not isinstance(entries, dict):
        return
    if database != _META_DATABASE:
        yield _Part(database, subset, entries)
        return
    if depth:
        raise InputError(f"{path}: {protocol} consists of another protocol of {_META_DATABASE}")
    for other, others in entries.items():
        for inner in others:
            yield from _parts(path, protocols, other, inner, depth + 1)


def _uris(path: str, part: _Part) -> list[str]:
    """Return the names of the recordings in the list of a part: the first field of each line."""
    text = part.entries.get("uri") or part.entries.get("uris")
    if not text:
        raise InputError(
            f"{path}: {part.database} {part.subset} has no uri, expected a list of recordings"
        )
    lines = read_source_lines(resolved(str(text), os.path.dirname(path)))
    return [line.split()[0] for line in lines if line.strip()]


def _file(path: str, part: _Part, uri: str, key: str) -> str:
    """Return the file of a recording under a key such as `annotation`, which may be a template; "" without one."""
    template = part.entries.get(key)
    if not isinstance(template, str):
        return ""
    try:
        text = template.format(uri=uri, database=part.database, subset=part.subset)
    except (KeyError, IndexError, ValueError):
        raise InputError(
            f"{path}: {key} of {part.database} is {shown(template)}, expected a path with {{uri}}"
        ) from None
    return resolved(text, os.path.dirname(path))


class _AudioFinder:
    """Finder of the audio of recordings by the templates of the database."""

    def __init__(self, path: str):
        try:
            # pyannote.database prints hints about scopes of speakers, which are not read
            with redirect_stdout(io.StringIO()):
                from pyannote.database import FileFinder
                from pyannote.database.registry import Registry

                registry = Registry()
                registry.load_database(path)
        except Exception as error:  # errors of many kinds for a damaged file
            raise InputError(f"{path}: {shown(str(error), 120)}") from error
        self._finder = FileFinder(registry)

    def find(self, uri: str, part: _Part) -> tuple[str, str]:
        """Return the audio file of a recording, and what is wrong if there is none or more than one."""
        from pyannote.database import ProtocolFile

        try:
            return str(self._finder(ProtocolFile({"uri": uri, "database": part.database}))), ""
        except KeyError:
            return "", f"Databases has no {part.database}, expected a path of audio with {{uri}}"
        except FileNotFoundError as error:
            first, *searched = str(error).split("\n - ")
            which = "more than one audio file" if "more than one" in first else "no audio file"
            return "", f"{shown(uri)}: {which} at {examples(searched, 1)}"
