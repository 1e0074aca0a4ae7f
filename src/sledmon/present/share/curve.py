"""Velocity over distance as lines in a drawing; pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sledmon.present.share.shown import SPEEDS, yards_text
from sledmon.results import Rep, Split

_LEFT, _TOP, _BOTTOM = 46.0, 14.0, 34.0
_STEPS: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
_LINES: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """Everything a template needs to draw one curve, or two."""

    width: float
    height: float
    left: float
    floor: float
    """The y of standing still."""
    right: float
    gates: tuple[tuple[float, str], ...]
    """x and label of each."""
    levels: dict[str, tuple[tuple[float, str], ...]]
    """y and label of lines of equal speed, by unit."""
    last: str
    behind: str
    dots: tuple[tuple[float, float], ...]
    """The places at which the last rep's velocity was told."""


def drawn(last: Rep, behind: Rep | None, width: float = 328.0, height: float = 210.0) -> Drawing:
    """The last rep's curve, and that of the best behind it."""
    distance_m = last.conditions.distance_m
    fast_mps = max(v for rep in (last, behind) if rep is not None for _, v in _points(rep))
    top_mps = fast_mps * 1.08 or 1.0
    floor, right = height - _BOTTOM, width - 14.0

    def place(distance: float, velocity: float) -> tuple[float, float]:
        x = _LEFT + distance / distance_m * (right - _LEFT)
        return x, floor - velocity / top_mps * (floor - _TOP)

    def line(rep: Rep | None) -> str:
        return "" if rep is None else smooth([place(*point) for point in _points(rep)])

    return Drawing(
        width=width,
        height=height,
        left=_LEFT,
        floor=floor,
        right=right,
        gates=tuple(
            (place(split.distance_m, 0.0)[0], yards_text(split.distance_m))
            for split in _few(last.estimates.splits)
        ),
        levels={
            unit.key: tuple(
                (place(0.0, level / unit.per_si)[1], f"{level:g}")
                for level in _levels(top_mps * unit.per_si)
            )
            for unit in SPEEDS
        },
        last=line(last),
        behind=line(behind),
        dots=tuple(place(*point) for point in _points(last)[1:]),
    )


def has_curve(rep: Rep | None) -> bool:
    """Whether there is anything to draw."""
    return rep is not None and len(_points(rep)) > 2


def smooth(points: Sequence[tuple[float, float]]) -> str:
    """A path through points that never swings past them: Fritsch and Carlson's monotone cubic.

    >>> smooth([(0.0, 0.0), (3.0, 3.0)])
    'M0.0 0.0C1.0 1.0 2.0 2.0 3.0 3.0'
    """
    spans = [(x1 - x0, (y1 - y0) / (x1 - x0)) for (x0, y0), (x1, y1) in pairwise(points)]
    slopes = [_end_slope(spans)]
    for (_, before), (_, after) in pairwise(spans):
        slopes.append(2 * before * after / (before + after) if before * after > 0 else 0.0)
    slopes.append(_end_slope(spans[::-1]))
    path = "M{:.1f} {:.1f}".format(*points[0])
    for i, (dx, _) in enumerate(spans):
        (x0, y0), (x1, y1) = points[i], points[i + 1]
        path += (
            f"C{x0 + dx / 3:.1f} {y0 + slopes[i] * dx / 3:.1f}"
            f" {x1 - dx / 3:.1f} {y1 - slopes[i + 1] * dx / 3:.1f} {x1:.1f} {y1:.1f}"
        )
    return path


def _end_slope(spans: Sequence[tuple[float, float]]) -> float:
    """Of the parabola through the first three points, as far as it stays monotone."""
    if len(spans) < 2:
        return spans[0][1]
    (h0, d0), (h1, d1) = spans[:2]
    slope = ((2 * h0 + h1) * d0 - h0 * d1) / (h0 + h1)
    if slope * d0 <= 0:
        return 0.0
    return slope if abs(slope) < 3 * abs(d0) else 3 * d0


def _points(rep: Rep) -> list[tuple[float, float]]:
    """From standing still at the start, as far as the rep was seen."""
    seen = [(p.distance_m, p.velocity_mps.value) for p in rep.estimates.curve]
    return [(0.0, 0.0), *((d, v) for d, v in seen if not math.isnan(v))]


def _few(gates: Sequence[Split]) -> Sequence[Split]:
    """As many gates as have room for a label; the last one always."""
    every = math.ceil(len(gates) / 4)
    return [gate for i, gate in enumerate(reversed(gates)) if i % every == 0][::-1]


def _levels(top: float) -> list[float]:
    step = next((step for step in _STEPS if top / step <= _LINES), _STEPS[-1])
    return [step * n for n in range(1, int(top / step) + 1)]
