"""docs/formats.md, compared with the formats that the package reads and writes."""

import re

import pytest
from conftest import ROOT

from diarflow.audio import AUDIO_EXTENSIONS
from diarflow.exports import EXPORTS
from diarflow.formats.recognition import FORMATS

PAGE = (ROOT / "docs/formats.md").read_text(encoding="utf-8")
NAMES = ("container", "format", "source")  # first columns of tables of formats


def tables():
    """Return the tables of formats by the title of their section: rows by the names of their columns."""
    found = {}
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        lines = [re.split(r" \| ", line.strip("| ")) for line in section.splitlines() if line[:1] == "|"]  # fmt: skip
        starts = [number for number, cells in enumerate(lines) if cells[0] in NAMES]
        for start in starts[:1]:
            rows = lines[start + 2 :]
            end = next((n for n, cells in enumerate(rows) if len(cells) != len(lines[start])), None)
            found[section.split("\n")[0]] = [
                dict(zip(lines[start], cells, strict=True)) for cells in rows[:end]
            ]
    return found


TABLES = tables()


@pytest.mark.parametrize("title", TABLES)
def test_each_format_has_its_library_direction_losses_and_test(title):
    for row in TABLES[title]:
        assert all(row.values()) and len(row) >= 5
        assert {"library", "direction", "test"} <= set(row)
        assert any("lo" in column for column in row)
        assert row["direction"] in ("in", "out", "in, out")


def test_the_page_has_a_table_for_each_kind_of_file():
    assert list(TABLES) == [
        "Audio", "Tables", "References and systems", "Corpora of other toolkits", "Transcripts", "Exports",
    ]  # fmt: skip


def test_every_export_is_listed_with_its_file_and_library():
    rows = {row["format"].strip("`"): row for row in TABLES["Exports"]}
    assert set(rows) == set(EXPORTS)
    for name, export in EXPORTS.items():
        assert rows[name]["file"].strip("`") == (export.file or f"{name}/")
        assert rows[name]["library"] == (", ".join(export.packages) or "own")


def test_every_format_of_turns_is_listed():
    text = "\n".join(row["format"] for row in TABLES["References and systems"])
    assert [name for name in [*FORMATS, "Kaldi"] if name not in text] == []
    assert len(TABLES["References and systems"]) == len(FORMATS) + 1


def test_every_ending_of_audio_is_listed():
    (line,) = [line for line in PAGE.splitlines() if "takes files with these endings" in line]
    assert re.findall(r"`(\.\w+)`", line) == sorted(AUDIO_EXTENSIONS)


def test_every_test_that_the_page_names_exists():
    names = set(re.findall(r"\btest_\w+\.py", PAGE))
    assert names - {path.name for path in (ROOT / "tests").rglob("test_*.py")} == set()
