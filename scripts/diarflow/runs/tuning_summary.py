"""Lines at the end of `snakemake tune`: error rates before and after a search, and the command that uses its result."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from diarflow.errors import shortened, visible


def tuning_lines(
    searches: Mapping[str, str], configfiles: Iterable[str], *, since: float, lists_systems: bool,
    root="results",
) -> Iterator[str]:  # fmt: skip
    """Yield the summary of each search whose result was written `since`, and how to use it.

    `searches` maps the name of a search to its system, `lists_systems` tells whether any corpus names its systems.
    """
    for name, system in searches.items():
        overlay = Path(root, "report", "tuning", f"{name}.yaml")
        try:
            if overlay.stat().st_mtime < since:
                continue
            first = overlay.read_text(encoding="utf-8").split("\n", 1)[0]
        except (OSError, ValueError):
            continue
        yield shortened(visible(f"tuned {name}: {first.removeprefix('# ')}"))
        files = " ".join(shlex.quote(visible(file)) for file in [*configfiles, str(overlay)])
        command = f"snakemake --cores all --configfile {files}"
        if lists_systems:
            yield f"to use it, add {system}-tuned to `systems` of the corpus: {command}"
        else:
            yield f"to use it: {command} --config default_systems='[{system}-tuned]'"
