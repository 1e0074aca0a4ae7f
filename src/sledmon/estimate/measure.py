"""One rep's values from its samples: a pure function of what had arrived when the rep ended."""

import math
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np

from sledmon.estimate.geometry import bounce_coupling, distance_sensitivity, wander_error
from sledmon.estimate.moments import moments_of
from sledmon.estimate.motion import (
    BeltSpan,
    Motion,
    MotionParams,
    TetherSpan,
    estimate_motion,
)
from sledmon.estimate.motion.path import Path
from sledmon.estimate.posture import pelvis_lean
from sledmon.estimate.steps import (
    Contacts,
    StepParams,
    find_contacts,
    local_period,
    step_frequency,
    step_period,
)
from sledmon.estimate.uncertainty import (
    Gradient,
    SeatParams,
    Zero,
    combined,
    common_errors,
    of_passing,
    of_start,
    sigmas,
)
from sledmon.results import (
    NAN,
    UNKNOWN,
    CurvePoint,
    Estimates,
    Lean,
    Measured,
    Moments,
    Split,
    Steps,
    WindowVelocity,
)
from sledmon.rig import Rig
from sledmon.samples import FloatArray
from sledmon.units import METRES_PER_YARD, STANDARD_GRAVITY_MPS2

GATE_SPACING_M = 5 * METRES_PER_YARD
CURVE_POINTS = 10
"""Places at which the velocity curve is told, D / 10 apart."""
_UNSEEN_PERIOD_SIGMA = 0.15
_NODE_S = 0.005
_STAND_POINTS = 5

_Asked = str | float | tuple[str, float]
"""What errors are asked for: a gate's distance, the window, the peak, a place of the curve."""


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
    least_start_mps2: float = 0.2
    """A start slower than this is as uncertain as one of this acceleration."""
    rise_rate_mps: float = 0.006
    """How well the belt's rise or dip at the first push is known: 1 mm in its first sixth of a
    second."""
    unseen_turn_mps: float = 0.015
    """Without the belt's IMU: how fast the clip moves against the pelvis's middle as the push
    begins, 1 SD: 0.11 m in front, leaning by 15 deg and tipping at 0.3 rad/s."""
    unseen_lean_m: float = 0.007
    """... how far it has moved by then on until the gates: tipped by 12 deg."""
    unseen_swing_m: float = 0.003
    """... and how far it swings within steps: 2 cm aside, turning by 5 deg to either side."""
    wander_sigma_m: float = 0.10
    """How far beside the line people run, 1 SD; judged."""
    bridge_s: float = 0.5
    """A longer gap in the tether's samples leaves values unknown; a shorter one is bridged."""
    short_gap_s: float = 0.1
    """Gaps below this do not lower trust."""
    usual_step_period_s: float = 0.24
    """Assumed where no step rhythm is seen: 4.2 Hz, SOURCES 6.3."""
    period_sigma: float = 0.026
    """How far off a local step period read from contacts may be, as a ratio: two contacts that are
    each known to 4.4 ms (``StepParams``), 0.24 s apart."""
    bounce_sigma_m: float = 0.025
    """RMS of the belt's bounce, 25-50 mm half peak to peak in SOURCES 6.3: without the belt's
    IMU, what of it lies along the cord is taken for distance."""
    unseen_step_mps: float = 0.030
    """What velocity at one moment strays within steps beyond the path's own error, 1 SD, and ..."""
    tether_step_mps: float = 0.055
    """... without the belt's IMU; both from simulated sessions. Averages over a step hold none."""
    arrival_stretch: float = 0.003
    """By which ratio times that rest on arrivals may be stretched within a rep, 1 SD. Simulated
    splits scatter by 2.6 ms where no notification is lost, by 5.5 where one in 200 is."""
    moments_s: float = 0.0
    """Moments of a rep's path are kept so far apart, for export and figures; 0: none."""
    seat: SeatParams = field(default_factory=SeatParams)
    steps: StepParams = field(default_factory=StepParams)
    motion: MotionParams = field(default_factory=MotionParams)

    @property
    def start_rule(self) -> str:
        """How the start was found, as stored with every result."""
        return f"first-movement {self.start_threshold_mps:.2f} m/s"


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """One rep's values, and what it taught about the sensors' clocks."""

    estimates: Estimates
    offset_s: Measured
    """Add to tether times to get belt times; unknown where the rep was not fused."""
    motion: Motion
    """What all of it was read from."""
    zero_m: float
    """Zero of distance on the motion's path; where the rep starts if there is none."""


