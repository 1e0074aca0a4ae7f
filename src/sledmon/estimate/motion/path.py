"""A smoothed path of the belt: what every model gives and every value is read from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sledmon.estimate.motion.banded import STATES, SolvedChain
from sledmon.results import NAN
from sledmon.samples import FloatArray

State = Literal["x", "v"]
Terms = Mapping[tuple[float, State], float]
"""A sum of states: ``{(time_s, "x" or "v"): weight}``."""

_HALVINGS = 26


@dataclass(frozen=True, kw_only=True, slots=True)
class Follows:
    """A point of the body that moves against that of the chain as the body turns."""

    swing: FloatArray
    """(n, 3) what a metre towards front, left and up adds to distance at each node."""
    rate: FloatArray
    """(n, 3) ... and to velocity."""
    lever: slice
    """The chain's common unknowns that say where it is; their errors count."""
    place_sigma_m: FloatArray
    """(3,) standard errors of its place that the chain cannot know."""


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
    _follows: Follows | None = None
    """None: the chain's own point."""

    def at(self, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance and velocity at any times inside the path; NaN outside.

        Between nodes: the quintic that keeps position, velocity and acceleration at both ends,
        which is the most probable path of a white-jerk model.
        """
        t = np.asarray(time_s, np.float64)
        i = np.clip(np.searchsorted(self.time_s, t, side="right") - 1, 0, len(self.time_s) - 2)
        step = self.time_s[i + 1] - self.time_s[i]
        u = (t - self.time_s[i]) / step
        c = self._quintic(i)
        x = c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * (c[4] + u * c[5]))))
        v = (c[1] + u * (2 * c[2] + u * (3 * c[3] + u * (4 * c[4] + u * 5 * c[5])))) / step
        outside = (t < self.time_s[0]) | (t > self.time_s[-1])
        return np.where(outside, np.nan, x), np.where(outside, np.nan, v)

    def at_moment(self, time_s: float) -> tuple[float, float]:
        """Distance and velocity at one time."""
        x, v = self.at(np.array([time_s]))
        return float(x[0]), float(v[0])

    def passing(self, distance_m: float, after_s: float) -> float:
        """When the belt first passes a distance after ``after_s``; NaN if it never does."""
        first = int(np.searchsorted(self.time_s, after_s))
        beyond = self.distance_m[first:] >= distance_m
        i = first + int(np.argmax(beyond))
        if i == 0 or not beyond.any():
            return NAN
        return self._rise(i - 1, distance_m, "x")

    def last_rise(self, velocity_mps: float, before_s: float) -> float:
        """When velocity last rises through a value before a time; NaN if it never was below."""
        until = np.searchsorted(self.time_s, before_s)
        slow = np.flatnonzero(self.velocity_mps[:until] < velocity_mps)
        if not len(slow) or slow[-1] + 1 >= len(self.time_s):
            return NAN
        return self._rise(int(slow[-1]), velocity_mps, "v")

    def sigma(self, sums: Sequence[Terms]) -> FloatArray:
        """Standard errors of sums of states; errors of the rig are not in them.

        A state is taken at the nearest node.
        """
        weights = np.zeros((len(self.time_s), STATES, len(sums)))
        turned = np.zeros((STATES, len(sums)))
        for j, terms in enumerate(sums):
            at_s = np.array([time_s for time_s, _ in terms])
            node = np.clip(np.searchsorted(self.time_s, at_s), 1, len(self.time_s) - 1)
            node -= at_s - self.time_s[node - 1] < self.time_s[node] - at_s
            for i, ((_, state), weight) in zip(node, terms.items(), strict=True):
                k = "xv".index(state)
                weights[i, k, j] += weight * self._scale[k]
                if self._follows:
                    swing = self._follows.swing if state == "x" else self._follows.rate
                    turned[:, j] += weight * swing[i]
        if self._follows is None:
            own: FloatArray = np.sqrt(self._chain.variance(weights))
            return own
        common = np.zeros((len(self._chain.common), len(sums)))
        common[self._follows.lever] = turned
        unknown = self._follows.place_sigma_m[:, None] * turned
        variance = self._chain.variance(weights, common) + np.sum(unknown**2, axis=0)
        both: FloatArray = np.sqrt(variance)
        return both

    def _quintic(self, i: "np.ndarray | int") -> tuple[FloatArray, ...]:
        """Coefficients of distance over step ``i`` in powers of its share."""
        step = self.time_s[i + 1] - self.time_s[i]
        x0, v0, a0 = self.distance_m[i], self.velocity_mps[i], self.acceleration_mps2[i]
        x1, v1, a1 = self.distance_m[i + 1], self.velocity_mps[i + 1], self.acceleration_mps2[i + 1]
        c1, c2 = v0 * step, 0.5 * a0 * step * step
        rise = x1 - x0 - c1 - c2
        slope = v1 * step - c1 - 2 * c2
        bend = a1 * step * step - 2 * c2
        c3 = 10 * rise - 4 * slope + 0.5 * bend
        c4 = -15 * rise + 7 * slope - bend
        c5 = 6 * rise - 3 * slope + 0.5 * bend
        return x0, c1, c2, c3, c4, c5

    def _rise(self, i: int, level: float, state: State) -> float:
        """Where distance or velocity rises through a level inside step ``i``, by halving it."""
        step = float(self.time_s[i + 1] - self.time_s[i])
        c0, c1, c2, c3, c4, c5 = (float(c) for c in self._quintic(i))
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            u = 0.5 * (low + high)
            if state == "x":
                value = c0 + u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * c5))))
            else:
                value = (c1 + u * (2 * c2 + u * (3 * c3 + u * (4 * c4 + u * 5 * c5)))) / step
            low, high = (u, high) if value < level else (low, u)
        return float(self.time_s[i]) + 0.5 * (low + high) * step
