"""Which recordings a job works on: one, or a batch of its corpus's (`batch_size` in config.yaml).

Files are per recording in either case. A recording's batch follows from its id and a number of batches that
is a power of two: one that is added joins a batch and moves no other, and twice as many batches are the
same ones, each cut in two.
"""

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from functools import cache, cached_property
from types import SimpleNamespace

class Batch:
    """Recordings that a job works on: what its rule is called, and its files.

    `values` are the corpus and the variant: {"corpus": "ami", "speech": "webrtc"}. Without any it stands for
    each recording by itself, and the rule keeps the wildcards.
    """

    def __init__(self, rule: str, label: str = "", recordings: Collection[str] = (), **values: str):
        self.rule, self.label = rule, label
        self.recordings, self.values = list(recordings), values
        # names of corpora and variants hold hyphens, and no dot
        self.name = "-".join(filter(None, [rule, ".".join(values.values()), label.removeprefix("batch-")]))  # fmt: skip
        self._made: list[str] = []

    def outputs(self, pattern: str) -> list[str]:
        """The file of each recording.

        >>> Batch("detect_speech").outputs("results/{corpus}/speech/{speech}/{recording}.parquet")
        ['results/{corpus}/speech/{speech}/{recording}.parquet']
        >>> batch = Batch("detect_speech", "batch-1-of-1", ["a", "b"], corpus="ami", speech="webrtc")
        >>> batch.name, batch.outputs("{corpus}/{speech}/{recording}")
        ('detect_speech-ami.webrtc-1-of-1', ['ami/webrtc/a', 'ami/webrtc/b'])
        """
        self._made.append(pattern)
        return self._files(pattern) or [pattern]

    def log(self, pattern: str) -> str:
        """The one file of the job."""
        return pattern.format(recording=self.label, **self.values) if self.values else pattern

    def inputs(self, pattern: str | Callable) -> str | Callable:
        """The file of each recording, as far as Snakemake must know of it: see `told`.

        In place of a pattern there may be a function from wildcards to one, or to nothing.
        """
        if not self.values:
            return pattern
        of = self.of(pattern) if callable(pattern) else lambda wildcards: pattern
        return lambda wildcards: told(self._files(of(wildcards)), self._made_at)

    def sources(self, files: Callable[[str, str], list[str]]) -> Callable:
        """The same of files that lie anywhere: a function from corpus and recording says which."""
        if not self.values:
            return lambda wildcards: files(wildcards.corpus, wildcards.recording)

        def of(wildcards):
            own = [files(self.values["corpus"], one) for one in self.recordings]
            pairs = [(path, at) for one, at in zip(own, self._made_at, strict=True) for path in one]
            simulated = f"results/{self.values['corpus']}/simulated/"
            return told([path for path, _ in pairs], [at for _, at in pairs], batched=simulated)

        return of

    def of(self, function: Callable) -> Callable:
        """A function from wildcards, where a batch's rule has none."""
        return (
            (lambda wildcards: function(SimpleNamespace(**self.values)))
            if self.values
            else function
        )

    def _files(self, pattern: str) -> list[str]:
        if not (pattern and self.recordings):
            return []
        around = pattern.format(recording="\n", **self.values).split("\n")
        return [one.join(around) for one in self.recordings]

    @cached_property
    def _made_at(self) -> list[float | None]:
        """When each recording's oldest output was made; None where one is missing."""
        times = [map(time_of, self._files(pattern)) for pattern in self._made]
        return [None if None in own else min(own) for own in zip(*times, strict=True)]


def told(files: list[str], made_at: list[float | None], *, batched: str | None = None) -> list[str]:
    """Of a batch's files of one kind those that Snakemake must know of.

    These are one that is missing, those that are newer than what was made of them, and one more: the job that
    makes it makes the others too. To name all would cost a record of each for each output: for 100
    recordings and 5 kinds of files 50,000, written after the job and read by every later run.
    And Snakemake compares any input with the oldest output, be it another recording's: so the one more is
    older than that, if any is. Sources lie anywhere, and any rule may make them: all that are missing are named but
    those of the folder `batched`, which jobs on the same batches make.
    """
    if not files:
        return []
    times = [time_of(path) if batched is None else _time_anywhere(path) for path in files]
    missing = [path for path, time in zip(files, times, strict=True) if time is None]
    newer = [
        path
        for path, time, made in zip(files, times, made_at, strict=True)
        if time is not None and made is not None and time > made
    ]
    there = [(time, path) for path, time in zip(files, times, strict=True) if time is not None]
    oldest = min((made for made in made_at if made is not None), default=float("inf"))
    witness = there[:1] if there and there[0][0] <= oldest else sorted(there)[:1]
    together = [path for path in missing if path.startswith(batched or "")]
    others = set(together[1:])
    missing = [path for path in missing if path not in others]
    return list(dict.fromkeys([*missing, *newer, *(path for _, path in witness)]))


@cache
def _times(folder: str) -> dict[str, float]:
    """When the files of a folder were changed last, as it was when first asked for."""
    found = {}
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # an unfinished one of a job that goes on
                if entry.is_file():
                    found[entry.name] = entry.stat().st_mtime
    return found


def time_of(path: str) -> float | None:
    """When a file was changed last; None where there is none."""
    folder, _, name = path.rpartition("/")
    return _times(folder or ".").get(name)


def _time_anywhere(path: str) -> float | None:
    """The same of a file whose folder may hold much else."""
    try:
        return os.stat(path).st_mtime
    except FileNotFoundError:
        return None
