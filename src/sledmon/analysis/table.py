"""A tidy table with its own dictionary: what every export is written from."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

from sledmon.errors import SledmonError
from sledmon.samples import FloatArray

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "integer", "number", "boolean"]
DECIMALS: Final = 9
"""Every number of a table is rounded to so many, in memory as in any file: all reload alike."""
Cell = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Column:
    """One column: what it holds, in which unit, and its values; unknown is None or NaN."""

    name: str
    kind: Kind
    unit: str
    """Empty: a name, a count or a ratio."""
    description: str
    values: Sequence[Cell] | FloatArray
    """Numbers as an array."""

    def cells(self) -> list[Cell]:
        """Values as plain Python, unknown as None."""
        if self.kind != "number":
            return list(self.values)
        return [None if math.isnan(value) else value for value in map(float, self.values)]


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """Columns of equal length: who and what on the left, measured values on the right."""

    name: str
    description: str
    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.columns[0].values) if self.columns else 0

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        """A column's values by its name."""
        for column in self.columns:
            if column.name == name:
                return np.asarray(column.values)
        names = ", ".join(column.name for column in self.columns)
        raise SledmonError(f"the table {self.name} has no column '{name}'; it has {names}")

    def __repr__(self) -> str:
        return f"Table({self.name}: {len(self)} rows, {len(self.columns)} columns)"

    def rows(self) -> Iterable[tuple[Cell, ...]]:
        """Row by row; unknown is None."""
        return zip(*(column.cells() for column in self.columns), strict=True)

    def to_frame(self) -> "pd.DataFrame":
        """The table as a pandas data frame."""
        try:
            import pandas as pd
        except ImportError:
            raise SledmonError(
                "a data frame needs pandas, which is not installed; run: pip install pandas"
            ) from None
        types = {"text": "object", "integer": "Int64", "number": "float64", "boolean": "bool"}
        return pd.DataFrame(
            {
                column.name: pd.Series(column.values, dtype=types[column.kind])
                for column in self.columns
            }
        )


def numbers(values: Iterable[float] | FloatArray) -> FloatArray:
    """Numbers as tables hold them.

    >>> numbers([0.1 + 0.2, math.inf]).tolist()
    [0.3, nan]
    """
    plain = np.asarray(values if isinstance(values, np.ndarray) else [*values], float)
    rounded = np.round(plain, DECIMALS)
    return np.where(np.isfinite(rounded), rounded, math.nan)


def decimal(value: float) -> str:
    """A number as text that reads back to itself, without exponent; empty where unknown.

    >>> decimal(0.25), decimal(-3.0), decimal(math.nan)
    ('0.25', '-3', '')
    """
    if not math.isfinite(value):
        return ""
    text = repr(value)  # the shortest that reads back, and four times as fast as formatting
    if "e" not in text and len(text) - text.index(".") <= DECIMALS + 1:
        return text.removesuffix(".0")
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