def measure_rep(
    tether: TetherSpan,
    belt: BeltSpan | None,
    rig: Rig,
    distance_m: float,
    run_from_s: float,
    offset: Measured,
    params: RepParams,
    edges_s: tuple[float, float] | None = None,
) -> Measurement | None:
    """Measure one run, or None where it is not a rep after all.

    Parameters
    ----------
    tether, belt : TetherSpan, BeltSpan or None
        From some seconds before the run to the last samples known when the rep ended.
    rig : Rig
        For geometry and known errors.
    distance_m : float
        Programmed distance D.
    run_from_s : float
        A moment inside the run at which the cord was certainly paying out.
    offset : Measured
        What completed reps say must be added to tether times to get belt times.
    params : RepParams
        Definitions.
    edges_s : tuple of float, optional
        Start and end that the coach set: the rep starts there whatever the definition finds, and
        nothing behind its end counts.

    Returns
    -------
    Measurement or None
        Velocities are positive away from the reel; times are session time. Standard errors hold the
        noise of both sensors, synchrony, the start rule's noise, scale and geometry; not the
        athlete's variation.
    """
    motion = estimate_motion(tether, belt, rig, run_from_s, offset, params.motion)
    if motion is None:
        return None
    run_s = _fastest(motion.path, run_from_s, params)
    if math.isnan(run_s):
        return None
    arrival_timed = belt is not None and belt.arrival_timed
    reading = _Reading(
        motion, tether, rig, distance_m, run_s, params, edges_s, belt_arrival_timed=arrival_timed
    )
    if reading.farthest_m < params.run_distance_m:
        return None
    estimates = reading.estimates(_contacts(motion, belt, params.steps))
    return Measurement(
        estimates=estimates,
        offset_s=motion.fused.offset_s if motion.fused and reading.complete else UNKNOWN,
        motion=motion,
        zero_m=reading.base_m,
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


class _Reading:
    """Everything that is read off one run's path by the definitions."""

    def __init__(
        self,
        motion: Motion,
        tether: TetherSpan,
        rig: Rig,
        distance_m: float,
        run_s: float,
        params: RepParams,
        edges_s: tuple[float, float] | None,
        *,
        belt_arrival_timed: bool = False,
    ) -> None:
        self.motion, self.rig, self.params = motion, rig, params
        self.belt_arrival_timed = belt_arrival_timed
        self.edges_s = edges_s
        self.distance_m = distance_m
        path = self.path = motion.path
        self.run_s = run_s
        # A belt that was seen before the tether began has a gap of the tether there.
        seen_s = np.concatenate([path.time_s[:1], tether.time_s, path.time_s[-1:]])
        self.tether_gaps = _gaps(np.unique(seen_s), params.short_gap_s)
        start_s = path.last_rise(params.start_threshold_mps, run_s)
        if edges_s:
            start_s = max(edges_s[0], float(path.time_s[0]))
        lost = _gap_at(start_s, self.tether_gaps, params.bridge_s)
        self.start_known = not math.isnan(start_s) and lost is None
        if math.isnan(start_s):
            start_s = float(path.time_s[0])
        self.start_s = start_s if lost is None else 0.5 * (lost[0] + lost[1])
        self.zero = self._zero(start_s)

        self.gates_m = gate_distances(distance_m)
        self.from_m = window_start(distance_m)
        self.passed_s = {m: self._passed(m) for m in {*self.gates_m, self.from_m}}
        self.end_s = self.passed_s[self.gates_m[-1]]
        self.complete = not math.isnan(self.end_s)
        until_s = float(path.time_s[-1]) if edges_s is None else edges_s[1]
        self.last_s = self.end_s if self.complete else min(until_s, float(path.time_s[-1]))
        here = path.time_s >= self.start_s
        if edges_s:
            here &= path.time_s <= max(edges_s[1], self.start_s + 0.05)
        self.base_m = self.zero.distance_m if self.zero else float(path.distance_m[here][0])
        self.farthest_m = float(np.max(path.distance_m[here])) - self.base_m
        self.silent = tether.silent_after and not self.complete
        self.inside = self._within_rep(self.tether_gaps)
        belt_s = motion.belt.time_s if motion.belt else np.empty(0)
        self.belt_inside = self._within_rep(_gaps(belt_s, params.short_gap_s))
        self.hidden = self.silent or any(b - a > params.bridge_s for a, b in self.inside)

    def estimates(self, contacts: Contacts | None) -> Estimates:
        """Values, errors, trust and notes."""
        zero = self.zero
        gates = {
            m: self._of_passing(zero, m)
            for m, at_s in self.passed_s.items()
            if zero is not None and not math.isnan(at_s)
        }
        start = self._of_start()
        asked: dict[_Asked, Gradient] = {}
        if self.start_known:
            for gate in self.gates_m:
                if gate in gates:
                    asked[gate] = combined([(1.0, gates[gate]), (-1.0, start)])
        end_m = self.gates_m[-1]
        if end_m in gates and self.from_m in gates:
            asked["window"] = combined([(1.0, gates[end_m]), (-1.0, gates[self.from_m])])
        peak, peak_gradient, period_seen = self._peak(contacts)
        if not math.isnan(peak):
            asked["peak"] = peak_gradient
        curve = self._curve(contacts)
        asked |= {("curve", place_m): gradient for place_m, (_, gradient) in curve.items()}
        if self.belt_arrival_timed and self.motion.fused is not None:
            # What a stretch of times acts on: a velocity, or else a span of time.
            sizes: dict[_Asked, float] = {"peak": peak}
            sizes |= {("curve", m): value for m, (value, _) in curve.items()}
            for name, gradient in asked.items():
                size = sizes[name] if name in sizes else self._span_s(name)
                stretched = self.params.arrival_stretch * size
                gradient.other = math.hypot(gradient.other, stretched)
        params = self.params
        seat = params.seat
        if self.motion.fused is None:
            seat = replace(seat, give_m=math.hypot(seat.give_m, params.unseen_lean_m))
        common = common_errors(self.rig, params.motion.rise.running_sigma_m, seat)
        errors = sigmas(self.path, common, self.start_s, seat, asked.values())
        sigma = dict(zip(asked, errors, strict=True))

        splits = tuple(
            Split(
                distance_m=gate,
                time_s=Measured(self.passed_s[gate] - self.start_s, sigma[gate])
                if gate in sigma
                else UNKNOWN,
            )
            for gate in self.gates_m
        )
        total = splits[-1].time_s
        mean, window = UNKNOWN, UNKNOWN
        if total.known:
            velocity = self.distance_m / total.value
            mean = Measured(velocity, velocity * total.sigma / total.value)
        if "window" in sigma:
            took_s = self.end_s - self.passed_s[self.from_m]
            velocity = (self.distance_m - self.from_m) / took_s
            window = Measured(velocity, velocity * sigma["window"] / took_s)
        return Estimates(
            start_s=self.start_s,
            end_s=self.end_s,
            complete=self.complete,
            splits=splits,
            mean_velocity_mps=mean,
            window=WindowVelocity(from_m=self.from_m, to_m=self.distance_m, velocity_mps=window),
            peak_velocity_mps=Measured(peak, sigma["peak"]) if "peak" in sigma else UNKNOWN,
            curve=tuple(
                CurvePoint(distance_m=m, velocity_mps=Measured(value, sigma["curve", m]))
                for m, (value, _) in curve.items()
            ),
            moments=self._moments(common, seat),
            steps=self._steps(contacts),
            lean=self._lean(contacts),
            trust=self._trust(),
            notes=self._notes(period_seen=period_seen),
        )

    def _span_s(self, name: _Asked) -> float:
        """How long a split or the window lasted."""
        if name == "window":
            return self.end_s - self.passed_s[self.from_m]
        return self.passed_s[cast("float", name)] - self.start_s

    def _within_rep(self, gaps: list[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(a, b) for a, b in gaps if b > self.start_s and a < self.last_s]

    def _zero(self, start_s: float) -> Zero | None:
        """Mean position over the last stillness before the rep, else the position at the start.

        None where the tether saw neither.
        """
        path, params = self.path, self.params
        moving = path.time_s[
            (path.time_s < start_s) & (np.abs(path.velocity_mps) > params.still_velocity_mps)
        ]
        # The last stretch without movement that is long enough.
        edges = np.concatenate([[path.time_s[0]], moving, [start_s]])
        long_enough = np.flatnonzero(np.diff(edges) >= params.still_s)
        if len(long_enough):
            end_s = float(edges[long_enough[-1] + 1])
            if _gap_at(end_s - params.still_s / 2, self.tether_gaps, params.bridge_s):
                return None
            here = (path.time_s >= end_s - params.still_s) & (path.time_s <= end_s)
            points = np.linspace(end_s - params.still_s, end_s, _STAND_POINTS)
            return Zero(float(np.mean(path.distance_m[here])), points, was_still=True)
        if not self.start_known:
            return None
        return Zero(path.at_moment(start_s)[0], np.array([start_s]), was_still=False)

    def _passed(self, distance_m: float) -> float:
        """When a distance from zero was passed; NaN if never, or where nobody could see it."""
        if self.zero is None:
            return NAN
        at_s = self.path.passing(self.zero.distance_m + distance_m, self.start_s)
        if self.edges_s and not at_s <= self.edges_s[1]:
            return NAN
        return NAN if _gap_at(at_s, self.tether_gaps, self.params.bridge_s) else at_s

    def _of_start(self) -> Gradient:
        if self.edges_s:  # set by hand: it is where it is
            return Gradient()
        params = self.params
        # A fused path follows the pelvis's middle and knows how far it may be off as it turns.
        turn_mps = params.unseen_turn_mps if self.motion.fused is None else 0.0
        return of_start(
            self.path,
            self.rig,
            self.start_s,
            params.least_start_mps2,
            params.rise_rate_mps,
            turn_mps,
        )

    def _of_passing(self, zero: Zero, distance_m: float) -> Gradient:
        at_s = self.passed_s[distance_m]
        out = of_passing(self.path, self.rig, zero, at_s, distance_m)
        wander_m = wander_error(distance_m, self.rig, self.params.wander_sigma_m)
        out.other = wander_m / self.path.at_moment(at_s)[1]
        if self.motion.fused is None:
            rise = float(bounce_coupling(np.array([distance_m]), self.rig)[0])
            unseen_m = math.hypot(rise * self.params.bounce_sigma_m, self.params.unseen_swing_m)
            out.other = math.hypot(out.other, unseen_m / self.path.at_moment(at_s)[1])
        return out

    def _periods(self, contacts: Contacts | None, at_s: FloatArray) -> tuple[FloatArray, float]:
        """Step period at each time, and how far off it may be as a ratio; NaN where not seen."""
        params = self.params
        if contacts is not None and contacts.known_in(self.run_s - 0.5, self.last_s):
            period_s = local_period(contacts.time_s, at_s)
            if np.all(np.isfinite(period_s)):
                return period_s, params.period_sigma
        measured = step_period(self.path, max(self.start_s, self.last_s - 1.5), self.last_s)
        if measured.known:
            return np.full(len(at_s), measured.value), measured.sigma / measured.value
        return np.full(len(at_s), params.usual_step_period_s), NAN

    def _peak(self, contacts: Contacts | None) -> tuple[float, Gradient, bool]:
        """Highest moving average over one step period, and whether that period was seen."""
        if self.hidden:
            return NAN, Gradient(), True
        centre_s = np.arange(self.start_s, self.last_s, 0.005)
        period_s, period_sigma = self._periods(contacts, centre_s)
        value, at_s, over_s = _highest_average(self.path, centre_s, period_s)
        seen = not math.isnan(period_sigma)
        if math.isnan(value):
            return NAN, Gradient(), seen
        one, at, over = np.array([[value], [at_s], [over_s]])
        return value, self._of_averages(one, at, over, period_sigma)[0], seen

    def _of_averages(
        self, value: FloatArray, at_s: FloatArray, over_s: FloatArray, period_sigma: float
    ) -> list[Gradient]:
        """Gradients of averages over about a step."""
        path, half_s = self.path, over_s / 2
        # A wrong period lets some of the swing within a step through.
        off = _UNSEEN_PERIOD_SIGMA if math.isnan(period_sigma) else period_sigma
        shorter, longer = (_averages(path, at_s, over_s * (1 + k * off)) for k in (-1.0, 1.0))
        other = np.fmax(np.abs(shorter - value), np.abs(longer - value))
        place_m = path.at(at_s)[0] - (self.zero.distance_m if self.zero else 0.0)
        swing_m = self.params.unseen_swing_m if self.motion.fused is None else 0.0
        out = []
        for i, moment_s in enumerate(at_s):
            unseen = swing_m / over_s[i]
            gradient = Gradient(other=math.hypot(float(np.nan_to_num(other[i])), unseen))
            gradient.add(moment_s + half_s[i], "x", 1.0 / over_s[i])
            gradient.add(moment_s - half_s[i], "x", -1.0 / over_s[i])
            ahead, behind = (
                distance_sensitivity(place_m[i] + k * value[i] * half_s[i], self.rig)
                for k in (1.0, -1.0)
            )
            gradient.common[:4] = (ahead - behind) / over_s[i]
            out.append(gradient)
        return out

    def _curve(self, contacts: Contacts | None) -> dict[float, tuple[float, Gradient]]:
        """Velocity by distance, averaged over about a step, as far as the rep was seen."""
        if self.hidden or self.zero is None:
            return {}
        path = self.path
        run = path.time_s >= self.start_s
        ran_m = np.maximum.accumulate(path.distance_m[run]) - self.zero.distance_m
        places_m = self.distance_m * np.arange(1, CURVE_POINTS + 1) / CURVE_POINTS
        places_m = places_m[(places_m > ran_m[0]) & (places_m < ran_m[-1])]
        at_s = np.interp(places_m, ran_m, path.time_s[run])
        seen = at_s <= self.last_s + _NODE_S  # the gate itself was found between two nodes
        for lost_s, found_s in self.tether_gaps:
            if found_s - lost_s > self.params.bridge_s:
                seen &= (at_s <= lost_s) | (at_s >= found_s)
        places_m, at_s = places_m[seen], at_s[seen]
        period_s, period_sigma = self._periods(contacts, at_s)
        value = _averages(self.path, at_s, period_s)
        known = np.isfinite(value)
        gradients = self._of_averages(value[known], at_s[known], period_s[known], period_sigma)
        rows = zip(places_m[known].tolist(), value[known].tolist(), gradients, strict=True)
        return {place_m: (each, gradient) for place_m, each, gradient in rows}

    def _moments(self, common: FloatArray, seat: SeatParams) -> Moments | None:
        params = self.params
        if not params.moments_s or self.zero is None:
            return None
        followed = self.motion.fused is not None
        return moments_of(
            self.path,
            self.rig,
            self.zero,
            (self.start_s, self.last_s),
            [gap for gap in self.tether_gaps if gap[1] - gap[0] > params.bridge_s],
            common,
            seat,
            step_s=params.moments_s,
            unseen_m=0.0 if followed else params.unseen_swing_m,
            unseen_mps=params.unseen_step_mps if followed else params.tether_step_mps,
        )

    def _steps(self, contacts: Contacts | None) -> Steps:
        if contacts is None or self.hidden or not self.start_known:
            return Steps()
        count: int | None = None
        if contacts.known_in(self.start_s, self.last_s):
            begun = (contacts.time_s >= self.start_s) & (contacts.time_s <= self.last_s)
            # The stance from which the athlete pushes off is one contact in progress at the start.
            count = 1 + int(np.count_nonzero(begun))
        from_s = self.passed_s[self.from_m]
        frequency = UNKNOWN
        if self.complete and not math.isnan(from_s):
            steps = self.params.steps
            if self.belt_arrival_timed:
                stretch_s = self.params.arrival_stretch * (self.end_s - self.start_s)
                timing_s = math.hypot(steps.timing_sigma_s, stretch_s)
                steps = replace(steps, timing_sigma_s=timing_s)
            frequency = step_frequency(contacts, from_s, self.end_s, steps)
        return Steps(count=count, frequency_hz=frequency)

    def _lean(self, contacts: Contacts | None) -> Lean:
        motion = self.motion
        if motion.fused is None or motion.belt is None or not self.start_known:
            return Lean()
        step_s = self.params.usual_step_period_s
        if contacts is not None and len(contacts.time_s) > 3:
            step_s = float(np.median(np.diff(contacts.time_s)))
        return pelvis_lean(
            motion.belt,
            motion.fused.heading_rad.value,
            step_s,
            self.start_s,
            self.last_s,
            seen_whole=not self.belt_inside,
        )

    def _trust(self) -> str:
        if self.hidden or not self.start_known or self.zero is None:
            return "poor"
        whole = not (self.inside or self.belt_inside or self.belt_arrival_timed)
        return "good" if self.motion.fused is not None and whole else "fair"

    def _notes(self, *, period_seen: bool) -> tuple[str, ...]:
        notes: list[str] = []
        if self.edges_s:
            notes.append(f"edges set by hand: {self.edges_s[0]:.2f} to {self.edges_s[1]:.2f} s")
        if self.zero is None:
            notes.append("no stillness and no start seen: distance has no zero, gates are unknown")
        elif not self.zero.was_still:
            notes.append("no stillness before the rep: distance counts from first movement")
        if not self.start_known:
            notes.append("the start was not seen: the athlete already moves where the data begin")
        if not self.rig.has_geometry:
            notes.append("reel position not given: cord length is taken for distance")
        if not period_seen:
            usual_s = self.params.usual_step_period_s
            notes.append(f"no step rhythm seen: peak averaged over {usual_s:g} s")
        if self.silent:
            notes.append(f"the tether fell silent at {self.farthest_m:.2f} m")
        elif not self.complete and not self.hidden and self.zero is not None:
            notes.append(f"stopped short at {self.farthest_m:.2f} m")
        for sensor, gaps in (("tether", self.inside), ("belt", self.belt_inside)):
            if gaps:
                widest_s = max(b - a for a, b in gaps)
                notes.append(f"{sensor} silent for {widest_s:.2f} s within the rep")
        if self.belt_arrival_timed:
            notes.append("the belt sends no device time: its times rest on arrivals")
        notes += self._cord_notes()
        if self.motion.why_not_fused:
            notes.append(self.motion.why_not_fused)
        return tuple(notes)

    def _cord_notes(self) -> list[str]:
        """Where cord and belt told of different movements within the rep."""
        cord = self.motion.cord
        if self.motion.fused is None or self.zero is None:
            return []
        at_s = cord.time_s[cord.refused]
        at_s = at_s[(at_s >= self.start_s) & (at_s <= self.last_s)]
        if len(at_s) < 3:
            return []
        where = self.path.at(at_s)[0] - self.zero.distance_m
        return [
            f"cord snagged, slack or over-run between {np.min(where):.1f} and "
            f"{np.max(where):.1f} m: the belt was followed there"
        ]


def _contacts(motion: Motion, belt: BeltSpan | None, params: StepParams) -> Contacts | None:
    if motion.belt is not None:
        return find_contacts(motion.belt.time_s, motion.vertical_mps2(), params)
    if belt is None:
        return None
    force = np.linalg.norm(belt.acc_sensor_mps2, axis=1)
    return find_contacts(belt.time_s, force - STANDARD_GRAVITY_MPS2, params)


def _averages(path: Path, centre_s: FloatArray, period_s: FloatArray) -> FloatArray:
    """Average velocity over a period about each time."""
    averages: FloatArray = (
        path.at(centre_s + period_s / 2)[0] - path.at(centre_s - period_s / 2)[0]
    ) / period_s
    return averages


def _highest_average(
    path: Path, centre_s: FloatArray, period_s: FloatArray
) -> tuple[float, float, float]:
    """Highest moving average over the local period, its centre, and that period."""
    if not len(centre_s):
        return NAN, NAN, NAN
    average = _averages(path, centre_s, period_s)
    if not np.any(np.isfinite(average)):
        return NAN, NAN, NAN
    best = int(np.nanargmax(average))
    return float(average[best]), float(centre_s[best]), float(period_s[best])


def _fastest(path: Path, run_from_s: float, params: RepParams) -> float:
    """When the average over about a step is highest; NaN if it never reaches the run velocity."""
    centre_s = np.arange(run_from_s - 0.1, float(path.time_s[-1]), 0.01)
    period_s = np.full(len(centre_s), params.usual_step_period_s)
    value, at_s, _ = _highest_average(path, centre_s, period_s)
    return at_s if value >= params.run_velocity_mps else NAN


def _gaps(time_s: FloatArray, least_s: float) -> list[tuple[float, float]]:
    if len(time_s) < 2:
        return []
    step = np.diff(time_s)
    long = np.flatnonzero((step > least_s) & (step > 1.5 * np.median(step)))
    return [(float(time_s[i]), float(time_s[i + 1])) for i in long]


def _gap_at(
    time_s: float, gaps: list[tuple[float, float]], longer_than_s: float
) -> tuple[float, float] | None:
    """The gap of more than so much in which a moment lies."""
    return next(((a, b) for a, b in gaps if a < time_s < b and b - a > longer_than_s), None)
