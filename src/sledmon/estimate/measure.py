"""One rep's values from its samples: a pure function of what had arrived when the rep ended."""

import math
from dataclasses import dataclass, field

import numpy as np

from sledmon.estimate.geometry import (
    bounce_coupling,
    distance_from_payout,
    distance_sensitivity,
    rig_errors,
)
from sledmon.estimate.path import Path, State
from sledmon.estimate.smooth import SmoothParams, smooth_positions
from sledmon.estimate.steps import step_period
from sledmon.results import NAN, UNKNOWN, Estimates, Measured, Split, WindowVelocity
from sledmon.rig import Rig
from sledmon.samples import FloatArray
from sledmon.units import METRES_PER_YARD

GATE_SPACING_M = 5 * METRES_PER_YARD


@dataclass(frozen=True, kw_only=True, slots=True)
class RepParams:
    """The definitions of contract.md as numbers."""

    start_threshold_mps: float = 0.10
    """First movement: velocity rises through this for the last time before the run."""
    run_velocity_mps: float = 1.5
    """A rep is a run that reaches this velocity, averaged over about a step."""
    run_distance_m: float = 2.0
    """... and goes at least this far."""
    still_s: float = 0.5
    """Zero of distance is the mean position over this much stillness before the rep."""
    still_velocity_mps: float = 0.10
    """Velocity that quiet standing stays below."""
    bridge_s: float = 0.5
    """A longer gap in the tether's samples leaves values unknown; a shorter one is bridged."""
    short_gap_s: float = 0.1
    """Gaps below this do not lower trust."""
    usual_step_period_s: float = 0.24
    """Assumed where no step rhythm is seen: 4.2 Hz, science.md 6.3."""
    bounce_sigma_m: float = 0.025
    """RMS of the belt's bounce, 25-50 mm half peak to peak in science.md 6.3: what of it lies along
    the cord is taken for distance."""
    smooth: SmoothParams = field(default_factory=SmoothParams)

    @property
    def start_rule(self) -> str:
        """How the start was found, as stored with every result."""
        return f"first-movement {self.start_threshold_mps:.2f} m/s"


@dataclass(frozen=True, kw_only=True, slots=True)
class TetherSpan:
    """Tether samples around one run, late ones put in their place."""

    time_s: FloatArray
    payout_m: FloatArray
    resolution_m: float
    silent_after: bool = False
    """The run goes on where the samples end: the sensor fell silent."""


