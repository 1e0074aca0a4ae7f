"""A chart as lines, areas and letters in points: pure layout, the same for HTML and PDF."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from sledmon.present.colours import SUN
from sledmon.present.report.page import Axis, Chart, Series, Shape

Anchor = Literal["start", "middle", "end"]
Place = tuple[float, float]

LETTERS: Final = 7.0
_TITLE: Final = 8.5
_LEFT: Final = 26.0
_RIGHT: Final = 12.0
_TOP: Final = 28.0
_BOTTOM: Final = 28.0
_DOT: Final = 2.2
_TICK_LETTERS: Final = 4.0
"""Width of one letter, roughly: labels closer than they are wide are left out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stroke:
    """A line through places."""

    places: tuple[Place, ...]
    colour: str
    width: float
    dashed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A filled outline."""

    places: tuple[Place, ...]
    colour: str
    opacity: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Letters:
    """One line of text; its baseline is at ``y``."""

    x: float
    y: float
    text: str
    size: float = LETTERS
    anchor: Anchor = "start"
    bold: bool = False
    colour: str = SUN.ink


Mark = Stroke | Area | Letters


class _Frame(NamedTuple):
    """Where data stand."""

    x: Axis
    y: Axis
    left: float
    right: float
    top: float
    bottom: float

    def across(self, value: float) -> float:
        return self.left + (value - self.x.low) / (self.x.high - self.x.low) * (
            self.right - self.left
        )

    def up(self, value: float) -> float:
        share = (value - self.y.low) / (self.y.high - self.y.low)
        return self.bottom - min(max(share, 0.0), 1.0) * (self.bottom - self.top)


def drawn(chart: Chart, width: float, height: float) -> Iterator[Mark]:
    """A chart from (0, 0) at its upper left, in the order of painting."""
    yield Letters(x=0, y=_TITLE, text=chart.title, size=_TITLE, bold=True)
    if chart.why_not:
        for i, line in enumerate(_lines(chart.why_not, width)):
            yield Letters(x=0, y=_TOP + i * 1.35 * LETTERS, text=line, colour=SUN.quiet_ink)
        return
    frame = _Frame(chart.x, chart.y, _LEFT, width - _RIGHT, _TOP, height - _BOTTOM)
    yield Letters(x=0, y=_TOP - 8, text=chart.y.label, colour=SUN.quiet_ink)
    yield from _axes(frame)
    for series in chart.series:
        yield from _interval(series, frame)
    for series in chart.series:
        yield from _series(series, frame)
    yield from _levels(chart, frame)


def _axes(frame: _Frame) -> Iterator[Mark]:
    for tick in frame.y.ticks:
        y = frame.up(tick.value)
        yield Stroke(places=((frame.left, y), (frame.right, y)), colour=SUN.thin_rule, width=0.4)
        yield Letters(x=frame.left - 4, y=y + 2.4, text=tick.text, anchor="end")
    yield Stroke(
        places=((frame.left, frame.bottom), (frame.right, frame.bottom)),
        colour=SUN.ink,
        width=0.7,
    )
    free_from = -math.inf
    for tick in frame.x.ticks:
        x, half = frame.across(tick.value), _TICK_LETTERS * len(tick.text) / 2
        yield Stroke(places=((x, frame.bottom), (x, frame.bottom + 2.5)), colour=SUN.ink, width=0.7)
        if x - half < free_from:
            continue
        free_from = x + half + 2
        x = min(x, frame.right + _RIGHT - half)  # the last name must not stick out
        yield Letters(x=x, y=frame.bottom + 10, text=tick.text, anchor="middle")
    yield Letters(
        x=(frame.left + frame.right) / 2,
        y=frame.bottom + 20,
        text=frame.x.label,
        anchor="middle",
        colour=SUN.quiet_ink,
    )


def _interval(series: Series, frame: _Frame) -> Iterator[Mark]:
    known = [point for point in series.points if math.isfinite(point.low + point.high)]
    if series.shape is Shape.LINE:
        if len(known) > 1:
            above = [(frame.across(p.x), frame.up(p.high)) for p in known]
            below = [(frame.across(p.x), frame.up(p.low)) for p in reversed(known)]
            yield Area(places=(*above, *below), colour=series.colour, opacity=0.18)
        return
    for point in known:
        x = frame.across(point.x)
        yield Stroke(
            places=((x, frame.up(point.low)), (x, frame.up(point.high))),
            colour=series.colour,
            width=0.9,
        )


def _series(series: Series, frame: _Frame) -> Iterator[Mark]:
    places = tuple(
        (frame.across(p.x), frame.up(p.y)) for p in series.points if math.isfinite(p.x + p.y)
    )
    if series.shape is Shape.LINE:
        yield Stroke(places=places, colour=series.colour, width=series.width, dashed=series.dashed)
        return
    for x, y in places:
        outline = _triangle(x, y) if series.shape is Shape.DOWN else _dot(x, y)
        inside = SUN.page if series.shape is Shape.RING else series.colour
        yield Area(places=outline, colour=inside)
        yield Stroke(places=(*outline, outline[0]), colour=SUN.ink, width=0.5)


def _levels(chart: Chart, frame: _Frame) -> Iterator[Mark]:
    taken: list[float] = []
    for level in chart.levels:
        if not chart.y.low <= level.y <= chart.y.high:
            continue
        y = frame.up(level.y)
        yield Stroke(
            places=((frame.left, y), (frame.right, y)), colour=SUN.ink, width=0.7, dashed=True
        )
        # A name stands above its line, or beneath where another name stands already.
        at = y - 2.5 if all(abs(y - 2.5 - other) >= LETTERS for other in taken) else y + LETTERS
        taken.append(at)
        wide = 0.5 * (LETTERS - 0.5) * len(level.text)
        left, right, top = frame.right - wide, frame.right, at - 0.8 * LETTERS
        if level.text:
            behind = ((left, top), (right, top), (right, at + 1.5), (left, at + 1.5))
            yield Area(places=behind, colour=SUN.page, opacity=0.8)
        yield Letters(x=frame.right, y=at, text=level.text, anchor="end", size=LETTERS - 0.5)


def _dot(x: float, y: float) -> tuple[Place, ...]:
    turn = 2 * math.pi / 16
    return tuple((x + _DOT * math.cos(k * turn), y + _DOT * math.sin(k * turn)) for k in range(16))


def _triangle(x: float, y: float) -> tuple[Place, ...]:
    return ((x - 1.4 * _DOT, y - 1.1 * _DOT), (x + 1.4 * _DOT, y - 1.1 * _DOT), (x, y + 1.4 * _DOT))


def _lines(text: str, width: float) -> list[str]:
    """A sentence in lines that fit, by the width of a usual letter."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) * 0.52 * LETTERS > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
