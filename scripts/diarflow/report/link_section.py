"""Section of the front page on people across recordings: links to their pages, and the scores of the linking."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from diarflow.scoring.link_totals import read_link_scores


def people_links(pages: Iterable[str]) -> list[dict[str, str]]:
    """Return group, system and URL, relative to the front page, of each page of people.

    >>> people_links(["results/report/people/ami.best.html"])
    [{'group': 'ami', 'system': 'best', 'url': 'people/ami.best.html'}]
    """
    links = []
    for page in pages:
        group, _, system = Path(page).stem.rpartition(".")
        url = page.removeprefix("results/report/")
        links.append({"group": group, "system": system, "url": url})
    return links


def link_scores(paths: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of the tables that score_links wrote; None for an empty score."""
    tables = list(paths)
    if not tables:
        return []
    rows = read_link_scores(tables).to_dict("records")
    return [{name: None if v != v else v for name, v in row.items()} for row in rows]
