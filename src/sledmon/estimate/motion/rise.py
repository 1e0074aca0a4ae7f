"""Height of the belt through a run, from its vertical acceleration (METHODS.md 4)."""

from dataclasses import dataclass

import numpy as np

from sledmon.estimate.averages import running_integral
from sledmon.estimate.motion.turn import Turn
from sledmon.samples import FloatArray

_FINER = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class RiseParams:
    """How the belt's height is kept from drifting."""

    knot_s: float = 0.5
    """The error of vertical acceleration bends at most this often."""
    error_mps2: float = 0.5
    """Its size: 3 deg of tilt under 1 g of bounce, 2 % of scale, soft tissue that kicks upwards."""
    look_s: float = 0.05
    """Heights are looked at this often."""
    still_sigma_m: float = 0.002
    """Height of a belt at rest."""
    running_sigma_m: float = 0.02
    """Crouching lower and rising, over two steps; what is left of it is told in the errors."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rise:
    """Heights above the stance, integrated twice from rest and so drifting."""

    time_s: FloatArray
    """(k,)"""
    raw_m: FloatArray
    """(k,) of the IMU."""
    turn: Turn
    """At these times."""
    _drift: FloatArray
    """(k, j) heights that slowly changing errors of acceleration pretend."""
    _fit: FloatArray
    """(j, l) their sizes from every so many-th height."""

    def settled(self, heights_m: FloatArray) -> FloatArray:
        """(k,) or (k, p) heights without what only drift explains: people run near one height."""
        out: FloatArray = heights_m - self._drift @ (self._fit @ heights_m[::_FINER])
        return out


def rise_of(
    time_s: FloatArray, raw_m: FloatArray, turn: Turn, still_until_s: float, params: RiseParams
) -> Rise:
    """Prepare heights ``raw_m`` (k,), some ``look_s / 5`` apart, to be kept from drifting."""
    step = np.diff(time_s)
    knots = np.arange(time_s[0], time_s[-1] + params.knot_s, params.knot_s)
    hats = np.maximum(0.0, 1.0 - np.abs(time_s[:, None] - knots) / params.knot_s)
    drift = running_integral(running_integral(hats, step), step)
    still = time_s[::_FINER] < still_until_s
    sigma = np.where(still, params.still_sigma_m, params.running_sigma_m)
    # What is left is alike over a knot, so that heights closer together tell less.
    weight = params.look_s / params.knot_s / sigma**2
    looked = drift[::_FINER]
    information = (looked.T * weight) @ looked + np.eye(len(knots)) / params.error_mps2**2
    fit: FloatArray = np.linalg.solve(information, looked.T * weight).astype(np.float64)
    return Rise(time_s=time_s, raw_m=raw_m, turn=turn, _drift=drift, _fit=fit)


def spacing(time_s: FloatArray, params: RiseParams) -> slice:
    """Which of the belt's samples heights are kept at."""
    every = max(1, round(params.look_s / float(np.median(np.diff(time_s)))))
    return slice(None, None, max(1, every // _FINER))
