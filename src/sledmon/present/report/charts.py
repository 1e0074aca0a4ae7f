"""What is drawn of reps: velocity by distance, rep by rep, loss, load and velocity."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from sledmon.errors import counted
from sledmon.plan import Lines
from sledmon.present.colours import SUN
from sledmon.present.report.page import (
    NORMAL_95,
    Axis,
    Chart,
    Level,
    Point,
    Series,
    Shape,
    Tick,
    axis,
    interval,
)
from sledmon.present.report.words import UNITS, load_of
from sledmon.present.sideline.curve_view import GATE_M, mean_curve, smooth
from sledmon.results import AthleteSummary, LoadVelocity, Measured, Rep
from sledmon.samples import FloatArray

_NOTHING: Final = Axis(label="", low=0.0, high=1.0, ticks=())
SPEED: Final = "m/s"


def missing(title: str, why: str) -> Chart:
    """A chart that cannot be drawn, and why."""
    return Chart(title=title, x=_NOTHING, y=_NOTHING, series=(), why_not=why)


def curve_charts(reps: Sequence[Rep]) -> tuple[Chart, ...]:
    """Velocity by distance, a panel a load, every rep with its interval."""
    seen = [rep for rep in reps if rep.estimates.curve and not rep.excluded]
    if not seen:
        return (missing("Velocity by distance", "No rep was seen well enough for a curve."),)
    free = mean_curve([rep for rep in seen if rep.conditions.unresisted])
    tops = [
        p.velocity_mps.value + 2 * p.velocity_mps.sigma for r in seen for p in r.estimates.curve
    ]
    y = axis(SPEED, tops, least=(0.0, 1.0))
    x = distance_axis(max(rep.conditions.distance_m for rep in seen))
    panels: dict[str, list[Rep]] = {}
    for rep in seen:
        panels.setdefault(load_of(rep), []).append(rep)
    charts = []
    for load, alike in panels.items():
        series = [_curve(rep) for rep in alike]
        if free and not alike[0].conditions.unresisted:
            series.append(_line(free, SUN.baseline, dashed=True))
        title = f"{load}, {counted(len(alike), 'reps')}"
        charts.append(Chart(title=title, x=x, y=y, series=tuple(series)))
    return tuple(charts)


def velocity_chart(reps: Sequence[Rep], baseline: Measured, lines: Lines) -> Chart:
    """Window velocity rep by rep, with the lines of the plan."""
    title = "Velocity at the end, rep by rep"
    shown = [rep for rep in reps if rep.estimates.window.velocity_mps.known and not rep.excluded]
    if not shown:
        return missing(title, "No rep reached its last gate.")
    levels: tuple[Level, ...] = ()
    if baseline.known and any(rep.verdict.velocity_decrement.known for rep in shown):
        levels = (
            Level(baseline.value, "free backpedal"),
            Level(baseline.value * (1 - lines.speed), f"speed line, {100 * lines.speed:g} %"),
            Level(baseline.value * (1 - lines.strength), f"strength, {100 * lines.strength:g} %"),
        )
    series = _by_state(
        shown, [interval(rep.number, rep.estimates.window.velocity_mps) for rep in shown]
    )
    values = [value for each in series for p in each.points for value in (p.low, p.high, p.y)]
    return Chart(
        title=title,
        x=_rep_axis(reps),
        y=axis(SPEED, [*values, *(level.y for level in levels)]),
        series=series,
        levels=levels,
    )


def loss_chart(reps: Sequence[Rep], lines: Lines) -> Chart:
    """Velocity lost over the session, at equal resistance."""
    title = "Velocity loss, at equal load"
    shown = [rep for rep in reps if rep.verdict.session_loss.known and not rep.excluded]
    if not shown:
        return missing(title, "Loss needs two reps at one load; there are none.")
    levels = (
        Level(100 * lines.loss_stop, f"stop line, {100 * lines.loss_stop:g} %"),
        Level(0.0, ""),
    )
    series = _by_state(
        shown,
        [interval(rep.number, rep.verdict.session_loss, 100.0) for rep in shown],
        flags=("fatigue",),
    )
    values = [value for each in series for p in each.points for value in (p.low, p.high, p.y)]
    y = axis("% lost", values, least=(-5.0, 100 * lines.loss_stop + 2))
    return Chart(title=title, x=_rep_axis(reps), y=y, series=series, levels=levels)


def load_chart(summary: AthleteSummary) -> Chart:
    """Velocity by load, with the line and its interval."""
    title = "Load and velocity"
    line = summary.load_velocity
    if line.why_not:
        return missing(title, f"No line: {line.why_not}.")
    heaviest = max(point.load_kg for point in line.points)
    loads = np.linspace(0.0, 1.05 * heaviest, 30)
    points = tuple(interval(UNITS.mass_value(p.load_kg), p.velocity_mps) for p in line.points)
    fitted = load_line(line, loads)
    values = [value for p in (*points, *fitted) for value in (p.low, p.high)]
    return Chart(
        title=title,
        x=axis(f"sled and plates, {UNITS.settings.mass}", [p.x for p in fitted]),
        y=axis(SPEED, values),
        series=(
            Series(points=fitted, colour=SUN.baseline),
            Series(points=points, shape=Shape.DOT, colour=SUN.inside),
        ),
    )


def load_line(line: LoadVelocity, loads_kg: FloatArray) -> tuple[Point, ...]:
    """The fitted line at some loads, with the interval of its expected value."""
    v0, slope = line.v0_mps, line.slope_mps_per_kg
    points = []
    for load in loads_kg.tolist():
        variance = v0.sigma**2 + (load * slope.sigma) ** 2 - 2 * load * line.covariance
        value = v0.value - load * slope.value
        half = NORMAL_95 * math.sqrt(max(variance, 0.0))
        points.append(Point(UNITS.mass_value(load), value, value - half, value + half))
    return tuple(points)


def curve_series(rep: Rep, colour: str, *, width: float = 0.9, dashed: bool = False) -> Series:
    """One rep's velocity by distance from its stand, with its interval."""
    curve = rep.estimates.curve
    at_m = np.array([0.0, *(point.distance_m for point in curve)])
    value = np.array([0.0, *(point.velocity_mps.value for point in curve)])
    half = NORMAL_95 * np.array([0.0, *(point.velocity_mps.sigma for point in curve)])
    (x, y), (_, low), (_, high) = (smooth(at_m, v) for v in (value, value - half, value + half))
    points = (Point(*each) for each in zip(x.tolist(), y.tolist(), low.tolist(), high.tolist()))  # noqa: B905
    return Series(points=tuple(points), colour=colour, width=width, dashed=dashed)


