"""Standard errors of what is read off a path: the path's own, and the rig's known errors."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from sledmon.estimate.geometry import bounce_coupling, distance_sensitivity, rig_errors
from sledmon.estimate.path import Path, State
from sledmon.rig import Rig
from sledmon.samples import FloatArray


@dataclass(slots=True)
class Gradient:
    """How a value changes with states of the path and with the rig's four errors."""

    states: dict[tuple[float, State], float] = field(default_factory=dict)
    rig: FloatArray = field(default_factory=lambda: np.zeros(4))
    rise: float = 0.0
    """... and with the belt's height over the run, a metre of it."""
    other: float = 0.0
    """Standard error from elsewhere, in the value's unit."""

    def add(self, time_s: float, state: State, weight: float) -> None:
        """Add a term."""
        key = (time_s, state)
        self.states[key] = self.states.get(key, 0.0) + weight


@dataclass(frozen=True, slots=True)
class Zero:
    """Where distance counts from: the mean over these nodes."""

    distance_m: float
    times_s: FloatArray
    was_still: bool

    def add_to(self, gradient: Gradient, weight: float) -> None:
        """A value's dependence on the zero."""
        for time_s in self.times_s:
            gradient.add(float(time_s), "x", weight / len(self.times_s))


def of_passing(path: Path, rig: Rig, zero: Zero, time_s: float, distance_m: float) -> Gradient:
    """Gradient of the moment at which the belt passes a distance from zero, in seconds."""
    velocity = path.at_moment(time_s)[1]
    out = Gradient()
    out.add(time_s, "x", -1.0 / velocity)
    zero.add_to(out, 1.0 / velocity)
    out.rig = -distance_sensitivity(distance_m, rig) / velocity
    out.rise = -float(bounce_coupling(np.array([distance_m]), rig)[0]) / velocity
    return out


def of_start(
    path: Path, rig: Rig, start_s: float, least_mps2: float, rise_rate_mps: float, turn_mps: float
) -> Gradient:
    """Gradient of the moment at which velocity rises through the start threshold, in seconds.

    ``rise_rate_mps`` is how well the belt's rise or dip at the first push is known: what of it
    lies along the cord looks like velocity. ``turn_mps`` is how fast the belt may move against the
    pelvis's middle because the pelvis turns.
    """
    acceleration = (path.at_moment(start_s + 0.04)[1] - path.at_moment(start_s)[1]) / 0.04
    acceleration = max(acceleration, least_mps2)
    out = Gradient()
    out.add(start_s, "v", -1.0 / acceleration)
    coupling = abs(float(bounce_coupling(np.zeros(1), rig)[0]))
    out.other = math.hypot(coupling * rise_rate_mps, turn_mps) / acceleration
    return out


def combined(parts: Iterable[tuple[float, Gradient]]) -> Gradient:
    """Gradient of a weighted sum."""
    out = Gradient()
    for weight, part in parts:
        for (time_s, state), value in part.states.items():
            out.add(time_s, state, weight * value)
        out.rig = out.rig + weight * part.rig
        out.rise += weight * part.rise
        out.other = float(np.hypot(out.other, weight * part.other))
    return out


def sigmas(path: Path, rig: Rig, rise_sigma_m: float, gradients: Iterable[Gradient]) -> list[float]:
    """Standard errors of several values, in the order asked.

    ``rise_sigma_m`` is how well the belt's height over the run is known.
    """
    asked = list(gradients)
    if not asked:
        return []
    own = path.sigma([gradient.states for gradient in asked])
    known = [float(np.linalg.norm(gradient.rig * rig_errors(rig))) for gradient in asked]
    return [
        math.hypot(noise, rig_sigma, gradient.rise * rise_sigma_m, gradient.other)
        for noise, rig_sigma, gradient in zip(own, known, asked, strict=True)
    ]
