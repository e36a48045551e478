"""Recordings of a job and the channels of calls, each with its own input and output files."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from diarflow.runs.locks import LOCK

_OF_CHANNELS = (
    "channel_"  # prefix of the names of inputs that have a file for each channel of a call
)


@dataclass(frozen=True)
class Channel:
    """One channel of a recording: its id, its part of the row, and its own input files by name.

    A recording that is not a call has one channel, with its own id and row.
    """

    id: str
    row: dict[str, Any]
    input: SimpleNamespace


@dataclass(frozen=True)
class Item:
    """One recording of a job: its id, its own input and output files by name, and its row.

    `row` is the part of the recording's row that the rule reads; None if it reads none.
    `channel_files` are the inputs whose names begin with `channel_` in the rule, without this prefix: the files of the
    channels of all recordings of the job.
    """

    corpus: str
    id: str
    variant: str
    input: SimpleNamespace
    output: SimpleNamespace
    row: Any = None
    channel_files: Mapping[str, list[str]] = field(default_factory=dict)

    @cached_property
    def channels(self) -> tuple[Channel, ...]:
        """Channels of a call, in the order of its row; for another recording, one channel with its own id."""
        content = self.row or {}
        parts = content.get("channels") or [content]
        ids = [part.get("recording", self.id) for part in parts]
        return tuple(
            Channel(id, part, files_of(id, self.channel_files))
            for id, part in zip(ids, parts, strict=True)
        )

    def input_paths(self) -> list[str]:
        """Return the paths of all inputs, including those of the channels."""
        files = [self.input]
        if self.channel_files:
            files += [channel.input for channel in self.channels]
        return [path for namespace in files for path in vars(namespace).values()]

    def files(self, prefix: str) -> list[str]:
        """Return the inputs whose names begin with a prefix, in the order of the names."""
        return [path for name, path in sorted(vars(self.input).items()) if name.startswith(prefix)]

    def read(self, name: str, reader: Callable[[str], Any] = str) -> Any:
        """Read the input `name` with `reader`, or return None if the variant does not use it.

        Without a reader, the result is the path.
        """
        path = getattr(self.input, name, None)
        return None if path is None else reader(path)


def as_lists(files: Any) -> dict[str, list[str]]:
    """Return Snakemake's named files as lists by name, without names that have no file."""
    named = {}
    for name in files.keys():  # noqa: SIM118 - Snakemake's list of files is not a dict
        value = getattr(files, name)
        paths = [str(value)] if isinstance(value, str | Path) else [str(path) for path in value]
        if paths:
            named[name] = paths
    return named


def take_channel_files(files: dict[str, list[str]]) -> dict[str, list[str]]:
    """Remove the files of channels from the inputs of a job, and return them by name without the prefix.

    >>> files = {"words": ["words.parquet"], "channel_turns": ["a_ch1.parquet", "a_ch2.parquet"]}
    >>> take_channel_files(files), files
    ({'turns': ['a_ch1.parquet', 'a_ch2.parquet']}, {'words': ['words.parquet']})
    """
    return {
        name.removeprefix(_OF_CHANNELS): files.pop(name)
        for name in list(files)
        if name.startswith(_OF_CHANNELS)
    }


def files_of(
    recording: str, files: Mapping[str, list[str]], ids: Collection[str] | None = None
) -> SimpleNamespace:
    """Return the files of one recording or channel, by name.

    A batch declares only some of its input files (planning/batches.py). The others are derived from the first.
    A file that belongs to none of the recordings `ids`, such as a model, belongs to all.
    """
    chosen = {}
    for name, paths in files.items():
        first = Path(paths[0])
        per_recording = first.parts[0] == "results" and (ids is None or first.stem in ids)
        chosen[name] = str(first.with_name(recording + first.suffix) if per_recording else first)
    return SimpleNamespace(**chosen)


def in_place(path: str) -> str:
    """Return the final path of a plan file that planning wrote to a scratch folder, because another run was at work.

    When a job starts, the run has moved its rows there.

    >>> in_place("/run/.snakemake/diarflow-1/results/c/plan.jsonl")
    'results/c/plan.jsonl'
    """
    parts = Path(path).parts
    for index, part in enumerate(parts[:-2]):
        if part == LOCK.parent.name and parts[index + 2] == "results":
            return str(Path(*parts[index + 2 :]))
    return path
