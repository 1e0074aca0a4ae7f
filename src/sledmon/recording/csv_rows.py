"""Foreign CSV as rows of numbers or texts; whatever is wrong is named by file, line and column.

Numbers are read twice over by design: a vectorised reader takes clean files, and anything that it
or the checks after it stumble on goes to the careful reader, which is the authority and alone says
what is wrong. Both give the same numbers.
"""

import array
import csv
import difflib
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from sledmon.errors import ImportTableError, counted, unreadable
from sledmon.samples import FloatArray
from sledmon.wire.limits import MAX_TIME_S

MARK: Final = b"\xef\xbb\xbf"
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, kw_only=True)
class CsvFile:
    """A file as it was read, and what its first line says."""

    path: Path
    content: bytes
    delimiter: str
    names: tuple[str, ...]


class Numbers(NamedTuple):
    """Rows of the columns asked for, in the order asked for, and the names of unused columns."""

    rows: FloatArray
    unused: tuple[str, ...]


class TextRow(NamedTuple):
    """One row of texts with its line, counted from 1."""

    line: int
    fields: tuple[str, ...]


def open_csv(path: Path) -> CsvFile:
    """Read a file and its header line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ImportTableError(unreadable(path, error)) from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportTableError(f"{path} is UTF-16; save it as CSV UTF-8")
    first = content.removeprefix(MARK).lstrip(b"\r\n")[:10_000].partition(b"\n")[0]
    delimiter = ";" if b";" in first else ","
    header = CsvFile(path=path, content=content, delimiter=delimiter, names=())
    names = next(_rows(header), TextRow(1, ())).fields
    if not names:
        raise ImportTableError(f"{path} is empty; it needs a header line and rows")
    repeated = {name for name in names if name and names.count(name) > 1}
    if repeated:
        raise ImportTableError(
            f"{path}, line 1, column {min(repeated)}: it stands there twice; remove one"
        )
    return CsvFile(path=path, content=content, delimiter=delimiter, names=names)


def require_columns(file: CsvFile, columns: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns that are not among ``columns``; an error if one is missing."""
    for column in columns:
        if column not in file.names:
            others = [name for name in file.names if name not in columns]
            close = difflib.get_close_matches(column, others, n=1)
            advice = (
                f"rename '{close[0]}' to it"
                if close
                else f"the first line must hold {', '.join(columns)}"
            )
            raise ImportTableError(f"{file.path}, line 1, column {column}: missing; {advice}")
    return tuple(name for name in file.names if name not in columns)


def read_numbers(file: CsvFile, columns: Sequence[str], units: Sequence[float] = ()) -> Numbers:
    """Rows of finite numbers, each column times its unit (1 where none are given).

    The first column is the time, in seconds then, and increases strictly.
    """
    unused = require_columns(file, columns)
    units = units or (1.0,) * len(columns)
    rows = read_fast(file, columns, units)
    return Numbers(read_carefully(file, columns, units) if rows is None else rows, unused)


def read_fast(file: CsvFile, columns: Sequence[str], units: Sequence[float]) -> FloatArray | None:
    """Rows of a clean file; None for the careful reader to decide."""
    body = file.content.removeprefix(MARK).lstrip(b"\r\n").partition(b"\n")[2]
    odd = not body.isascii() or b'"' in body or b"\0" in body
    if odd or not body.strip() or body.count(b"\r") != body.count(b"\r\n"):
        return None
    if file.delimiter == ";":
        body = body.replace(b",", b".")
    try:
        table = np.loadtxt(
            io.TextIOWrapper(io.BytesIO(body), encoding="ascii"),
            delimiter=file.delimiter,
            comments=None,
            ndmin=2,
        )
    except ValueError:
        return None
    if table.shape[1] != len(file.names):
        return None
    wanted = [file.names.index(column) for column in columns]
    rows = np.ascontiguousarray(table[:, wanted] * np.array(units))
    time_s = rows[:, 0]
    fine = len(rows) >= 2 and bool(np.all(np.isfinite(rows)))
    if not fine or np.any(np.diff(time_s) <= 0) or np.any(np.abs(time_s[[0, -1]]) > MAX_TIME_S):
        return None
    return rows


