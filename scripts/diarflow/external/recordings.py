"""Recordings of a job, processed by an external system: one process for each, or one for all."""

import logging
import shutil
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

from diarflow.artifacts.placeholders import failed_rule
from diarflow.artifacts.sidecars import write_sidecar
from diarflow.atomic import atomic_write
from diarflow.errors import InputError
from diarflow.external.command_line import fill, is_of_job, parse_command, resolve_files
from diarflow.external.program import Usage, link_audio, own_folder, run_program
from diarflow.external.results import OUTPUT, find_result
from diarflow.formats.text import as_field
from diarflow.runs.items import Item
from diarflow.timeline.intervals import Seconds

_LOGGER = logging.getLogger(__name__)
# The program must end before the process that waits for it, which has the time limit of the job.
_MARGIN: Seconds = 2.0


class CommandRunner:
    """External system with its settings (`diarflow.settings.systems.System`).

    A command with {list} runs once for all recordings of the job. Recordings without a result are tried again, one by
    one, so that a failure on one recording does not affect the others.
    """

    def __init__(
        self, *, command: str, environment: str | None, time_limit: Seconds | None, **_: Any
    ):
        self._words = parse_command(command)
        self._environment = environment
        self._time_limit = time_limit
        self._stack = ExitStack()
        self._together: dict[str, Path] = {}  # results of the process for all recordings

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def run_together(self, items: Iterable[Item]) -> None:
        """Process all recordings of the job at once, if the command does so."""
        prepared = [item for item in items if not failed_rule(item.input.audio)]
        if len(prepared) < 2 or not is_of_job(self._words):
            return
        try:
            folder = self._stack.enter_context(own_folder())
            output = folder / "results"
            try:
                self._run_list(prepared, folder, output)
            finally:
                for item in prepared:
                    with suppress(InputError):
                        self._together[item.id] = find_result(output, as_field(item.id))
        except InputError as error:
            _LOGGER.warning("%s", error)
        missing = len(prepared) - len(self._together)
        if missing:
            _LOGGER.warning("%d of %d recordings are tried again alone", missing, len(prepared))

    def run(self, item: Item) -> None:
        """Write the result of a recording as the program wrote it, and a sidecar with the usage of the program."""
        if result := self._together.get(item.id):
            self._keep(result, item, None)
            return
        with own_folder() as folder:
            output = folder / "results"
            if is_of_job(self._words):
                usage = self._run_list([item], folder, output)
                result = find_result(output, as_field(item.id))
            else:
                usage = self._run_one(item, folder, output)
                is_in_folder = any("{folder}" in word for word in self._words)
                result = find_result(output, as_field(item.id) if is_in_folder else OUTPUT)
            self._keep(result, item, usage)

    def _run_one(self, item: Item, folder: Path, output: Path) -> Usage:
        speakers = item.row
        values = {f"{bound}_speakers": speakers[bound] for bound in ("num", "min", "max")}
        paths = {"rttm": output / f"{OUTPUT}.rttm", "output": output / OUTPUT, "folder": output}
        return self._run([item], folder, output, {**values, **paths, "name": as_field(item.id)})

    def _run_list(self, items: Sequence[Item], folder: Path, output: Path) -> Usage:
        return self._run(items, folder, output, {"list": folder / "list.txt", "folder": output})

    def _run(
        self, items: Sequence[Item], folder: Path, output: Path, values: dict[str, Any]
    ) -> Usage:
        """Run the program on the audio of recordings. Raises InputError if it fails or changes its audio."""
        output.mkdir()
        audio = [Path(item.input.audio) for item in items]
        before = {path: _state(path) for path in audio}
        links = [link_audio(path, folder) for path in audio]
        (folder / "list.txt").write_text("".join(f"{path}\n" for path in links), encoding="utf-8")
        words = fill(resolve_files(self._words, self._environment), values | {"audio": links[0]})
        limit = self._time_limit and max(0.5 * self._time_limit, self._time_limit - _MARGIN)
        usage = run_program(words, folder, time_limit=limit and limit * len(items))
        for path in audio:
            if _state(path) != before[path]:
                raise InputError(
                    f"the program changed its audio, {path}; the next run prepares it again"
                )
        return usage

    def _keep(self, result: Path, item: Item, usage: Usage | None) -> None:
        with atomic_write(item.output.external) as temporary:
            shutil.copyfile(result, temporary)
        write_sidecar(item.output.sidecar, **(usage._asdict() if usage else {}))


def _state(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns
