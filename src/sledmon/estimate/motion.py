"""The belt's motion through one run: both sensors where they allow it, else the tether alone."""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from sledmon.estimate.attitude import (
    LevelMotion,
    Stillness,
    StillnessParams,
    find_stillness,
    level_motion,
)
from sledmon.estimate.averages import running_integral
from sledmon.estimate.cord import CordParams, position_sigma, quantisation_step, whip_factor
from sledmon.estimate.fuse import BeltNodes, Cord, Fused, FuseParams, fuse
from sledmon.estimate.geometry import bounce_coupling, distance_from_payout
from sledmon.estimate.path import Path
from sledmon.estimate.smooth import SmoothParams, smooth_positions
from sledmon.results import Measured
from sledmon.rig import Rig
from sledmon.samples import FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class TetherSpan:
    """Tether samples around one run, late ones put in their place."""

    time_s: FloatArray
    payout_m: FloatArray
    resolution_m: float
    silent_after: bool = False
    """The run goes on where the samples end: the sensor fell silent."""
    own_clock: bool = False
    """Times were not fitted to arrivals: they are what the session's time is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BeltSpan:
    """Belt samples around one run, late ones put in their place."""

    time_s: FloatArray
    acc_sensor_mps2: FloatArray
    gyr_sensor_radps: FloatArray
    """NaN where it is not known."""
    clipped: npt.NDArray[np.bool_]
    arrival_timed: bool = False
    """The sensor sends no time: these rest on arrivals."""

    def with_known_rate(self) -> "BeltSpan | None":
        """The samples whose angular rate is known; None where there are hardly any."""
        known = np.isfinite(self.gyr_sensor_radps).all(axis=1)
        if known.all():
            return self
        if np.count_nonzero(known) < _LEAST_SAMPLES:
            return None
        return replace(
            self,
            time_s=self.time_s[known],
            acc_sensor_mps2=self.acc_sensor_mps2[known],
            gyr_sensor_radps=self.gyr_sensor_radps[known],
            clipped=self.clipped[known],
        )


_LEAST_SAMPLES = 3


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
class MotionParams:
    """When both sensors are used, and both models."""

    longest_gap_s: float = 0.5
    """A belt that was silent for longer between stillness and gate has lost its attitude."""
    node_s: float = 0.01
    """Nodes of the fused path stand about so far apart: steps hold nothing above 35 Hz."""
    sync_sigma_s: float = 0.005
    """Above this doubt about the clocks the belt does not help; science.md 4.3."""
    rise: RiseParams = field(default_factory=RiseParams)
    stillness: StillnessParams = field(default_factory=StillnessParams)
    cord: CordParams = field(default_factory=CordParams)
    smooth: SmoothParams = field(default_factory=SmoothParams)
    fuse: FuseParams = field(default_factory=FuseParams)


@dataclass(frozen=True, kw_only=True, slots=True)
class BeltMotion:
    """What the belt alone tells, in a level frame of unknown heading."""

    time_s: FloatArray
    level: LevelMotion
    still: Stillness

    def turn_rate_radps(self, from_s: float, to_s: float) -> float:
        """How fast the belt turned between two times; NaN where it was not seen."""
        if not self.time_s[0] <= from_s < to_s <= self.time_s[-1]:
            return float("nan")
        first, last = self.level.attitude[np.searchsorted(self.time_s, [from_s, to_s])]
        half = np.arccos(min(1.0, abs(float(first @ last))))
        return float(2.0 * half / (to_s - from_s))


@dataclass(frozen=True, kw_only=True, slots=True)
class Motion:
    """One run's path, and what it rests on."""

    path: Path
    """In session time."""
    fused: Fused | None
    belt: BeltMotion | None
    """In session time where both are used, else in its own."""
    why_not_fused: str
    """In plain words; empty where both are used."""


def estimate_motion(
    tether: TetherSpan,
    belt: BeltSpan | None,
    rig: Rig,
    run_from_s: float,
    offset: Measured,
    params: MotionParams,
) -> Motion | None:
    """Most probable motion of the belt through one run; None where there is too little for one.

    Parameters
    ----------
    tether, belt : TetherSpan, BeltSpan or None
        From some seconds before the run to the last samples known when it ended.
    rig : Rig
        For geometry.
    run_from_s : float
        A moment early in the run at which the cord was certainly paying out.
    offset : Measured
        What completed reps say must be added to tether times to get belt times.
    params : MotionParams
        Models.
    """
    if len(tether.time_s) < 3:
        return None
    # Geometry needs a zero before there is a path: the median of what came before the run does.
    before = tether.payout_m[tether.time_s < run_from_s - 0.5]
    rough_zero_m = float(np.median(before[-50:])) if len(before) else float(tether.payout_m[0])
    distance = distance_from_payout(tether.payout_m - rough_zero_m, rig)
    if not np.all(np.isfinite(distance)):
        return None
    resolution_m = tether.resolution_m or quantisation_step(tether.payout_m)
    still_m, whip_m = position_sigma(tether.time_s, distance, resolution_m, params.cord)

    turning = belt.with_known_rate() if belt is not None else None
    level = _level(turning, run_from_s, params) if turning is not None else None
    fused: Fused | None = None
    if belt is None:
        why = "encoder only"
    elif turning is None:
        why = "the belt has no gyro: tether only, and steps"
    elif level is None:
        why = "belt never still before the rep: tether only"
    else:
        fused, why = _fused(
            tether.time_s, distance, (still_m, whip_m), level, turning, rig, offset, params
        )
    if fused is None:
        path = _tether_only(tether.time_s, distance, still_m, whip_m, params)
        return Motion(path=path, fused=None, belt=level, why_not_fused=why)
    # A rep is told on one clock: the tether's if that is the session's; else that of the two whose
    # link shows the smaller delay, for arrivals can only be late.
    offset_s = fused.offset_s.value
    late_s = offset_s if tether.own_clock else max(offset_s, 0.0)
    return Motion(
        path=replace(fused.path, time_s=fused.path.time_s - late_s),
        fused=replace(fused, cord_s=fused.cord_s + offset_s - late_s),
        belt=replace(level, time_s=level.time_s - late_s) if level else None,
        why_not_fused="",
    )


def _level(belt: BeltSpan, run_from_s: float, params: MotionParams) -> BeltMotion | None:
    still = find_stillness(
        belt.time_s, belt.acc_sensor_mps2, belt.gyr_sensor_radps, run_from_s, params.stillness
    )
    if still is None:
        return None
    first = int(np.searchsorted(belt.time_s, still.start_s))
    time_s = belt.time_s[first:]
    level = level_motion(time_s, belt.acc_sensor_mps2[first:], belt.gyr_sensor_radps[first:], still)
    return BeltMotion(time_s=time_s, level=level, still=still)


def _fused(
    tether_s: FloatArray,
    distance_m: FloatArray,
    sigma_m: tuple[FloatArray, FloatArray],
    motion: BeltMotion,
    belt: BeltSpan,
    rig: Rig,
    offset: Measured,
    params: MotionParams,
) -> tuple[Fused | None, str]:
    """Both sensors together, or why not."""
    silent_s = max(
        float(np.max(np.diff(motion.time_s), initial=0.0)),
        float(tether_s[-1] - motion.time_s[-1]),
    )
    if silent_s > params.longest_gap_s:
        return None, f"belt silent for {silent_s:.2f} s: tether only"
    clipped = belt.clipped[len(belt.time_s) - len(motion.time_s) :]
    grid = _grid(motion.time_s, motion.level.acceleration_mps2, clipped, float(tether_s[-1]))
    nodes, raw_rise_m = grid.nodes(params.node_s)
    reach_s = params.fuse.offset_sigma_s
    inside = (tether_s > nodes.time_s[0] + reach_s) & (tether_s < nodes.time_s[-1] - 0.5 * reach_s)
    if np.count_nonzero(inside) < 20:
        return None, "tether hardly seen while the belt was: tether only"
    rise_s, rise_m = _rise(grid.time_s, raw_rise_m, motion.still.end_s, params.rise)
    at_s, at_m = tether_s[inside], distance_m[inside]
    nearest = np.searchsorted(0.5 * (motion.time_s[1:] + motion.time_s[:-1]), at_s)
    cord = Cord(
        time_s=at_s,
        distance_m=at_m,
        still_m=sigma_m[0][inside],
        whip_m=sigma_m[1][inside],
        bounce_m=np.interp(at_s, rise_s, rise_m) * bounce_coupling(at_m, rig),
        attitude=motion.level.attitude[nearest],
        axes=motion.level.axes,
    )
    fused = fuse(nodes, cord, offset, params.fuse, params.cord)
    if fused is None:
        return None, "belt and tether tell of different movements: tether only"
    if not fused.offset_s.sigma <= params.sync_sigma_s:
        doubt_ms = 1000 * fused.offset_s.sigma
        return None, f"clocks of belt and tether agree only to {doubt_ms:.0f} ms: tether only"
    return fused, ""


