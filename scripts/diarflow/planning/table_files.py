"""Files of tables: text or Excel, recognised by their content."""

from diarflow.errors import InputError
from diarflow.planning.table_text import Cells, read_text_table
from diarflow.planning.table_workbook import other_workbook, read_workbook

_MAX_SIZE = 1 << 30  # bytes
_ZIP = b"PK\x03\x04"


def read_cells(path: str) -> Cells:
    """Return the rows of a table file with their places: `table.csv:LINE`, `table.xlsx:SHEET:ROW`.

    Raises InputError if the file cannot be read or is not a table.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(_MAX_SIZE + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if len(data) > _MAX_SIZE:
        raise InputError(f"{path}: larger than a gigabyte, expected a table of recordings")
    if kind := other_workbook(data):
        raise InputError(f"{path}: {kind}, expected xlsx or text; save it as xlsx or CSV")
    return read_workbook(path, data) if data.startswith(_ZIP) else read_text_table(path, data)
