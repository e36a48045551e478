"""Every artifact in its empty form, and the mark that says a recording was set aside on its way.

The mark is part of the artifact, so that a recording that works again is worked on again downstream.
"""

from collections.abc import Iterator
from pathlib import Path

from diarflow.artifacts.failures import Failure
from diarflow.artifacts.tables import COLUMNS, read_facts, write_table

_PREFIX = "set aside: "


def write_empty(kind: str, path, *, recording: str, mark: str) -> None:
    """A valid artifact that holds nothing, marked with the rule at which the recording was set aside."""
    if kind in COLUMNS:
        write_table(path, kind, facts={"set_aside": mark})
    elif kind in ("rttm", "reference"):
        from diarflow.formats.rttm import write_rttm

        write_rttm(path, recording, [], comments=[f"{_PREFIX}{mark}"])
    elif kind == "uem":
        from diarflow.formats.uem import write_uem

        write_uem(path, recording, [])
    elif kind == "times":
        from diarflow.artifacts.arrays import write_times

        write_times(path, [], mark=mark, outputs=[])
    elif kind in ("embeddings", "activations"):
        from diarflow.artifacts.arrays import write_array

        write_array(path, [])
    elif kind == "audio":
        from diarflow.atomic import written_whole
        from diarflow.audio.prepared import write_silence

        with written_whole(path) as beside:
            write_silence(beside)
    else:
        raise KeyError(f"no empty form of {kind}")


def mark_of(path) -> str | None:
    """The rule at which the recording of an artifact was set aside; None where it was not.

    A prepared recording without samples was set aside: none that can be worked on is so short.
    """
    ending = Path(path).suffix
    if ending == ".parquet":
        return read_facts(path).get("set_aside")
    if ending == ".json" and _product(path) == "activations":
        from diarflow.artifacts.arrays import read_mark

        return read_mark(path)
    if ending == ".rttm" and _product(path):
        from diarflow.formats.rttm import read_comments

        marks = [line for line in read_comments(path) if line.startswith(_PREFIX)]
        return marks[0].removeprefix(_PREFIX) if marks else None
    if ending == ".wav" and _product(path) == "audio":
        from diarflow.audio.prepared import duration

        return None if duration(path) else "prepare_audio"
    return None


def marked_by(failure: Failure, root="results") -> Iterator[Path]:
    """What stands in the place of what a rule failed to make of a recording, and of what follows from it."""
    corpus = Path(root, failure.corpus)
    for folder in sorted([*corpus.glob("*/"), *corpus.glob("*/*/")]):
        for ending in (".wav", ".json", ".parquet", ".rttm"):
            path = folder / (failure.recording + ending)
            if path.exists() and mark_of(path) == failure.rule:
                yield path


def _product(path) -> str | None:
    """The folder of an artifact below its corpus; None for a file that is none."""
    parts = Path(path).parts
    return parts[2] if len(parts) > 3 and parts[0] == "results" else None
