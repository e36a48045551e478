"""Classification of the files below `results/` by their paths: results, pages, failure records."""

import os
from collections.abc import Iterator

from diarflow.atomic import ASIDE
from diarflow.planning.file_states import file_state
from diarflow.prefix import prefixed
from diarflow.runs.result_records import ResultRecord
from diarflow.runs.rows import PLAN_FILE


def is_page(path: str) -> bool:
    """Return whether a file is the page of a recording."""
    return path.startswith("results/report/recordings/") and path.endswith(".html")


def is_failure(path: str) -> bool:
    """Return whether a file is a failure record."""
    _, owner, *rest = path.split("/")
    return owner != "report" and rest[:1] == ["failures"]


def present_files() -> Iterator[tuple[str, ResultRecord]]:
    """Yield a record without a digest for each result below `results/`, except those that were kept aside."""
    for place, folders, names in os.walk(prefixed("results")):
        folder = place[len(prefixed("")) :]
        if folder == "results":
            folders[:] = [name for name in folders if name != "records"]
        for name in names:
            path = f"{folder}/{name}"
            if ASIDE not in name and is_result(path) and (state := file_state(path)):
                yield path, ResultRecord("", "", state.size, state.mtime_ns)


def is_result(path: str) -> bool:
    """Return whether a file is a result, rather than a plan file, the table `recordings.tsv` or a failure record."""
    _, owner, *rest = path.split("/")
    is_of_corpus = owner != "report" and len(rest) > 1
    # earlier versions had a folder `recordings` with parts of the rows
    return not (is_of_corpus and rest[0] in ("recordings", "failures")) and (
        rest[-1:] not in (["recordings.tsv"], [PLAN_FILE])
    )