def _curve(rep: Rep) -> Series:
    """Flagged reps are orange and thicker."""
    if rep.verdict.flag is not None:
        return curve_series(rep, SUN.past, width=1.3)
    return curve_series(rep, SUN.inside)


def _line(curve: tuple[FloatArray, FloatArray], colour: str, *, dashed: bool) -> Series:
    x, y = curve
    points = tuple(Point(*each) for each in zip(x.tolist(), y.tolist(), strict=True))
    return Series(points=points, colour=colour, dashed=dashed, width=0.9)


def _by_state(
    reps: Sequence[Rep], points: Sequence[Point], flags: tuple[str, ...] = ()
) -> tuple[Series, ...]:
    """Flagged reps as triangles, the others as dots."""
    past = [
        rep.verdict.flag is not None and (not flags or rep.verdict.flag in flags) for rep in reps
    ]
    states = ((False, Shape.DOT, SUN.inside), (True, Shape.DOWN, SUN.past))
    return tuple(
        Series(
            points=tuple(p for p, is_past in zip(points, past, strict=True) if is_past is state),
            shape=shape,
            colour=colour,
        )
        for state, shape, colour in states
    )


def _rep_axis(reps: Sequence[Rep]) -> Axis:
    numbers = [rep.number for rep in reps]
    return Axis(
        label="rep",
        low=min(numbers) - 0.7,
        high=max(numbers) + 0.7,
        ticks=tuple(Tick(number, str(number)) for number in numbers),
    )


def distance_axis(distance_m: float) -> Axis:
    """From the start line to the last gate."""
    gates = np.arange(0.0, distance_m + 0.1, GATE_M).tolist()
    every = max(1, math.ceil(len(gates) / 5))
    ticks = [Tick(at_m, UNITS.distance(at_m) if at_m else "start") for at_m in gates[::every]]
    return Axis(label="distance", low=0.0, high=1.02 * distance_m, ticks=tuple(ticks))
