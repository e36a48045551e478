"""Lines at the end of `snakemake tune`: error rates before and after a search, and the command that uses its result."""

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from diarflow.errors import shortened, visible
from diarflow.prefix import prefixed


def tuning_lines(
    searches: Mapping[str, str],
    *,
    snakefile: str,
    configfiles: Iterable[str],
    lists_systems: bool,
    since: float,
    root="results",
) -> Iterator[str]:
    """Yield the summary of each search whose result was written `since`, and how to use it.

    `searches` maps the name of a search to its system. `lists_systems` states whether any corpus names its systems.
    """
    for name, system in searches.items():
        overlay = Path(prefixed(root), "report", "tuning", f"{name}.yaml")
        try:
            if overlay.stat().st_mtime < since:
                continue
            first = overlay.read_text(encoding="utf-8").split("\n", 1)[0]
        except (OSError, ValueError):
            continue
        yield shortened(visible(f"search {name}: {first.removeprefix('# ')}"))
        where = [] if os.path.abspath("Snakefile") == snakefile else ["--snakefile", snakefile]
        files = [*map(str, configfiles), str(overlay)]
        command = ["snakemake", "--cores", "all", *where, "--configfile", *files]
        if lists_systems:
            start = f"to use it, add {system}-tuned to `systems` of the corpus"
        else:
            start = "to use it"
            command += ["--config", f"default_systems=[{system}-tuned]"]
        yield visible(f"{start}: {shlex.join(command)}")
