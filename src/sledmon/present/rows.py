"""What stands in a list: cells in columns, with what a screen reader says."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of a list."""

    cells: tuple[str, ...]
    key: str = ""
    """Drawn in front of it."""
    on: bool = False
    """Filled: whose turn it is, what is chosen."""
    spoken: str = ""
    """For a screen reader, where the cells alone say too little."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """Its share of the width, and whether numbers stand in it."""

    share: float
    right: bool = False
