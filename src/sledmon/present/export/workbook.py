"""Tables as one Excel workbook, with their dictionary on a sheet of its own."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sledmon.analysis.table import Cell, Column, Table
from sledmon.errors import RecordingError

MOST_ROWS: Final = 1_048_576
_NO_DAY: Final = datetime(1980, 1, 1)  # noqa: DTZ001 - Excel's times have no zone
_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False}


def write_workbook(tables: Sequence[Table], made: Sequence[tuple[str, str]], path: Path) -> None:
    """A sheet a table, then the dictionary and how it was made; the same input, the same bytes."""
    import xlsxwriter

    for table in tables:
        if len(table) >= MOST_ROWS:
            raise RecordingError(
                f"the table {table.name} has {len(table)} rows and a sheet holds"
                f" {MOST_ROWS - 1}; use --to csv or --to parquet"
            )
    book = xlsxwriter.Workbook(path, _OPTIONS)
    book.set_properties({"created": _NO_DAY})
    bold, head = book.add_format({"bold": True}), book.add_format({"bold": True, "bottom": 1})
    for table in tables:
        sheet = book.add_worksheet(table.name)
        sheet.freeze_panes(1, 0)
        for i, column in enumerate(table.columns):
            sheet.write_string(0, i, column.name, head)
            sheet.set_column(i, i, _width(column))
            for row, value in enumerate(column.cells(), 1):
                _write(sheet, row, i, value)
    words = book.add_worksheet("dictionary")
    rows: list[tuple[str, ...]] = [("table", "column", "unit", "meaning")]
    rows += [(t.name, c.name, c.unit, c.description) for t in tables for c in t.columns]
    _write_text(words, rows, head, (10, 28, 8, 80))
    _write_text(book.add_worksheet("made"), [("what", "value"), *made], bold, (24, 110))
    book.close()


def _write(sheet: Any, row: int, column: int, value: Cell) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value)


def _write_text(
    sheet: Any, rows: Sequence[tuple[str, ...]], head: Any, widths: Sequence[int]
) -> None:
    for i, width in enumerate(widths):
        sheet.set_column(i, i, width)
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            sheet.write_string(i, j, text, head if i == 0 else None)
    sheet.freeze_panes(1, 0)


def _width(column: Column) -> int:
    """Wide enough for the name, and for some text."""
    longest = max((len(str(value)) for value in column.values), default=0)
    return max(len(column.name) + 2, min(longest + 1, 60) if column.kind == "text" else 0)
