"""The belt's motion through one run: both sensors where they allow it, else the tether alone."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from sledmon.estimate.geometry import bounce_coupling, distance_from_payout
from sledmon.estimate.motion.attitude import (
    LevelMotion,
    Stillness,
    StillnessParams,
    find_stillness,
    level_motion,
)
from sledmon.estimate.motion.belt_chain import FuseParams
from sledmon.estimate.motion.cord import (
    CordFit,
    CordParams,
    position_sigma,
    quantisation_step,
    whip_factor,
)
from sledmon.estimate.motion.fuse import Fused, fuse
from sledmon.estimate.motion.nodes import Cord, belt_grid
from sledmon.estimate.motion.path import Path
from sledmon.estimate.motion.rise import RiseParams, rise_of, spacing
from sledmon.estimate.motion.smooth import SmoothParams, smooth_positions
from sledmon.estimate.motion.turn import Turn
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
class MotionParams:
    """When both sensors are used, and both models."""

    longest_gap_s: float = 0.5
    """A belt that was silent for longer between stillness and gate has lost its attitude."""
    node_s: float = 0.01
    """Nodes of the fused path stand about so far apart: steps hold nothing above 35 Hz."""
    sync_sigma_s: float = 0.005
    """Above this doubt about the clocks the belt does not help; SOURCES 4.3."""
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

    def turn_at(self, time_s: FloatArray) -> Turn:
        """The belt's turn since the stillness, at the samples nearest to some moments."""
        nearest = np.searchsorted(0.5 * (self.time_s[1:] + self.time_s[:-1]), time_s)
        upright = self.still.upright_mps2
        own_up = self.still.up_mps2 if upright is None else upright
        return Turn(
            attitude=self.level.attitude[nearest],
            axes=self.level.axes,
            own_up=own_up / np.linalg.norm(own_up),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Motion:
    """One run's path, and what it rests on."""

    path: Path
    """In session time."""
    fused: Fused | None
    belt: BeltMotion | None
    """In session time where both are used, else in its own."""
    cord: CordFit
    """In session time."""
    why_not_fused: str
    """In plain words; empty where both are used."""

    def vertical_mps2(self) -> FloatArray:
        """Vertical acceleration at the belt's samples: of the pelvis's middle where that is known.

        An IMU in front or on the back goes up and down as the pelvis tips with every step.
        """
        belt, fused = self.belt, self.fused
        if belt is None:
            return np.empty(0)
        own: FloatArray = belt.level.acceleration_mps2[:, 2]
        if fused is None:
            return own
        up = belt.turn_at(belt.time_s).upwards(fused.heading_rad.value) @ fused.to_middle_m
        return own + np.gradient(np.gradient(up, belt.time_s), belt.time_s)

    def along_mps2(self) -> FloatArray:
        """(n,) acceleration along the run at the belt's samples, as the IMU alone saw it.

        Unknown without a fused path, for then nothing says where the belt heads for.
        """
        if self.belt is None or self.fused is None:
            return np.empty(0)
        heading = self.fused.heading_rad.value
        level = self.belt.level.acceleration_mps2
        along: FloatArray = level[:, 0] * math.cos(heading) + level[:, 1] * math.sin(heading)
        return along


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
        path, fit = _tether_only(tether.time_s, distance, still_m, whip_m, params)
        return Motion(path=path, fused=None, belt=level, cord=fit, why_not_fused=why)
    # A rep is told on one clock: the tether's if that is the session's; else that of the two whose
    # link shows the smaller delay, for arrivals can only be late.
    offset_s = fused.offset_s.value
    late_s = offset_s if tether.own_clock else max(offset_s, 0.0)
    fit = replace(fused.cord, time_s=fused.cord.time_s + offset_s - late_s)
    return Motion(
        path=replace(fused.path, time_s=fused.path.time_s - late_s),
        fused=fused,
        cord=fit,
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
    grid = belt_grid(motion.time_s, motion.level.acceleration_mps2, clipped, float(tether_s[-1]))
    nodes, raw_rise_m = grid.nodes(params.node_s, motion.turn_at)
    reach_s = params.fuse.offset_sigma_s
    inside = (tether_s > nodes.time_s[0] + reach_s) & (tether_s < nodes.time_s[-1] - 0.5 * reach_s)
    if np.count_nonzero(inside) < 20:
        return None, "tether hardly seen while the belt was: tether only"
    kept = spacing(grid.time_s, params.rise)
    rise_s, still_until_s = grid.time_s[kept], motion.still.end_s
    turn = motion.turn_at(rise_s)
    at_s, at_m = tether_s[inside], distance_m[inside]
    cord = Cord(
        time_s=at_s,
        distance_m=at_m,
        still_m=sigma_m[0][inside],
        whip_m=sigma_m[1][inside],
        coupling=bounce_coupling(at_m, rig),
        rise=rise_of(rise_s, raw_rise_m[kept], turn, still_until_s, params.rise),
        turn=motion.turn_at(at_s),
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
) -> tuple[Path, CordFit]:
    sigma_m = np.hypot(still_m, whip_m)
    path = smooth_positions(time_s, distance_m, sigma_m, params.smooth)
    residual = distance_m - path.at(time_s)[0]
    factor = max(1.0, whip_factor(residual, still_m, whip_m, params.cord))
    if factor >= 1.2:
        sigma_m = np.hypot(still_m, factor * whip_m)
        path = smooth_positions(time_s, distance_m, sigma_m, params.smooth)
        residual = distance_m - path.at(time_s)[0]
    return path, CordFit(
        time_s=time_s,
        distance_m=distance_m,
        residual_m=residual,
        sigma_m=sigma_m,
        refused=np.zeros(len(time_s), np.bool_),
    )