def measure_rep(
    span: TetherSpan, rig: Rig, distance_m: float, run_from_s: float, params: RepParams
) -> Estimates | None:
    """Measure one run, or None where it is not a rep after all.

    Parameters
    ----------
    span : TetherSpan
        From some seconds before the run to the last sample known when the rep ended.
    rig : Rig
        For geometry and known errors.
    distance_m : float
        Programmed distance D.
    run_from_s : float
        A moment inside the run at which the cord was certainly paying out.
    params : RepParams
        Definitions.

    Returns
    -------
    Estimates or None
        Velocities are positive away from the reel; times are session time. Standard errors hold the
        tether's noise, the start rule's noise, scale and geometry; not the athlete's variation.
    """
    if len(span.time_s) < 3:
        return None
    sigma_m = math.hypot(span.resolution_m / math.sqrt(12.0), params.smooth.sigma_m)
    # Geometry needs a zero before there is a path: the median of what came before the run does.
    before = span.payout_m[span.time_s < run_from_s - 0.5]
    rough_zero_m = float(np.median(before[-50:])) if len(before) else float(span.payout_m[0])
    distance = distance_from_payout(span.payout_m - rough_zero_m, rig)
    if not np.all(np.isfinite(distance)):
        return None
    path = smooth_positions(span.time_s, distance, sigma_m, params.smooth)
    run_s = _fastest(path, run_from_s, params)
    if math.isnan(run_s):
        return None
    start_s, start_known = _first_movement(path, run_s, params)
    zero_m, was_still = _zero(path, start_s, params)
    notes: list[str] = []
    if not was_still:
        notes.append("no stillness before the rep: distance counts from first movement")
    if not start_known:
        notes.append("already moving where the data begin: start unknown")
    if not rig.has_geometry:
        notes.append("reel position not given: cord length is taken for distance")

    gaps = _gaps(span.time_s, params.short_gap_s)
    gates_m = gate_distances(distance_m)
    crossings = [_crossing(path, zero_m + gate, start_s) for gate in gates_m]
    crossings = [NAN if _inside(t, gaps, params.bridge_s) else t for t in crossings]
    end_s = crossings[-1]
    complete = not math.isnan(end_s)
    silent = span.silent_after and not complete
    farthest_m = float(np.max(path.distance_m[path.time_s >= start_s])) - zero_m
    if farthest_m < params.run_distance_m:
        return None
    if not start_known or _inside(start_s, gaps, params.bridge_s):
        start_s = NAN

    errors = _Errors(path, rig, zero_m, params.bounce_sigma_m)
    splits = tuple(
        Split(distance_m=gate, time_s=_split(start_s, crossing, errors))
        for gate, crossing in zip(gates_m, crossings, strict=True)
    )
    total = splits[-1].time_s
    mean = Measured(distance_m / total.value, distance_m * total.sigma / total.value**2)
    window = _window(path, zero_m, distance_m, start_s, gaps, params, errors)
    last_s = end_s if complete else float(path.time_s[-1])
    first_s = run_s if math.isnan(start_s) else start_s
    inside = [gap for gap in gaps if gap[1] > first_s and gap[0] < last_s]
    hidden = silent or any(b - a > params.bridge_s for a, b in inside)
    peak, period_known = UNKNOWN, True
    if not hidden:
        peak, period_known = _peak(path, first_s, last_s, params, errors)
    if not period_known:
        notes.append(f"no step rhythm seen: peak averaged over {params.usual_step_period_s:g} s")
    if silent:
        notes.append(f"the tether fell silent at {farthest_m:.2f} m")
    elif not complete and not hidden:
        notes.append(f"stopped short at {farthest_m:.2f} m")
    widest_s = max((b - a for a, b in inside), default=0.0)
    if widest_s:
        notes.append(f"tether silent for {widest_s:.2f} s within the rep")
    notes.append("encoder only")
    return Estimates(
        start_s=start_s if not math.isnan(start_s) else float(run_s),
        end_s=end_s,
        complete=complete,
        splits=splits,
        mean_velocity_mps=mean if total.known else UNKNOWN,
        window=window,
        peak_velocity_mps=peak,
        trust="fair" if total.known and not hidden else "poor",
        notes=tuple(notes),
    )


def gate_distances(distance_m: float) -> list[float]:
    """Every 5 yd up to D, and D.

    >>> [round(gate / METRES_PER_YARD, 6) for gate in gate_distances(12 * METRES_PER_YARD)]
    [5.0, 10.0, 12.0]
    """
    whole = int((distance_m + 1e-6) / GATE_SPACING_M)
    gates = [GATE_SPACING_M * k for k in range(1, whole + 1)]
    if not gates or distance_m - gates[-1] > 1e-6:
        gates.append(distance_m)
    else:
        gates[-1] = distance_m
    return gates


def window_start(distance_m: float) -> float:
    """Where the window of the window velocity begins: max(D/2, D - 5 yd)."""
    return max(distance_m / 2, distance_m - GATE_SPACING_M)


