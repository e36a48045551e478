"""Result files that an external system has written in its folder."""

from pathlib import Path

from diarflow.errors import InputError
from diarflow.formats.recognition import ENDINGS
from diarflow.formats.text import examples

OUTPUT = "result"  # name of the file {rttm} or {output}, without its ending


def find_result(folder: Path, recording: str) -> Path:
    """Return the result file of a recording in a folder: the only file with its name and an ending of annotations.

    Raises InputError if there is none, or if there are several.
    """
    wanted = recording.lower()
    found = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(path.name.lower() == wanted + ending for ending in ENDINGS)
    ]
    if len(found) == 1:
        return found[0]
    if found:
        names = examples(str(path.relative_to(folder)) for path in found)
        raise InputError(f"the program wrote several results of {recording}: {names}; expected one")
    others = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file()]
    wrote = f"it wrote {examples(others)}" if others else "it wrote no file"
    result = "result" if recording == OUTPUT else f"result of {recording}"
    raise InputError(f"the program wrote no {result}; {wrote}")
