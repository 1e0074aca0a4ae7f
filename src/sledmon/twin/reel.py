"""The spring reel: from true motion to counts of cord paid out.

The true rig differs from the measured one by the fault table's errors, and the cord is not a
rigid rod: it sways when it runs, and the spool runs on when the athlete brakes (SOURCES 5.5).
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sledmon.rig import EncoderRig
from sledmon.samples import FloatArray
from sledmon.twin.belt import Worn
from sledmon.twin.clocks import CrystalClock
from sledmon.twin.faults import FaultLevel
from sledmon.twin.motion import Motion
from sledmon.twin.script import Script
from sledmon.twin.waveforms import STEP_S, cumulative, smootherstep
from sledmon.wire.stream import TICKS_PER_SECOND

WAVE_MPS: Final = 100.0
"""Speed of a sideways wave on the cord: 10 N on 1 g/m."""
SWAY_HZ: Final = (5.0, 12.0)
FULL_SWAY_MPS: Final = 3.0
"""Cord speed from which the sway is as large as the fault table says."""
HAND_PULL_M: Final = 2.6
HAND_PULL_S: Final = 3.2
SNAG_M: Final = 0.03
"""A cord that catches beside its straight path must be longer by so much."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReelTruth:
    """What the coach did not measure exactly: outlet to clip with the athlete set on the line."""

    standoff_m: float
    height_m: float
    lateral_m: float
    counts_per_m: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ReelSamples:
    """What the firmware reads from its counter."""

    time_s: FloatArray
    """(n,) true session times of sampling."""
    tick: npt.NDArray[np.int64]
    """(n,) unwrapped ticks of the device's crystal at sampling."""
    count: npt.NDArray[np.int64]
    """(n,)"""


def cord_length_m(worn: Worn, truth: ReelTruth) -> FloatArray:
    """(n,) straight line from the reel's outlet to the clip, on the motion's grid."""
    from_outlet = worn.clip_m - worn.clip_at_set_m
    from_outlet += (truth.standoff_m, truth.lateral_m, truth.height_m)
    out: FloatArray = np.linalg.norm(from_outlet, axis=1)
    return out


def pay_out(
    motion: Motion,
    worn: Worn,
    script: Script,
    rig: EncoderRig,
    faults: FaultLevel,
    clock: CrystalClock,
    seed: np.random.SeedSequence,
    snags_s: tuple[float, ...] = (),
) -> tuple[ReelSamples, ReelTruth]:
    """Sample the whole session; what of it is sent is the radio's business."""
    rng = np.random.default_rng(seed)
    error = rng.standard_normal(4)
    truth = ReelTruth(
        standoff_m=rig.standoff_m + faults.geometry_error_m * error[0],
        height_m=rig.height_m + faults.geometry_error_m * error[1],
        lateral_m=rig.lateral_m + faults.geometry_error_m * error[2],
        counts_per_m=rig.counts_per_m * (1.0 + faults.spool_scale_error * error[3]),
    )
    zero_m = rng.uniform(0.0, 2.0)
    phase_s = rng.uniform(0.0, 1.0 / faults.encoder_rate_hz)
    sway = rng.uniform(0.0, 1.0, 3)
    shares = rng.uniform(0.3, 1.0, len(script.over_runs_s))

    straight_m = cord_length_m(worn, truth)
    cord_m = straight_m + faults.cord_sway_m * _sway(motion, straight_m, sway)
    for at_s, share in zip(script.over_runs_s, shares, strict=True):
        cord_m += share * faults.over_run_m * _over_run(motion.time_s - at_s)
    if script.cord_pull_s is not None:
        pulled = (motion.time_s - script.cord_pull_s) / HAND_PULL_S
        cord_m += HAND_PULL_M * smootherstep(2.2 * pulled) * smootherstep(2.2 * (1 - pulled))

    for at_s in snags_s:
        since_s = motion.time_s - at_s
        cord_m += SNAG_M * smootherstep(since_s / 0.06) * smootherstep((0.25 - since_s) / 0.03)

    period_ticks = round(TICKS_PER_SECOND / faults.encoder_rate_hz)
    first = int(clock.tick_at(np.array([phase_s]))[0])
    count = int((float(motion.time_s[-1]) - phase_s) * faults.encoder_rate_hz) - 1
    tick = first + period_ticks * np.arange(count)
    time_s = clock.time_at(tick)
    counts = np.floor((np.interp(time_s, motion.time_s, cord_m) - zero_m) * truth.counts_per_m)
    return ReelSamples(time_s=time_s, tick=tick, count=counts.astype(np.int64)), truth


def _sway(motion: Motion, cord_m: FloatArray, draw: FloatArray) -> FloatArray:
    """Sway of unit amplitude: grows with cord speed and length, ceases when the cord stands."""
    frequency = np.clip(WAVE_MPS / (2 * cord_m), *SWAY_HZ)
    cycles = cumulative(frequency, STEP_S)
    # The cord takes a few tenths of a second to begin and to come to rest.
    speed = _lag(np.abs(motion.velocity_mps), 0.25)
    size = np.clip(speed / FULL_SWAY_MPS, 0.0, 1.0) * np.clip(0.4 + 0.05 * cord_m, 0.0, 1.0)
    beat = 0.75 + 0.25 * np.sin(2 * math.pi * (0.7 * motion.time_s + draw[1]))
    out: FloatArray = size * beat * np.sin(2 * math.pi * (cycles + draw[0]))
    return out


def _lag(values: FloatArray, window_s: float) -> FloatArray:
    """Causal moving mean, twice, so that it starts and ends softly."""
    width = round(window_s / STEP_S)
    kernel = np.ones(width) / width
    once = np.convolve(values, kernel)[: len(values)]
    return np.convolve(once, kernel)[: len(values)]


def _over_run(since_s: FloatArray) -> FloatArray:
    """The spool runs on for 0.2 s and the spring takes the loop back within half a second."""
    return smootherstep(since_s / 0.2) * smootherstep((0.75 - since_s) / 0.5)
