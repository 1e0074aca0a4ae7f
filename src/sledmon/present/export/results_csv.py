"""Tables as CSV: UTF-8, commas, decimal points, empty where unknown."""

import csv
import io
from collections.abc import Iterable
from typing import TextIO

import numpy as np

from sledmon.analysis.rep_tables import reps_table
from sledmon.analysis.table import Column, Table, decimal
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
    writer.writerows(zip(*(_texts(column) for column in table.columns), strict=True))


def _texts(column: Column) -> list[str]:
    """A column's cells as text; one kind at a time, since tables are long."""
    if column.kind == "number":
        return [decimal(value) for value in np.asarray(column.values, float).tolist()]
    if column.kind == "boolean":
        return ["" if value is None else str(int(value)) for value in column.values]
    return ["" if value is None else str(value) for value in column.values]
