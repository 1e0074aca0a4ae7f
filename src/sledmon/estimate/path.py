"""A smoothed path of the belt: what every model gives and every value is read from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sledmon.estimate.banded import STATES, SolvedChain
from sledmon.samples import FloatArray

State = Literal["x", "v"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """Values at nodes, a quintic between them, and standard errors of any sum of them."""

    time_s: FloatArray
    """(n,) node times, increasing."""
    distance_m: FloatArray
    """(n,) along the run, zero anywhere."""
    velocity_mps: FloatArray
    acceleration_mps2: FloatArray
    _chain: SolvedChain
    _scale: FloatArray
    """(3,) what one unit of each chain state is in SI."""

    def at(self, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance and velocity at any times inside the path; NaN outside.

        Between nodes: the quintic that keeps position, velocity and acceleration at both ends,
        which is the most probable path of a white-jerk model.
        """
        t = np.asarray(time_s, np.float64)
        i = np.clip(np.searchsorted(self.time_s, t, side="right") - 1, 0, len(self.time_s) - 2)
        step = self.time_s[i + 1] - self.time_s[i]
        u = (t - self.time_s[i]) / step
        x0, v0, a0 = self.distance_m[i], self.velocity_mps[i], self.acceleration_mps2[i]
        x1, v1, a1 = self.distance_m[i + 1], self.velocity_mps[i + 1], self.acceleration_mps2[i + 1]
        c1, c2 = v0 * step, 0.5 * a0 * step * step
        rise = x1 - x0 - c1 - c2
        slope = v1 * step - c1 - 2 * c2
        bend = a1 * step * step - 2 * c2
        c3 = 10 * rise - 4 * slope + 0.5 * bend
        c4 = -15 * rise + 7 * slope - bend
        c5 = 6 * rise - 3 * slope + 0.5 * bend
        x = x0 + u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * c5))))
        v = (c1 + u * (2 * c2 + u * (3 * c3 + u * (4 * c4 + u * 5 * c5)))) / step
        outside = (t < self.time_s[0]) | (t > self.time_s[-1])
        return np.where(outside, np.nan, x), np.where(outside, np.nan, v)

    def sigma(self, sums: Sequence[Mapping[tuple[float, State], float]]) -> FloatArray:
        """Standard errors of sums of states, each ``{(time_s, "x" or "v"): weight}``.

        The state is taken at the nearest node. Errors of the rig are not in it.
        """
        weights = np.zeros((len(self.time_s), STATES, len(sums)))
        for j, terms in enumerate(sums):
            for (time_s, state), weight in terms.items():
                node = int(np.argmin(np.abs(self.time_s - time_s)))
                k = "xv".index(state)
                weights[node, k, j] += weight * self._scale[k]
        return np.sqrt(self._chain.variance(weights))
