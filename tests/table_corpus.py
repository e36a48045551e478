"""Corpora from tables in tests, and tables as programs write them."""

import io
import re
from types import SimpleNamespace

import openpyxl

from diarflow.settings import Corpus

HEADER = ("recording", "audio", "channel", "num_speakers", "reference")
CAPITALS = ("Recording", "AUDIO", "Channel", "Num Speakers", "Reference")
ALIASES = ("ID", "File name", "channel", "Speakers", "RTTM")


def source(**fields):
    """Return a corpus with the defaults of the settings. It may be changed, and have no source of recordings."""
    defaults = Corpus.model_construct(name="c")
    return SimpleNamespace(**{key: getattr(defaults, key) for key in Corpus.model_fields} | fields)


def text_of(delimiter, header=HEADER, rows=(), *, end="\n", quote_all=False, before="", after=""):
    """Return a text table as a spreadsheet writes it."""

    def cell(value):
        if quote_all or re.search(rf'["\n{re.escape(delimiter)}]', value):
            return '"' + value.replace('"', '""') + '"'
        return value

    lines = [delimiter.join(map(cell, row)) + after for row in [header, *rows]]
    return before + end.join(lines) + end


def workbook_of(*sheets):
    """Return the bytes of a workbook with sheets of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([value if value != "" else None for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
