"""Excel workbooks (xlsx) as tables of recordings."""

import io
import re
import warnings
import zipfile
from datetime import date, datetime, time
from typing import Any

from diarflow.errors import InputError
from diarflow.formats.text import examples, shown
from diarflow.planning.table_text import Cells, TableRow

_FORMULA = re.compile(rb"<f[\s/>]")  # element of a formula in the XML of a sheet
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet"
_MOST_ROWS = 1 << 20  # of a sheet


def other_workbook(data: bytes) -> str:
    """Return the kind of a workbook that is not read, by its first bytes; "" if it is not one."""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "an Excel 97 workbook (.xls), or an encrypted one"
    return "an OpenDocument spreadsheet" if _OPEN_DOCUMENT in data[:128] else ""


def read_workbook(path: str, data: bytes) -> Cells:
    """Return the rows of the first visible sheet that has cells. Formulas count with the values that the file contains.

    Raises InputError if the file is not a workbook, or if it contains formulas without values.
    """
    try:
        sheets = [sheet for sheet in _sheets(data) if sheet.sheet_state == "visible"]
        filled = [(sheet, rows) for sheet in sheets if (rows := _cells(sheet))]
    except Exception as error:  # for a damaged file, the library raises errors of many kinds
        raise InputError(
            f"{path}: a ZIP archive, but not an Excel workbook that can be read ({shown(str(error), 60)}), expected xlsx or text"
        ) from error
    if not filled:
        return Cells()
    sheet, rows = filled[0]
    place = f"{path}:{sheet.title}"
    result = Cells()
    if len(filled) > 1:
        others = examples(other.title for other, _ in filled[1:])
        result.guesses.append(f"the sheet is {shown(sheet.title)}, not {others}")
    for number, values in rows.items():
        fields = [_text(cell) for cell in values]
        result.rows.append(TableRow(f"{place}:{number}", fields, fields[0].startswith("#")))
    _check_formulas(place, data, sheet.title, rows)
    return result


def _sheets(data: bytes, *, values: bool = True) -> list[Any]:
    """Return the sheets of a workbook; with `values` the cells hold the values of formulas."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about parts of a workbook that hold no cells
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values).worksheets


def _cells(sheet: Any) -> dict[int, tuple[Any, ...]]:
    """Return the cells of the rows with a value, by the number of the row."""
    sheet.reset_dimensions()  # some programs write a wrong number of rows
    rows = enumerate(sheet.iter_rows(max_row=_MOST_ROWS), 1)
    return {number: row for number, row in rows if any(_text(cell) for cell in row)}


def _text(cell: Any) -> str:
    """Return the text of a cell. Dates are in ISO 8601, and a number has the leading zeros that its format shows."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and re.fullmatch("0+", str(cell.number_format)):
        return str(value).zfill(len(cell.number_format))
    return str(value).strip()


def _check_formulas(place: str, data: bytes, title: str, rows: dict[int, tuple[Any, ...]]) -> None:
    """Raise InputError for formulas without a value, as programs write that compute none."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if not any(_FORMULA.search(archive.read(name)) for name in sheets):
            return
    (sheet,) = (sheet for sheet in _sheets(data, values=False) if sheet.title == title)
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(), 1):
        values = {cell.coordinate for cell in rows.get(number, ()) if cell.value is not None}
        for cell in row:
            if cell.data_type == "f" and cell.coordinate not in values:
                raise InputError(
                    f"{place}:{number}: {cell.coordinate} is a formula without a value; open and save the workbook in a "
                    "spreadsheet program, or replace formulas by their values"
                )
