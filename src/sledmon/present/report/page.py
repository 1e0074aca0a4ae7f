"""A report as plain values: sections, tables, charts. Both renderers say the same because of it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from sledmon.present.colours import SUN
from sledmon.results import Measured

NORMAL_95: Final = 1.96
"""Standard errors to either side that hold 95 % of a normal error."""

PANELS: Final = {3: (168.0, 146.0), 4: (125.0, 124.0)}
"""Width and height of a chart in points by how many stand side by side on a sheet."""


class Tone(StrEnum):
    """How a word looks; each tone has a shape besides its colour."""

    PLAIN = "plain"
    INSIDE = "inside"  # blue, pointing up
    PAST = "past"  # orange, pointing down


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """A table of words: the first ``left`` columns are names, the others numbers."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left: int = 1


@dataclass(frozen=True, slots=True)
class Sentences:
    """One a line; a tone marks it."""

    lines: tuple[Cell, ...]


class Tick(NamedTuple):
    """A place on an axis and its name."""

    value: float
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """From one end to the other."""

    label: str
    low: float
    high: float
    ticks: tuple[Tick, ...]


class Point(NamedTuple):
    """One point of a series and where its 95 % interval ends; NaN: no interval."""

    x: float
    y: float
    low: float = math.nan
    high: float = math.nan


class Shape(StrEnum):
    """How a series is drawn."""

    LINE = "line"
    DOT = "dot"
    DOWN = "down"
    """Triangles that point down: past a line."""
    RING = "ring"


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """Points that belong together."""

    points: tuple[Point, ...]
    shape: Shape = Shape.LINE
    colour: str = SUN.ink
    dashed: bool = False
    width: float = 1.0


class Level(NamedTuple):
    """A line across the chart, and what it is called."""

    y: float
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """One panel. Without a series it is the sentence that says why there is none."""

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    levels: tuple[Level, ...] = ()
    why_not: str = ""

    @property
    def spoken(self) -> str:
        """What a screen reader says."""
        if self.why_not:
            return f"{self.title}: {self.why_not}"
        return f"{self.title}: {self.y.label} by {self.x.label}"


@dataclass(frozen=True, slots=True)
class Figure:
    """Charts side by side."""

    charts: tuple[Chart, ...]

    @property
    def across(self) -> int:
        """How many stand in a row: four where three would leave one alone."""
        return 4 if len(self.charts) > 1 and len(self.charts) % 3 == 1 else 3

    @property
    def panel(self) -> tuple[float, float]:
        """Width and height of each in points; little where there are sentences alone."""
        width, height = PANELS[self.across]
        return width, 54.0 if all(chart.why_not for chart in self.charts) else height


Block = Grid | Sentences | Figure


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """Blocks under a title."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A whole report."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
    footer: str
    made_utc: str = ""
    """When the session began, ISO 8601: nothing here reads a clock."""


def interval(x: float, measured: Measured, factor: float = 1.0) -> Point:
    """A measured value as a point with its 95 % interval."""
    half = NORMAL_95 * measured.sigma
    return Point(
        x,
        factor * measured.value,
        factor * (measured.value - half),
        factor * (measured.value + half),
    )


def axis(
    label: str, values: Iterable[float], *, least: tuple[float, float] | None = None, ticks: int = 5
) -> Axis:
    """An axis about values, ending at round numbers.

    >>> axis("m/s", [3.87, 4.42]).ticks[0]
    Tick(value=3.8, text='3.8')
    """
    known = [value for value in values if math.isfinite(value)]
    known += [*least] if least else []
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    step = _round_step((high - low) / ticks)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return Axis(
        label=label,
        low=first * step,
        high=last * step,
        ticks=tuple(
            Tick(round(k * step, 9), f"{k * step + 0.0:.{decimals}f}")
            for k in range(first, last + 1)
        ),
    )


def _round_step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(k * power for k in (1.0, 2.0, 5.0, 10.0) if k * power >= least * (1 - 1e-9))
