"""Curves as they are drawn: by time or by distance, and no more points than pixels."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from sledmon.estimate import RepTrace
from sledmon.present.quantities import Quantities
from sledmon.present.replay.session import ShownRep
from sledmon.samples import FloatArray


class Axis(StrEnum):
    """What curves are drawn over."""

    TIME = "time"
    DISTANCE = "distance"


class Curve(NamedTuple):
    """What is drawn; y in the user's unit."""

    x: FloatArray
    y: FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class RepCurves:
    """One rep's curves over one axis."""

    path: Curve
    low: Curve
    """Two standard errors below, ..."""
    high: Curve
    raw: Curve
    belt: Curve
    tether: Curve
    innovation: Curve
    refused: Curve
    marks: Mapping[str, float]
    """Where the start and every gate lie."""
    limits: tuple[float, float]


def rep_curves(shown: ShownRep, trace: RepTrace, axis: Axis, quantities: Quantities) -> RepCurves:
    """Every curve of a rep."""
    start_s, end_s = shown.span_s

    def over(time_s: FloatArray, y: FloatArray) -> Curve:
        if axis is Axis.TIME:
            return Curve(time_s - start_s, y)
        # Before the start people sway to and fro: by distance that is a scribble.
        ran = time_s >= start_s
        return Curve(quantities.distance_value(1.0) * trace.distance_at(time_s[ran]), y[ran])

    speed = quantities.speed_value(1.0)
    sigma = 2 * speed * trace.velocity_sigma_mps
    velocity = speed * trace.velocity_mps
    innovation = over(trace.cord_s, trace.innovation)
    refused = over(trace.cord_s, np.where(trace.refused, trace.innovation, np.nan))
    splits = [split for split in shown.rep.estimates.splits if split.time_s.known]
    marks = {"start": 0.0}
    for split in splits:
        at = split.time_s.value
        at = at if axis is Axis.TIME else quantities.distance_value(split.distance_m)
        marks[quantities.distance(split.distance_m)] = at
    path = over(trace.time_s, velocity)
    whole = quantities.distance_value(shown.rep.conditions.distance_m)
    limits = -0.02 * whole, 1.05 * whole
    if axis is Axis.TIME:
        limits = max(-1.0, float(trace.time_s[0]) - start_s), end_s - start_s + 0.3
    return RepCurves(
        path=path,
        low=Curve(path.x, over(trace.time_s, velocity - sigma).y),
        high=Curve(path.x, over(trace.time_s, velocity + sigma).y),
        raw=over(trace.cord_s, speed * trace.cord_mps),
        belt=over(trace.belt_s, trace.belt_mps2),
        tether=over(trace.tether_s, trace.tether_mps2),
        innovation=innovation,
        refused=refused,
        marks=marks,
        limits=limits,
    )


def thinned(curve: Curve, pixels: int) -> Curve:
    """The same picture from two points a pixel: lowest and highest of each column, x increasing.

    >>> thinned(Curve(np.arange(6.0), np.array([0.0, 5, 1, 1, -3, 2])), 1).y.tolist()
    [-3.0, 5.0]
    """
    count = len(curve.x)
    if count <= 2 * pixels:
        return curve
    starts = np.unique(np.linspace(0, count, pixels, endpoint=False).astype(int))
    low, high = np.minimum.reduceat(curve.y, starts), np.maximum.reduceat(curve.y, starts)
    x = np.repeat(curve.x[starts], 2)
    return Curve(x, np.column_stack([low, high]).ravel())