@dataclass(frozen=True, slots=True)
class _Errors:
    """Standard errors of what is read off one path."""

    path: Path
    rig: Rig
    zero_m: float
    bounce_sigma_m: float

    def of_times(self, times_s: list[tuple[float, float]]) -> float:
        """Standard error of a sum of weighted crossing times, in seconds."""
        velocity = self.path.at(np.array([t for t, _ in times_s]))[1]
        distance = self.path.at(np.array([t for t, _ in times_s]))[0] - self.zero_m
        weights: dict[tuple[float, State], float] = {
            (t, "x"): -w / v for (t, w), v in zip(times_s, velocity, strict=True) if v > 0.2
        }
        noise = float(self.path.sigma([weights])[0]) if weights else 0.0
        bounce = sum(
            (w / v * self.bounce_sigma_m * bounce_coupling(float(x), self.rig)) ** 2
            for (_, w), v, x in zip(times_s, velocity, distance, strict=True)
            if v > 0.2
        )
        known = sum(
            (
                -w / v * distance_sensitivity(float(x), self.rig)
                for (_, w), v, x in zip(times_s, velocity, distance, strict=True)
                if v > 0.2
            ),
            np.zeros(4),
        )
        return math.sqrt(noise**2 + bounce + float(np.sum((known * rig_errors(self.rig)) ** 2)))

    def of_start(self, start_s: float) -> float:
        """Standard error of the moment of first movement, in seconds."""
        sigma = float(self.path.sigma([{(start_s, "v"): 1.0}])[0])
        after = self.path.at(np.array([start_s, start_s + 0.05]))[1]
        acceleration = max(float(after[1] - after[0]) / 0.05, 0.2)
        return sigma / acceleration


def _split(start_s: float, crossing_s: float, errors: _Errors) -> Measured:
    if math.isnan(start_s) or math.isnan(crossing_s):
        return UNKNOWN
    sigma = math.hypot(errors.of_start(start_s), errors.of_times([(crossing_s, 1.0)]))
    return Measured(crossing_s - start_s, sigma)


def _window(
    path: Path,
    zero_m: float,
    distance_m: float,
    start_s: float,
    gaps: list[tuple[float, float]],
    params: RepParams,
    errors: _Errors,
) -> WindowVelocity:
    from_m = window_start(distance_m)
    after_s = start_s if not math.isnan(start_s) else float(path.time_s[0])
    begin_s = _crossing(path, zero_m + from_m, after_s)
    end_s = _crossing(path, zero_m + distance_m, after_s)
    hidden = _inside(begin_s, gaps, params.bridge_s) or _inside(end_s, gaps, params.bridge_s)
    if hidden or math.isnan(begin_s) or math.isnan(end_s):
        return WindowVelocity(from_m=from_m, to_m=distance_m)
    took_s = end_s - begin_s
    velocity = (distance_m - from_m) / took_s
    sigma = velocity / took_s * errors.of_times([(end_s, 1.0), (begin_s, -1.0)])
    return WindowVelocity(from_m=from_m, to_m=distance_m, velocity_mps=Measured(velocity, sigma))


def _peak(
    path: Path,
    from_s: float,
    to_s: float,
    params: RepParams,
    errors: _Errors,
) -> tuple[Measured, bool]:
    """Highest moving average over one step period, and whether that period was seen."""
    period = step_period(path, max(from_s, to_s - 1.5), to_s)
    period_s = period.value if period.known else params.usual_step_period_s
    value, centre_s = _highest_average(path, from_s, to_s, period_s)
    if math.isnan(value):
        return UNKNOWN, period.known
    half = period_s / 2
    noise = float(
        path.sigma([{(centre_s + half, "x"): 1 / period_s, (centre_s - half, "x"): -1 / period_s}])[
            0
        ]
    )
    # A wrong period lets some of the swing within a step through.
    period_sigma_s = period.sigma if period.known else 0.15 * period_s
    shorter, _ = _highest_average(path, from_s, to_s, period_s - period_sigma_s)
    longer, _ = _highest_average(path, from_s, to_s, period_s + period_sigma_s)
    rhythm = float(np.nanmax(np.abs(np.array([shorter, longer]) - value)))
    distance = float(path.at(np.array([centre_s]))[0][0]) - errors.zero_m
    known = (
        distance_sensitivity(distance + value * half, errors.rig)
        - distance_sensitivity(distance - value * half, errors.rig)
    ) / period_s
    rig = float(np.linalg.norm(known * rig_errors(errors.rig)))
    return Measured(value, math.sqrt(noise**2 + rhythm**2 + rig**2)), period.known


