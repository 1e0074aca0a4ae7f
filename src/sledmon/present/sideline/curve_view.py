"""Curves of velocity by distance that the running rep is seen against. No Qt.

Each rep's own curve has ten places (``Estimates.curve``); between them it is drawn as a smooth line
that keeps to them and overshoots nowhere.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from sledmon.judge import compared_with, is_valid
from sledmon.judge.wording import percent_words
from sledmon.plan import Plan
from sledmon.results import Conditions, Rep
from sledmon.samples import FloatArray
from sledmon.units import yards_to_metres

GATE_M: Final = yards_to_metres(5.0)
LEAST_TOP_MPS: Final = 6.0
DRAWN_POINTS: Final = 61


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CurveView:
    """What stands still behind the running rep."""

    distance_m: float
    """Programmed."""
    gates_m: tuple[float, ...]
    baseline: tuple[FloatArray, FloatArray] | None
    """The athlete's free backpedal, mean of their unresisted reps: distance, velocity."""
    best: tuple[FloatArray, FloatArray] | None
    """Their fastest rep at this resistance."""
    line_mps: float
    """Speed line as window velocity; NaN without a baseline."""
    line_from_m: float
    """Where the window begins that the line is about."""
    line_words: str
    top_mps: float


def curve_view(reps: Sequence[Rep], conditions: Conditions, plan: Plan) -> CurveView:
    """From one athlete's reps so far."""
    distance_m = conditions.distance_m
    counted = [rep for rep in reps if _counts(rep, distance_m)]
    free = [rep for rep in counted if rep.conditions.unresisted]
    alike = [
        rep
        for rep in counted
        if round(rep.conditions.resistance_kg, 1) == round(conditions.resistance_kg, 1)
        and not conditions.unresisted
    ]
    best = max(alike, key=lambda rep: rep.estimates.window.velocity_mps.value, default=None)
    # One's only free rep is no curve to compare it with.
    baseline = mean_curve(free) if len(free) > 1 or not conditions.unresisted else None
    speed = plan.lines_of(conditions.athlete).speed
    judged = [rep for rep in counted if rep.verdict.velocity_decrement.known]
    line_mps = math.nan
    if judged:
        line_mps = compared_with(judged[-1]) * (1.0 - speed)
    tops = [float(np.max(curve[1])) for curve in (baseline, mean_curve(alike)) if curve]
    gates = [gate for gate in (GATE_M, 2 * GATE_M, 3 * GATE_M) if gate < distance_m - 0.1]
    return CurveView(
        distance_m=distance_m,
        gates_m=(*gates, distance_m),
        baseline=baseline,
        best=mean_curve([best]) if best else None,
        line_mps=line_mps,
        line_from_m=max(distance_m / 2, distance_m - GATE_M),
        line_words=percent_words(speed),
        top_mps=math.ceil(max([LEAST_TOP_MPS, *(1.08 * top for top in tops)])),
    )


def hidden_curves(view: CurveView) -> CurveView:
    """The same place without anything that tells a velocity."""
    return replace(
        view, baseline=None, best=None, line_mps=math.nan, top_mps=math.ceil(LEAST_TOP_MPS)
    )


def mean_curve(reps: Sequence[Rep]) -> tuple[FloatArray, FloatArray] | None:
    """Mean velocity of reps of one distance by distance, from standing still; None without any."""
    curves = [rep.estimates.curve for rep in reps if rep.estimates.curve]
    if not curves:
        return None
    longest = max(curves, key=len)
    at_m = np.array([0.0, *(point.distance_m for point in longest)])
    rows = np.full((len(curves), len(at_m)), np.nan)
    rows[:, 0] = 0.0
    for row, curve in zip(rows, curves, strict=True):
        row[1 : len(curve) + 1] = [point.velocity_mps.value for point in curve]
    known = ~np.all(np.isnan(rows), axis=0)
    means = np.nanmean(rows[:, known], axis=0)
    return smooth(at_m[known], means)


def smooth(at_m: FloatArray, velocity_mps: FloatArray) -> tuple[FloatArray, FloatArray]:
    """A curve through points, for drawing: monotone cubics (Fritsch and Carlson 1980).

    Laid over the root of distance, by which velocity rises evenly from a standing start.
    """
    if len(at_m) < 3:
        return at_m, velocity_mps
    root = np.sqrt(at_m)
    drawn = np.linspace(root[0], root[-1], DRAWN_POINTS)
    return drawn**2, _monotone(root, velocity_mps, drawn)


def _monotone(x: FloatArray, y: FloatArray, at: FloatArray) -> FloatArray:
    step = np.diff(x)
    slope = np.diff(y) / step
    tangent = np.concatenate(([slope[0]], (slope[:-1] + slope[1:]) / 2, [slope[-1]]))
    tangent[1:-1][slope[:-1] * slope[1:] <= 0.0] = 0.0
    for i, m in enumerate(slope):
        size = math.hypot(*(tangent[i : i + 2] / m)) if m else math.inf
        if size > 3.0:
            tangent[i : i + 2] *= 3.0 / size
    k = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(step) - 1)
    t = (at - x[k]) / step[k]
    u = 1.0 - t
    left = (1 + 2 * t) * u * u * y[k] + t * u * u * step[k] * tangent[k]
    right = (1 + 2 * u) * t * t * y[k + 1] - u * t * t * step[k] * tangent[k + 1]
    return left + right


def _counts(rep: Rep, distance_m: float) -> bool:
    return is_valid(rep) and math.isclose(rep.conditions.distance_m, distance_m, rel_tol=1e-6)
