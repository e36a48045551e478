"""Files of a batch. A batch is the recordings that one job processes.

Each recording has files of its own. With `batch_size: 1` a rule keeps its wildcards; otherwise it lists the files of
its recordings.
"""

import os
from collections.abc import Callable, Collection
from functools import cached_property
from types import SimpleNamespace
from typing import Any

from diarflow.planning.file_states import modification_time
from diarflow.prefix import prefixed


class Batch:
    """Recordings that one job of a rule works on.

    Parameters
    ----------
    rule : name of the rule
    label : "batch-1-of-4"
    recordings : ids
    values : wildcards of the rule other than the recording: corpus="ami", speech="webrtc"

    Without recordings and values, the batch stands for any single recording and its rule keeps the wildcards.
    """

    def __init__(self, rule: str, label: str = "", recordings: Collection[str] = (), **values: str):
        self.rule, self.label = rule, label
        self.recordings, self.values = list(recordings), values
        # names of corpora and variants contain hyphens and no dots
        parts = [rule, ".".join(values.values()), label.removeprefix("batch-")]
        self.name = "-".join(filter(None, parts))
        self._output_patterns: list[str] = []

    @property
    def is_wildcard(self) -> bool:
        """Return whether the rule keeps its wildcards."""
        return not self.values

    def outputs(self, pattern: str) -> list[str]:
        """Return the file of each recording.

        >>> Batch("detect_speech").outputs("results/{corpus}/speech/{speech}/{recording}.parquet")
        ['results/{corpus}/speech/{speech}/{recording}.parquet']
        >>> batch = Batch("detect_speech", "batch-1-of-1", ["a", "b"], corpus="ami", speech="webrtc")
        >>> batch.name, batch.outputs("{corpus}/{speech}/{recording}")
        ('detect_speech-ami.webrtc-1-of-1', ['ami/webrtc/a', 'ami/webrtc/b'])
        """
        self._output_patterns.append(pattern)
        return self.files(pattern) or [pattern]

    def inputs(self, pattern: str | Callable[[Any], str | None]) -> str | Callable:
        """Return the input files of one kind that the rule declares.

        `pattern` is a path with wildcards, or a function from wildcards to such a path, or to None if the job
        reads no file of this kind.
        """
        if self.is_wildcard:
            return (
                pattern if isinstance(pattern, str) else lambda wildcards: pattern(wildcards) or []
            )

        def files(wildcards: Any) -> list[str]:
            path = pattern if isinstance(pattern, str) else pattern(SimpleNamespace(**self.values))
            return self.declared_inputs(self.files(path or ""), self.output_times)

        return files

    def sources(self, files: Callable[[str, str], list[str]]) -> Callable:
        """Return inputs that lie anywhere; `files` maps corpus and recording to paths."""
        if self.is_wildcard:
            return lambda wildcards: files(wildcards.corpus, wildcards.recording)

        def sources(wildcards: Any) -> list[str]:
            times = dict(zip(self.recordings, self.output_times, strict=True))
            pairs = [
                (path, times[recording])
                for recording in self.recordings
                for path in files(self.values["corpus"], recording)
            ]
            return inputs_to_declare(
                [path for path, _ in pairs],
                [time for _, time in pairs],
                batched_folder=f"results/{self.values['corpus']}/simulated/",
            )

        return sources

    def bind(self, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return the function with the values of the batch in place of the job's wildcards."""
        if self.is_wildcard:
            return function
        return lambda wildcards: function(SimpleNamespace(**self.values))

    def files(self, pattern: str) -> list[str]:
        """Return the path of each recording; none without recordings."""
        if not (pattern and self.recordings):
            return []
        before, after = pattern.format(recording="\n", **self.values).split("\n")
        return [f"{before}{recording}{after}" for recording in self.recordings]

    def declared_inputs(self, files: list[str], output_times: list[float | None]) -> list[str]:
        """Return those input files of one kind that the rule declares."""
        return inputs_to_declare(files, output_times)

    def time_of(self, path: str) -> float | None:
        """Return the modification time of an output; None if it is missing."""
        return modification_time(path)

    @cached_property
    def output_times(self) -> list[float | None]:
        """Return the modification time of each recording's oldest output; None if an output is missing."""
        times = [map(self.time_of, self.files(pattern)) for pattern in self._output_patterns]
        return [None if None in row else min(row) for row in zip(*times, strict=True)]


def inputs_to_declare(
    files: list[str], output_times: list[float | None], *, batched_folder: str | None = None
) -> list[str]:
    """Select the input files that a batch must declare, from its files of one kind.

    These are: one missing file, since the job that makes it makes the others too; all files that are newer than
    the outputs of their recording; and one existing file, older than all outputs if possible, which connects the
    jobs. Snakemake compares each input with
    the oldest output, also of other recordings, and keeps a record of each input for each output: for 100 recordings
    and five kinds of files these would be 50,000 records, read by every later run.

    `batched_folder` is given for source files, which can be in any folder and can be made by any rule. Of the missing
    files below it, which jobs on the same batches make, one is returned; of the others, all.
    """
    if not files:
        return []
    time_of = modification_time if batched_folder is None else _uncached_time
    times = [time_of(path) for path in files]
    missing = [path for path, time in zip(files, times, strict=True) if time is None]
    newer = _newer(files, times, output_times)
    existing = [(time, path) for path, time in zip(files, times, strict=True) if time is not None]
    oldest_output = min((time for time in output_times if time is not None), default=float("inf"))
    first_is_older = bool(existing) and existing[0][0] <= oldest_output
    older = existing[:1] if first_is_older else sorted(existing)[:1]
    redundant = set([path for path in missing if path.startswith(batched_folder or "")][1:])
    missing = [path for path in missing if path not in redundant]
    return list(dict.fromkeys([*missing, *newer, *(path for _, path in older)]))


def newer_inputs(files: list[str], output_times: list[float | None]) -> list[str]:
    """Return the input files that are newer than the outputs of their recording."""
    return _newer(files, list(map(modification_time, files)), output_times)


def _newer(
    files: list[str], times: list[float | None], output_times: list[float | None]
) -> list[str]:
    return [
        path
        for path, time, output_time in zip(files, times, output_times, strict=True)
        if time is not None and output_time is not None and time > output_time
    ]


def _uncached_time(path: str) -> float | None:
    """Return the modification time of a file whose folder may be large."""
    try:
        return os.stat(prefixed(path)).st_mtime
    except FileNotFoundError:
        return None
