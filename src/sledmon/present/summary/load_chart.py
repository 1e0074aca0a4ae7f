"""Velocity by load as a picture: where points, line and ticks stand, in the user's units."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from sledmon.present.quantities import Quantities
from sledmon.results import LoadVelocity


class Point(NamedTuple):
    """Mean velocity at one load, and one standard error."""

    load: float
    speed: float
    sigma: float


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadChart:
    """All in the user's units."""

    points: tuple[Point, ...]
    line: tuple[tuple[float, float], tuple[float, float]] | None
    """Its two ends; None: there is none."""
    loads: tuple[float, ...]
    """Ticks, from 0; the last one is the end of the axis."""
    speeds: tuple[float, ...]
    """Likewise; the first one is the axis' beginning."""

    def speed_words(self, speed: float) -> str:
        """A tick's number, with as many decimals as its neighbours need."""
        steps = (f"{tick:g}".partition(".")[2] for tick in self.speeds)
        return f"{speed:.{max(map(len, steps))}f}"


def load_chart(found: LoadVelocity, quantities: Quantities) -> LoadChart | None:
    """A picture; None where there are fewer than two points, or numbers are hidden."""
    if len(found.points) < 2 or quantities.settings.blinded:
        return None
    points = tuple(
        Point(
            quantities.mass_value(point.load_kg),
            quantities.speed_value(point.velocity_mps.value),
            quantities.speed_value(point.velocity_mps.sigma),
        )
        for point in found.points
        if point.velocity_mps.known
    )
    if len(points) < 2:
        return None
    heaviest = max(point.load for point in points)
    line = None
    if not found.why_not:
        slope = quantities.speed_value(found.slope_mps_per_kg.value) / quantities.mass_value(1.0)
        top = quantities.speed_value(found.v0_mps.value)
        line = (0.0, top), (heaviest, top - slope * heaviest)
    lowest = min(point.speed - _bar(point) for point in points)
    highest = max(point.speed + _bar(point) for point in points)
    return LoadChart(
        points=points, line=line, loads=ticks(0.0, heaviest), speeds=ticks(lowest, highest)
    )


def ticks(low: float, high: float) -> tuple[float, ...]:
    """A few round numbers that enclose two others.

    >>> ticks(3.9, 5.05)
    (3.5, 4.0, 4.5, 5.0, 5.5)
    """
    span = max(high - low, 1e-6)
    step = 10.0 ** math.floor(math.log10(span))
    for factor in (0.2, 0.5, 1.0, 2.0):
        first = math.floor(low / (step * factor))
        last = max(first + 1, math.ceil(high / (step * factor)))
        if last - first <= 5:
            return tuple(round(number * step * factor, 6) for number in range(first, last + 1))
    return (low, high)


def _bar(point: Point) -> float:
    return 0.0 if math.isnan(point.sigma) else point.sigma
