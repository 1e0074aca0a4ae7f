"""Standard errors of what is read off a path: the path's own, the rig's and the belt's."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from sledmon.estimate.geometry import bounce_coupling, distance_sensitivity, rig_errors
from sledmon.estimate.motion.path import Path, State, Terms
from sledmon.rig import Rig
from sledmon.samples import FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class SeatParams:
    """How the belt sits on the body."""

    landing_m: float = 0.0007
    """What a landing shifts it, 1 SD: it slips by 1 to 3 deg over a set (SOURCES 6.1), which is
    2 to 6 mm of its girth in some fifty landings."""
    usual_step_s: float = 0.24
    """A landing comes so often; SOURCES 6.3."""
    give_m: float = 0.003
    """How far the strap or the push draws it off the place where it stood, 1 SD; judged."""


def common_errors(rig: Rig, rise_sigma_m: float, seat: SeatParams) -> FloatArray:
    """(6,) standard errors that all gates of a rep share: the rig's four, height, belt's give."""
    return np.concatenate([rig_errors(rig), [rise_sigma_m, seat.give_m]])


@dataclass(slots=True)
class Gradient:
    """How a value changes with states of the path and with what all gates share."""

    states: dict[tuple[float, State], float] = field(default_factory=dict)
    common: FloatArray = field(default_factory=lambda: np.zeros(6))
    """In the order of ``common_errors``."""
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
    rise = float(bounce_coupling(np.array([distance_m]), rig)[0])
    out.common = -np.append(distance_sensitivity(distance_m, rig), [rise, 1.0]) / velocity
    return out


def of_start(
    path: Path, rig: Rig, start_s: float, least_mps2: float, rise_rate_mps: float, turn_mps: float
) -> Gradient:
    """Gradient of the moment at which velocity rises through the start threshold, in seconds.

    ``rise_rate_mps`` is how well the belt's rise or dip at the first push is known: what of it
    lies along the cord looks like velocity. ``turn_mps`` is how fast the belt may move against the
    pelvis's middle because the pelvis turns.
    """
    before, after = path.at(np.array([start_s - 0.02, start_s + 0.02]))[1]
    acceleration = (after - before) / 0.04
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
        out.common = out.common + weight * part.common
        out.other = float(np.hypot(out.other, weight * part.other))
    return out


def sigmas(
    path: Path,
    common: FloatArray,
    start_s: float,
    seat: SeatParams,
    gradients: Iterable[Gradient],
) -> list[float]:
    """Standard errors of several values, in the order asked.

    ``common`` (6,) are those of ``common_errors``; the belt creeps from ``start_s`` on.
    """
    asked = list(gradients)
    if not asked:
        return []
    own = path.sigma([gradient.states for gradient in asked])
    creep = seat.landing_m / math.sqrt(seat.usual_step_s)
    return [
        math.hypot(
            noise,
            float(np.linalg.norm(gradient.common * common)),
            creep * _walked(gradient.states, start_s),
            gradient.other,
        )
        for noise, gradient in zip(own, asked, strict=True)
    ]


def _walked(states: Terms, start_s: float) -> float:
    """Standard error of a sum of places while each walks at random with unit density."""
    places = sorted((t, weight) for (t, state), weight in states.items() if state == "x")
    times = np.array([start_s, *(max(t, start_s) for t, _ in places)])
    later = np.cumsum([weight for _, weight in places][::-1])[::-1]
    return math.sqrt(float(np.sum(later**2 * np.diff(times))))