def read_carefully(file: CsvFile, columns: Sequence[str], units: Sequence[float]) -> FloatArray:
    """The same, row by row, with a sentence for the first thing that is wrong."""
    wanted = [
        (file.names.index(column), column, unit)
        for column, unit in zip(columns, units, strict=True)
    ]
    values = array.array("d")
    last_s = -math.inf
    for line, fields in text_rows(file):
        numbers = [
            unit * _number(fields[index], f"{file.path}, line {line}, column {column}")
            for index, column, unit in wanted
        ]
        where = f"{file.path}, line {line}, column {columns[0]}"
        if abs(numbers[0]) > MAX_TIME_S:
            raise ImportTableError(
                f"{where}: {numbers[0]:g} is not a time in seconds; convert it to seconds"
            )
        if numbers[0] <= last_s:
            raise ImportTableError(
                f"{where}: {numbers[0]!r} does not come after {last_s!r} of the row before;"
                " sort the rows by time and remove repeated ones"
            )
        last_s = numbers[0]
        values.extend(numbers)
    rows = np.array(values, np.float64).reshape(-1, len(columns))
    if len(rows) < 2:
        raise ImportTableError(
            f"{file.path} has {counted(len(rows), 'rows')} below its header; a table needs at"
            " least 2"
        )
    return rows


def text_rows(file: CsvFile, *, optional: int = 0) -> Iterator[TextRow]:
    """Rows below the header, each as wide as it; the last ``optional`` fields may be left away."""
    rows = _rows(file)
    next(rows)
    wide = len(file.names)
    for line, given in rows:
        fields = given
        if wide - optional <= len(given) < wide:
            fields += ("",) * (wide - len(given))
        if len(fields) < wide:
            raise ImportTableError(
                f"{file.path}, line {line}, column {file.names[len(fields)]}: missing; the row has"
                f" {counted(len(fields), 'values')} where the header has {wide}"
            )
        if len(fields) > wide:
            raise ImportTableError(
                f"{file.path}, line {line}, column {file.names[-1]}: more values follow it; the row"
                f" has {len(fields)} where the header has {wide}{_comma_advice(file)}"
            )
        yield TextRow(line, fields)


def number_at(file: CsvFile, row: TextRow, column: str) -> float:
    """One finite number of a row of texts."""
    text = row.fields[file.names.index(column)]
    return _number(text, f"{file.path}, line {row.line}, column {column}")


def _rows(file: CsvFile) -> Iterator[TextRow]:
    text = io.TextIOWrapper(io.BytesIO(file.content), encoding="utf-8-sig", newline="")
    reader = csv.reader(text, delimiter=file.delimiter, strict=True)
    try:
        for fields in reader:
            stripped = tuple(field.strip() for field in fields)
            if stripped not in ((), ("",)):  # an empty line, as at the end of many files
                yield TextRow(reader.line_num, stripped)
    except csv.Error as error:
        raise ImportTableError(
            f"{file.path}, line {reader.line_num}, column {', '.join(file.names) or 'names'}:"
            f" {error}; check the quotes"
        ) from None
    except UnicodeDecodeError:
        raise _not_utf8(file) from None


def _not_utf8(file: CsvFile) -> ImportTableError:
    try:
        file.content.decode("utf-8-sig")
        at = 0
    except UnicodeDecodeError as error:
        at = error.start
    before = file.content[:at]
    line_start = before.rfind(b"\n") + 1
    column = before[line_start:].count(file.delimiter.encode())
    header = file.content.removeprefix(MARK).partition(b"\n")[0].decode("utf-8", "replace")
    names = [name.strip() for name in header.split(file.delimiter)]
    name = names[column] if column < len(names) else f"number {column + 1}"
    return ImportTableError(
        f"{file.path}, line {before.count(bytes([10])) + 1}, column {name}: not UTF-8; save the"
        " file as CSV UTF-8"
    )


def _number(text: str, where: str) -> float:
    if not text:
        raise ImportTableError(
            f"{where}: empty; every row needs a number here, delete it otherwise"
        )
    if not _NUMBER.fullmatch(text):
        shown = text if len(text) <= 40 else text[:40] + "..."
        known = text.lower().lstrip("+-") in ("nan", "inf", "infinity")
        advice = "delete the row" if known else "write digits with one decimal point or comma"
        raise ImportTableError(f"{where}: {shown!r} is not a finite number; {advice}")
    number = float(text.replace(",", "."))
    if not math.isfinite(number):
        raise ImportTableError(f"{where}: {text!r} is not a finite number; it is too large")
    return number


def _comma_advice(file: CsvFile) -> str:
    if file.delimiter == ",":
        return "; decimal commas need semicolons between the columns, commas in a text need quotes"
    return ""
