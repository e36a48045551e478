"""The page: one static file that opens from disk."""

from pathlib import Path
from typing import Any

import jinja2

from diarflow.files import written_whole


def write_page(path, **content: Any) -> None:
    """Fill `index.html.jinja` beside this module; every name in it is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("index.html.jinja").render(**content)
    with written_whole(path) as beside:
        Path(beside).write_text(page, encoding="utf-8")
