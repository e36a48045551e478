"""Corpus from a manifest of lhotse recordings, and the supervisions in the file beside it.

lhotse names the two files alike: `ami_recordings_test.jsonl.gz` and `ami_supervisions_test.jsonl.gz`.
"""

import os
from typing import Any

from diarflow.errors import InputError
from diarflow.formats.json_turns import read_objects
from diarflow.formats.text import shown
from diarflow.planning.corpus_rows import Rows
from diarflow.planning.kaldi_corpus import resolved
from diarflow.settings import Corpus

_ENDINGS = (".jsonl", ".jsonl.gz", ".json", ".json.gz")


def is_lhotse_corpus(path: str) -> bool:
    """Return whether the name of a file is that of a manifest."""
    return path.lower().endswith(_ENDINGS)


def read_lhotse_corpus(source: Corpus, *, needs_audio: bool) -> Rows:
    """Return the rows of the recordings in a manifest. Raises InputError if it is not one.

    Recordings that are not one file, but several, a URL or a command, are mistakes.
    """
    path = source.recordings or ""
    folder, name = os.path.split(path)
    supervisions = os.path.join(folder, name.replace("recordings", "supervisions"))
    has_reference = supervisions != path and os.path.isfile(supervisions)
    result = Rows()
    for number, entry in read_objects(path):
        place = f"{path}:{number}"
        if "id" not in entry or not isinstance(entry.get("sources"), list):
            raise InputError(
                f"{place}: no id and sources, expected a manifest of lhotse recordings"
            )
        row = {"recording": str(entry["id"])}
        problem = _problem(entry["sources"])
        if needs_audio and problem:
            result.problems.append(f"{place}: {shown(row['recording'])}: {problem}")
            continue
        row["audio"] = "" if problem else resolved(str(entry["sources"][0]["source"]), folder)
        if has_reference and source.reference is None:
            row["reference"] = supervisions
        result.rows.append((place, row))
    return result


def _problem(sources: list[Any]) -> str:
    """Return why the sources of a recording are not one file, or ""."""
    if len(sources) != 1 or not isinstance(sources[0], dict):
        return f"{len(sources)} sources, expected one audio file"
    if sources[0].get("type") != "file":
        return f"the type of the source is {shown(str(sources[0].get('type')))}, expected file"
    return "" if sources[0].get("source") else "the source has no path"
