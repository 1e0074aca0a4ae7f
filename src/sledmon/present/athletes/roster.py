"""Athletes from a table that a spreadsheet wrote."""

import codecs
import csv
import io
from pathlib import Path
from typing import Final, NamedTuple

from sledmon.errors import QueueError, counted, unreadable
from sledmon.present.athletes.queue import MOST_ATHLETES, Athlete, tidy

_NICKNAMES: Final = ("nickname", "athlete", "name", "jersey", "number", "code", "player")
"""Headings of the column that is taken, the best first: a real name is taken only for want of
another."""
_MINORS: Final = frozenset({"under_16", "under 16", "under16", "u16", "minor"})
_YES: Final = frozenset({"1", "yes", "y", "true", "x"})
_MOST_BYTES: Final = 1_000_000


class Roster(NamedTuple):
    """Who stands in it, and what is to be said about reading it."""

    athletes: tuple[Athlete, ...]
    told: str


def read_roster(path: Path) -> Roster:
    """The athletes of a CSV file; QueueError with one sentence where there are none."""
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise QueueError(unreadable(path, error)) from None
    if len(content) > _MOST_BYTES:
        raise QueueError(f"{path.name} is too large for a roster; save only the names as CSV")
    return parse_roster(_text(content), where=path.name)


def parse_roster(text: str, *, where: str = "roster.csv") -> Roster:
    r"""The athletes of a table: its nickname column, else its first.

    >>> parse_roster("nickname;under_16\nAna;yes\nBea;").athletes[0]
    Athlete(name='Ana', under_16=True, sits_out=False)
    >>> parse_roster("Ana\nBea\nAna").told
    'Took 2 athletes from roster.csv; 1 name stood there twice.'
    """
    if "\0" in text:
        raise QueueError(f"{where} is not a table of text; save the roster as CSV")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.removeprefix("sep=;\n").removeprefix("sep=,\n")
    try:
        rows = [
            [cell.strip() for cell in row]
            for row in csv.reader(io.StringIO(text), delimiter=_delimiter(text))
        ]
    except csv.Error as error:
        raise QueueError(f"{where} cannot be read as a table: {error}; save it as CSV") from None
    rows = [row for row in rows if any(row)]
    column, minors = 0, None
    if rows:
        heads = [cell.casefold() for cell in rows[0]]
        named = [heads.index(word) for word in _NICKNAMES if word in heads]
        if named:
            column, rows = named[0], rows[1:]
            minors = next((place for place, head in enumerate(heads) if head in _MINORS), None)
    found: dict[str, Athlete] = {}
    twice = 0
    for row in rows:
        name = tidy(row[column]) if column < len(row) else ""
        if not name:
            continue
        young = minors is not None and minors < len(row) and row[minors].casefold() in _YES
        twice += name.casefold() in found
        found.setdefault(name.casefold(), Athlete(name=name, under_16=young))
    if not found:
        raise QueueError(f"{where} names nobody; write one athlete a row in its first column")
    taken = tuple(found.values())[:MOST_ATHLETES]
    told = f"Took {counted(len(taken), 'athletes')} from {where}"
    if len(found) > len(taken):
        told = f"Took the first {len(taken)} of {len(found)} athletes from {where}"
    if twice:
        told += f"; {counted(twice, 'names')} stood there twice"
    return Roster(taken, told + ".")


def _text(content: bytes) -> str:
    """Spreadsheets write UTF-8 with a mark, UTF-16, or the system's own letters."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)
