"""Outputs that batches declare to Snakemake: all, or one of each kind in a compact plan.

Snakemake needs time and memory for each declared file: two million files for 100,000 recordings. In a compact plan, a
batch declares one output of each kind, its *representative*: a missing one, else the oldest one. So the job runs if a
file is missing. And as no result is older than its inputs, no representative is older than those of its inputs.

The other files are made by the same jobs and compared by `inputs_to_declare` and `RunFolder.changed`, as in other plans.
"""

from collections.abc import Callable, Collection, Iterable
from functools import cache

from diarflow.batch_labels import batch_index
from diarflow.planning.batches import inputs_to_declare, newer_inputs

FEWEST_RECORDINGS = 20_000  # of a plan that is compact by default


class DeclaredOutputs:
    """Outputs that the batches of a plan declare.

    Parameters
    ----------
    is_compact : whether a batch declares one output of each kind
    count_of : function from a corpus to its number of batches
    requested : files that the command line requests; they are always declared
    """

    def __init__(
        self, is_compact: bool, count_of: Callable[[str], int], requested: Collection[str] = ()
    ):
        self.is_compact = is_compact
        self._count_of = cache(count_of)
        self._requested = set(requested)
        self._representatives: dict[tuple[str, str], dict[int, str]] = {}
        self._recordings: dict[str, list[str]] = {}  # by rule

    def add(self, files: list[str], times: Iterable[float | None]) -> list[str]:
        """Return the files of one kind that a batch declares, and remember their representative.

        `times` are those of the files, or of the records of removed files; None for files that no job has made.
        """
        if not self.is_compact:
            return files
        pairs = zip((float("-inf") if time is None else time for time in times), files, strict=True)
        representative = min(pairs)[1]
        kind, index = self._place(representative)
        self._representatives.setdefault(kind, {})[index] = representative
        requested = self._requested.intersection(files) if self._requested else ()
        return list(dict.fromkeys([representative, *sorted(requested)]))

    def inputs(self, files: list[str], output_times: list[float | None]) -> list[str]:
        """Select the input files that a job must declare, from the files of one kind of a batch.

        In a compact plan these are the representative, and the files that are newer than the outputs of their recording.
        """
        if not self.is_compact or not files or _kind(files[0]) not in self._representatives:
            return inputs_to_declare(files, output_times)
        newer = newer_inputs(files, output_times)
        return list(dict.fromkeys([self.representative(files[0]), *newer]))

    def of(self, files: Iterable[str]) -> list[str]:
        """Return the representatives in place of files; files that no batch makes stay as they are."""
        return list(dict.fromkeys(map(self.representative, files)))

    def representative(self, path: str) -> str:
        """Return the representative that is declared in place of a file."""
        batches = self._representatives.get(_kind(path))
        return batches.get(self._place(path)[1], path) if batches else path

    def add_rule(self, rule: str, ids: list[str]) -> None:
        """Remember the recordings of a rule that declares one output of each kind."""
        self._recordings[rule] = ids

    def files_of(self, rule: str, path: str) -> list[str]:
        """Return the outputs of a rule that are of the same kind as a declared one."""
        if rule not in self._recordings:
            return [path]
        folder, ending = _kind(path)
        return [f"{folder}/{id}{ending}" for id in self._recordings[rule]]

    def _place(self, path: str) -> tuple[tuple[str, str], int]:
        """Return the kind of a file, and the number of its batch."""
        folder, ending = kind = _kind(path)
        id = path[len(folder) + 1 : len(path) - len(ending)]
        return kind, batch_index(id, self._count_of(folder.split("/", 2)[1]))


def _kind(path: str) -> tuple[str, str]:
    """Return folder and ending of a file.

    >>> _kind("results/ami/audio/ES2003a.wav")
    ('results/ami/audio', '.wav')
    """
    folder, _, name = path.rpartition("/")
    return folder, name[name.rfind(".") :]
