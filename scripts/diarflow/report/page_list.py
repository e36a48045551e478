"""List of the pages of recordings, and removal of pages that the report no longer has.

`pages.tsv` lists the pages of the report. `results/records/pages.tsv` is the same list. It is no output of a rule, and so
Snakemake does not remove it before the job. Only pages in it that still have the digest in it are removed.
"""

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from diarflow.atomic import atomic_write, is_own_place, remove_own
from diarflow.report.rendering import read_digest

# of a corpus, a recording or a digest: a part of a path that does not begin with a dot
_NAME = re.compile(r"[^/\x00-\x1f.][^/\x00-\x1f]*")
_COLUMNS = ["corpus", "recording", "digest"]


def update_page_list(folder: Path, digests: Mapping[Path, str]) -> None:
    """Write the list of pages with the digests of their content.

    Remove the other pages that the workflow wrote earlier, and folders that become empty.
    """
    record = folder.parents[1] / "records" / "pages.tsv"
    for path, digest in _read_list(record, folder).items():
        if path not in digests and is_own_place(path) and read_digest(path) == digest:
            remove_own(path)
            if not any(path.parent.iterdir()):
                path.parent.rmdir()
    for target in (folder / "pages.tsv", record):
        _write_list(target, digests)


def _read_list(path: Path, folder: Path) -> dict[Path, str]:
    """Return the pages in a list with their digests; none if the list is missing or damaged."""
    try:
        with open(path, newline="", encoding="utf-8") as file:
            rows = [
                [str(row[name]) for name in _COLUMNS]
                for row in csv.DictReader(file, delimiter="\t")
            ]
    except (OSError, ValueError, KeyError, csv.Error):
        return {}
    return {
        folder / corpus / f"{recording}.html": digest
        for corpus, recording, digest in rows
        if all(map(_NAME.fullmatch, (corpus, recording, digest)))
    }


def _write_list(path: Path, digests: Mapping[Path, str]) -> None:
    lines = [f"{page.parent.name}\t{page.stem}\t{digest}\n" for page, digest in digests.items()]
    with atomic_write(path) as temporary:
        temporary.write_text("\t".join(_COLUMNS) + "\n" + "".join(lines), encoding="utf-8")