def _highest_average(
    path: Path, from_s: float, to_s: float, period_s: float
) -> tuple[float, float]:
    """Highest moving average over ``period_s`` centred in [from, to], and its centre."""
    centre = np.arange(from_s, to_s, 0.0025)
    ahead, _ = path.at(centre + period_s / 2)
    behind, _ = path.at(centre - period_s / 2)
    average = (ahead - behind) / period_s
    if not np.any(np.isfinite(average)):
        return NAN, NAN
    best = int(np.nanargmax(average))
    return float(average[best]), float(centre[best])


def _fastest(path: Path, run_from_s: float, params: RepParams) -> float:
    """When the average over about a step is highest; NaN if it never reaches the run velocity."""
    value, centre_s = _highest_average(
        path, run_from_s - 0.1, float(path.time_s[-1]), params.usual_step_period_s
    )
    return centre_s if value >= params.run_velocity_mps else NAN


def _first_movement(path: Path, run_s: float, params: RepParams) -> tuple[float, bool]:
    """Last upward crossing of the start threshold before the run; False if there is none."""
    until = int(np.searchsorted(path.time_s, run_s))
    slow = np.flatnonzero(path.velocity_mps[:until] < params.start_threshold_mps)
    if not len(slow):
        return float(path.time_s[0]), False
    i = int(slow[-1])
    return _refine(path, path.time_s[i], path.time_s[i + 1], params.start_threshold_mps, 1), True


def _zero(path: Path, start_s: float, params: RepParams) -> tuple[float, bool]:
    """Mean position over the last stillness before the rep, else the position at the start."""
    moving = path.time_s[
        (path.time_s < start_s) & (np.abs(path.velocity_mps) > params.still_velocity_mps)
    ]
    # The last stretch without movement that is long enough.
    edges = np.concatenate([[path.time_s[0]], moving, [start_s]])
    long_enough = np.flatnonzero(np.diff(edges) >= params.still_s)
    if not len(long_enough):
        return float(path.at(np.array([start_s]))[0][0]), False
    end_s = edges[long_enough[-1] + 1]
    here = (path.time_s >= end_s - params.still_s) & (path.time_s <= end_s)
    return float(np.mean(path.distance_m[here])), True


def _crossing(path: Path, distance_m: float, after_s: float) -> float:
    """When the belt first passes a distance after ``after_s``; NaN if it never does."""
    first = int(np.searchsorted(path.time_s, after_s))
    beyond = np.flatnonzero(path.distance_m[first:] >= distance_m)
    if not len(beyond):
        return NAN
    i = first + int(beyond[0])
    if i == 0:
        return NAN
    return _refine(path, path.time_s[i - 1], path.time_s[i], distance_m, 0)


def _refine(path: Path, low_s: float, high_s: float, level: float, which: int) -> float:
    """Where distance (0) or velocity (1) rises through a level inside one step, by bisection."""
    for _ in range(24):
        middle_s = 0.5 * (low_s + high_s)
        if float(path.at(np.array([middle_s]))[which][0]) < level:
            low_s = middle_s
        else:
            high_s = middle_s
    return float(0.5 * (low_s + high_s))


def _gaps(time_s: FloatArray, least_s: float) -> list[tuple[float, float]]:
    step = np.diff(time_s)
    long = np.flatnonzero((step > least_s) & (step > 1.5 * np.median(step)))
    return [(float(time_s[i]), float(time_s[i + 1])) for i in long]


def _inside(time_s: float, gaps: list[tuple[float, float]], longer_than_s: float) -> bool:
    return any(a < time_s < b and b - a > longer_than_s for a, b in gaps)
