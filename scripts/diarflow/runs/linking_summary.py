"""Lines at the end of a run that linked speakers: the speakers whose person is another one than before."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from diarflow.errors import visible
from diarflow.prefix import prefixed

_CHANGED = re.compile(r"^INFO: changed: ", re.MULTILINE)


def linking_lines(links: Iterable[tuple[str, str]], *, since: float, root="logs") -> Iterator[str]:
    """Yield a line for each linking that changed the people of speakers `since`.

    `links` are the first corpus and the system of each linking.
    """
    for corpus, system in links:
        log = Path(prefixed(root), corpus, "link_speakers", f"{system}.log")
        try:
            if log.stat().st_mtime < since:
                continue
            count = len(_CHANGED.findall(log.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            continue
        if count:
            verb = "speaker has" if count == 1 else "speakers have"
            where = os.path.relpath(log)
            yield visible(
                f"people of {corpus} ({system}): {count} {verb} another person than before, see {where}"
            )
