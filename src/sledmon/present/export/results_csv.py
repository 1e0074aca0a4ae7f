"""Tables as CSV: UTF-8, commas, decimal points, empty where unknown."""

import csv
import io
from collections.abc import Iterable
from typing import TextIO

from sledmon.analysis.rep_tables import reps_table
from sledmon.analysis.table import Cell, Table, decimal
from sledmon.results import Session


def reps_csv(sessions: Iterable[tuple[str, Session]]) -> str:
    """CSV text for the reps of one or more sessions, each with the path it was asked for by."""
    text = io.StringIO()
    write_csv(reps_table(sessions), text)
    return text.getvalue()


def write_csv(table: Table, file: TextIO) -> None:
    """One table as CSV; yes and no are 1 and 0."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([_cell(value) for value in row] for row in table.rows())


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return decimal(value) if isinstance(value, float) else str(value)
