"""Write the table of pages in bench/README.md, from the headings of the pages: `.venv/bin/python -m bench.index`."""

import re

from bench.page import ROOT, table_row

README = ROOT / "bench" / "README.md"
_MARKS = re.compile(r"(<!-- pages -->\n).*?(<!-- end of pages -->)", re.S)
_HEADING = re.compile(r"# (?P<title>.+)\n\n`(?P<command>.+)`\n\n(?P<date>\d{4}-\d\d-\d\d)\b")


def table() -> str:
    """Return a table with title, command and date of each page."""
    rows = [table_row(["page", "command", "last run"]), table_row(["---"] * 3)]
    for path in sorted((ROOT / "bench" / "results").glob("*.md")):
        heading = _HEADING.match(path.read_text())
        if not heading:
            raise SystemExit(
                f"{path}: no title, command and date at the start; print the page again"
            )
        title = f"[{heading['title']}](results/{path.name})"
        rows.append(table_row([title, f"`{heading['command']}`", heading["date"]]))
    return "\n".join(rows) + "\n"


def with_table(readme: str) -> str:
    """Return the text of the README with a new table."""
    return _MARKS.sub(lambda match: match[1] + table() + match[2], readme)


if __name__ == "__main__":
    README.write_text(with_table(README.read_text()))
