"""Pages: static files that open from disk, out of the templates in `pages/`."""

import re
import shutil
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jinja2

from diarflow.atomic import written_whole
from diarflow.report.metrics import interval, written

PAGES = Path(__file__).parent / "pages"
_MADE_OF = re.compile(rb'<meta name="made-of" content="(\w+)">')
_HEAD = 400  # bytes of a page that hold it
_PLOTLY = Path("package_data", "plotly.min.js")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"written": written, "interval": interval}
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    return environment


def write_page(path, template: str, content: Mapping[str, Any]) -> None:
    """Fill a template; every name in it is escaped, in JSON as well."""
    page = _environment().get_template(f"{template}.html.jinja").render(**content)
    with written_whole(path) as beside:
        Path(beside).write_text(page, encoding="utf-8")


def made_of(path) -> str:
    """The digest that a page was given as `made_of`, out of its head; nothing where there is no such page."""
    try:
        with open(path, "rb") as file:
            found = _MADE_OF.search(file.read(_HEAD))
    except FileNotFoundError:
        return ""
    return found[1].decode() if found else ""


def write_data(path, name: str, content: Any) -> None:
    """Data for the scripts of a page. JavaScript, since a page opened from disk may not read JSON.

    The script calls `diarflow.take(name, content)`.
    """
    dump = jinja2.utils.htmlsafe_json_dumps
    form = _environment().policies["json.dumps_kwargs"]
    with written_whole(path) as beside:
        text = f"diarflow.take({dump(name, **form)},{dump(content, **form)});\n"
        Path(beside).write_text(text, encoding="utf-8")


def write_assets(folder) -> None:
    """What all pages share: the style, the scripts, and Plotly's JavaScript out of its package."""
    own = [path for path in sorted(PAGES.iterdir()) if path.suffix in (".css", ".js")]
    for path in (*own, Path(find_spec("plotly").origin).parent / _PLOTLY):
        with written_whole(Path(folder, path.name)) as beside:
            shutil.copyfile(path, beside)
