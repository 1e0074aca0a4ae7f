"""What moved between two analyses, as a table for the terminal."""

import math

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sledmon.batch.moved import Change, Moved
from sledmon.errors import counted

_SHOWN = 5


def moved_table(result: Moved) -> Group:
    """A row a quantity that moved; a sentence where none did."""
    seen = f"{counted(result.sessions, 'recordings')} and {counted(result.reps, 'reps')} in both"
    parts: list[Table | Text] = []
    if result.changes:
        parts.append(_table(result.changes, f"Moved since the older results ({seen})"))
    else:
        parts.append(Text(f"No number moved since the older results ({seen})."))
    for whose, things in (("older", result.only_old), ("new", result.only_new)):
        if things:
            more = f" and {len(things) - _SHOWN} more" if len(things) > _SHOWN else ""
            parts.append(Text(f"only in the {whose} results: {', '.join(things[:_SHOWN])}{more}"))
    return Group(*parts)


def _table(changes: tuple[Change, ...], title: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("quantity", no_wrap=True)
    for column in ("moved", "mean", "largest"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("where, and what is no number")
    for change in changes:
        table.add_row(
            change.quantity,
            f"{change.moved} of {change.compared}",
            _shift(change.mean),
            _shift(change.largest),
            change.where + (f": {change.example}" if change.example else ""),
        )
    return table


def _shift(value: float) -> str:
    return "" if math.isnan(value) else f"{value:+.3g}"
