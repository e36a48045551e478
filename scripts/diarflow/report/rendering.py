"""Write the files of the report: pages from the templates in `pages/`, data for their scripts, and assets.

The pages are static and open from disk, without a server.
"""

import os
import re
import shutil
from collections.abc import Collection, Mapping
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2

from diarflow.atomic import atomic_write, is_own_place, remove_own
from diarflow.report.metrics import format_interval, format_number
from diarflow.report.turn_list import listed_turns

_PAGES = Path(__file__).parent / "pages"
_DIGEST = re.compile(rb'<meta name="digest" content="(\w+)">')
_HEAD = 400  # the first bytes of a page, which contain its digest
_PLOTLY = Path("plotly", "package_data", "plotly.min.js")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": format_number, "interval": format_interval, "clock": format_clock,
        "listed_turns": listed_turns,
    }  # fmt: skip
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    return environment


def write_page(path, template: str, content: Mapping[str, Any]) -> None:
    """Render a template. All values are escaped, in JSON too."""
    page = _environment().get_template(f"{template}.html.jinja").render(**content)
    with atomic_write(path) as temporary:
        Path(temporary).write_text(page, encoding="utf-8")


def read_digest(path) -> str:
    """Return the digest in the head of a page; "" for a page without a digest or a missing page."""
    try:
        with open(path, "rb") as file:
            match = _DIGEST.search(file.read(_HEAD))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return ""
    return match[1].decode() if match else ""


def write_data(path, name: str, content: Any) -> None:
    """Write data for the scripts of a page, as a call of `diarflow.receive(name, content)`.

    The file is JavaScript because browsers do not let a page that was opened from disk read JSON.
    """
    dump = jinja2.utils.htmlsafe_json_dumps
    options = _environment().policies["json.dumps_kwargs"]
    with atomic_write(path) as temporary:
        text = f"diarflow.receive({dump(name, **options)},{dump(content, **options)});\n"
        Path(temporary).write_text(text, encoding="utf-8")


def remove_other_data(folder: Path, names: Collection[str]) -> None:
    """Remove the data files of an earlier report whose names are not in `names`."""
    for path in folder.glob("*.js"):
        start = f'diarflow.receive("{path.stem}",'.encode()
        if path.stem not in names and is_own_place(path):
            with open(path, "rb") as file:
                is_data = file.read(len(start)) == start
            if is_data:
                remove_own(path)


def write_assets(folder) -> None:
    """Copy the files that all pages share: the style sheet, the scripts, and Plotly's JavaScript."""
    shared = [path for path in sorted(_PAGES.iterdir()) if path.suffix in (".css", ".js")]
    for path in (*shared, Path(str(distribution("plotly").locate_file(_PLOTLY)))):
        with atomic_write(Path(folder, path.name)) as temporary:
            shutil.copyfile(path, temporary)


def format_clock(seconds: float) -> str:
    """Return a time as h:mm:ss.s.

    >>> format_clock(3653.44), format_clock(59.96)
    ('1:00:53.4', '0:01:00.0')
    """
    tenths = round(10 * seconds)
    minutes, rest = divmod(tenths, 600)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest // 10:02d}.{rest % 10}"


def relative_url(path, page) -> str:
    """Return the URL of a file relative to the page that links to it.

    >>> relative_url("results/c/rttm/s/a b.rttm", "results/report/recordings/c/a.html")
    '../../../c/rttm/s/a%20b.rttm'
    """
    return quote(Path(os.path.relpath(path, Path(page).parent)).as_posix())