def _tether_only(
    time_s: FloatArray,
    distance_m: FloatArray,
    still_m: FloatArray,
    whip_m: FloatArray,
    params: MotionParams,
) -> Path:
    path = smooth_positions(time_s, distance_m, np.hypot(still_m, whip_m), params.smooth)
    residual = distance_m - path.at(time_s)[0]
    factor = max(1.0, whip_factor(residual, still_m, whip_m, params.cord))
    if factor < 1.2:
        return path
    return smooth_positions(time_s, distance_m, np.hypot(still_m, factor * whip_m), params.smooth)


@dataclass(frozen=True, slots=True)
class _Grid:
    """The belt's level acceleration on its own samples, with places for those that are missing."""

    time_s: FloatArray
    level_mps2: FloatArray
    """(n, 3); 0 where nothing was seen."""
    seen: npt.NDArray[np.bool_]

    def nodes(self, node_s: float) -> tuple[BeltNodes, FloatArray]:
        """Sums between nodes about so far apart, and the belt's raw rise on the samples."""
        step = np.diff(self.time_s)
        lost = np.concatenate([[0], np.cumsum(~(self.seen[1:] & self.seen[:-1]))])
        mean = 0.5 * (self.level_mps2[1:] + self.level_mps2[:-1])
        mean[np.diff(lost) > 0] = 0.0
        gained, moved, felt = (np.zeros((len(self.time_s), width)) for width in (3, 3, 1))
        np.cumsum(mean * step[:, None], axis=0, out=gained[1:])
        during = (gained[:-1] + 0.5 * mean * step[:, None]) * step[:, None]
        np.cumsum(during, axis=0, out=moved[1:])
        np.cumsum(np.sum(mean**2, axis=1, keepdims=True) * step[:, None], axis=0, out=felt[1:])
        every = max(1, round(node_s / float(np.median(step))))
        at = np.unique(np.append(np.arange(0, len(self.time_s), every), len(self.time_s) - 1))
        took = np.diff(self.time_s[at])
        nodes = BeltNodes(
            time_s=self.time_s[at],
            level_mps2=self.level_mps2[at],
            gained_mps=np.diff(gained[at], axis=0),
            moved_m=np.diff(moved[at], axis=0) - gained[at[:-1]] * took[:, None],
            felt=np.diff(felt[at, 0]) / took,
            seen=np.diff(lost[at]) == 0,
        )
        return nodes, moved[:, 2]


def _grid(
    time_s: FloatArray, level_mps2: FloatArray, clipped: npt.NDArray[np.bool_], until_s: float
) -> _Grid:
    """Places at every sample, and regularly spaced ones where samples are missing."""
    usual = float(np.median(np.diff(time_s)))
    ends = np.append(time_s, until_s + 2 * usual) if until_s > time_s[-1] else time_s
    step = np.diff(ends)
    extra = np.where(step > 1.6 * usual, np.round(step / usual).astype(int) - 1, 0)
    place = np.arange(len(ends)) + np.concatenate([[0], np.cumsum(extra)])
    count = int(place[-1]) + 1
    sample = place[: len(time_s)]
    seen = np.zeros(count, np.bool_)
    seen[sample] = ~clipped
    level = np.zeros((count, 3))
    level[sample] = level_mps2
    return _Grid(np.interp(np.arange(count), place, ends), level, seen)


def _rise(
    time_s: FloatArray, raw_m: FloatArray, still_until_s: float, params: RiseParams
) -> tuple[FloatArray, FloatArray]:
    """Height of the belt above its stance, metres: times and values.

    ``raw_m`` is integrated twice from rest. What makes that drift, a vertical acceleration error
    that changes slowly, is fitted so that the belt stays near the height at which people run.
    """
    every = max(1, round(params.look_s / float(np.median(np.diff(time_s)))))
    knots = np.arange(time_s[0], time_s[-1] + params.knot_s, params.knot_s)
    fine = slice(None, None, max(1, every // 5))
    at_s, raw = time_s[fine], raw_m[fine]
    step = np.diff(at_s)
    hats = np.maximum(0.0, 1.0 - np.abs(at_s[:, None] - knots) / params.knot_s)
    drift = running_integral(running_integral(hats, step), step)
    look = slice(None, None, 5)
    correlated = np.sqrt(params.knot_s / params.look_s)
    still = at_s[look] < still_until_s
    sigma = correlated * np.where(still, params.still_sigma_m, params.running_sigma_m)
    columns, target = drift[look] / sigma[:, None], raw[look] / sigma
    information = columns.T @ columns + np.eye(len(knots)) / params.error_mps2**2
    rise: FloatArray = raw - drift @ np.linalg.solve(information, columns.T @ target)
    return at_s, rise
