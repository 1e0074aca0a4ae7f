"""Chronojump's race analyzer: a row with every so many pulses of cord, none at rest.

A row says to the microsecond when the cord had come so far. What lies between rows is filled in, so
that the path has samples where the estimator looks for them.
"""

import math
from typing import Final

import numpy as np

from sledmon.rig import Rig
from sledmon.samples import FloatArray

MANUAL_M: Final = 0.0030321
"""Cord a pulse: what Chronojump's own software reckons with for its manual device."""
GRID_S: Final = 0.01


def edges_in_metres(rows: FloatArray, rig: Rig) -> tuple[FloatArray, str]:
    """Time and place of each row from time and pulses since the row before; what was assumed."""
    if "encoder.counts_per_m" in rig.given:
        pulse_m, whose = 1.0 / rig.encoder.counts_per_m, "the rig's"
    else:
        pulse_m, whose = MANUAL_M, "those of Chronojump's manual device, assumed"
    place_m = np.cumsum(rows[:, 1]) * pulse_m
    if place_m[-1] < place_m[0]:  # the cord may be wound either way
        place_m = -place_m
    said = f"{1.0 / pulse_m:.1f} pulses a metre, {whose}."
    return np.column_stack([rows[:, 0], place_m]), said


def filled_in(edges: FloatArray) -> tuple[FloatArray, str]:
    """Time and place every 10 ms, and how they came about.

    A monotone cubic goes through all rows; from rest to the first, acceleration is constant, as the
    first two tell it.
    """
    from scipy.interpolate import PchipInterpolator

    time_s, place_m = edges.T
    step_m = float(np.median(np.abs(np.diff(place_m))))
    grid_s = np.arange(time_s[0], time_s[-1], GRID_S)
    place_at = PchipInterpolator(*_from_rest(time_s, place_m))
    return np.column_stack([grid_s, place_at(grid_s)]), (
        f"a row came every {step_m:.2f} m: between rows the path is a smooth curve, from rest to"
        " the first acceleration is constant; start and peak are rougher than stated."
    )


def _from_rest(time_s: FloatArray, place_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The rows, with how the cord came from rest to the first of them that moved."""
    gone_m = place_m - place_m[0]
    first = int(np.argmax(gone_m > 0.0))
    if not 0 < first < len(gone_m) - 1 or gone_m[first + 1] <= gone_m[first]:
        return time_s, place_m
    # Distance grows with the square of time: two distances and the time between tell the beginning.
    ratio = math.sqrt(gone_m[first + 1] / gone_m[first])
    took_s = float(time_s[first + 1] - time_s[first]) / (ratio - 1.0)
    took_s = min(took_s, 0.999 * float(time_s[first] - time_s[first - 1]))
    share = np.arange(0.0, 1.0, 0.1)
    return (
        np.concatenate([time_s[:first], time_s[first] - took_s * (1.0 - share), time_s[first:]]),
        np.concatenate([place_m[:first], place_m[0] + share**2 * gone_m[first], place_m[first:]]),
    )
