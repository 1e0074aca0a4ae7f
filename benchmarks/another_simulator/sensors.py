"""From the motion to the tables that the belt's IMU and the tether write."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.signal import butter, sosfilt, sosfiltfilt
from scipy.spatial.transform import Rotation

from benchmarks.another_simulator.body import Motion
from benchmarks.another_simulator.scale import GRAVITY_MPS2, GRID_S, FloatArray
from benchmarks.another_simulator.severity import Severity


@dataclass(frozen=True, kw_only=True)
class Imu:
    """One part and how it is worn; the defaults are perfect."""

    rate_hz: float
    lever_m: FloatArray
    """From the pelvis, in body axes."""
    mounting: Rotation
    """Sensor to body."""
    cutoff_hz: float = math.inf
    bias: FloatArray | float = 0.0
    gain: FloatArray | float = 1.0
    noise_rthz: FloatArray | float = 0.0
    clock_offset_s: float = 0.0
    clock_drift: float = 0.0


class Sensed(NamedTuple):
    """The IMU's true path and what moves it, on the grid, in world and in sensor axes."""

    place_m: FloatArray
    attitude: Rotation
    force_mps2: FloatArray
    rate_radps: FloatArray


def sensed(motion: Motion, imu: Imu) -> Sensed:
    """Differences of the sensor's own path and attitude: lever arm and gravity are in them."""
    wobble = Rotation.from_rotvec(np.outer(motion.shaken_m[:, 0] / 0.1, [0.0, 1.0, 0.0]))
    attitude = motion.body * wobble * imu.mounting
    place = motion.pelvis_m + motion.body.apply(imu.lever_m + motion.shaken_m)
    upward = np.zeros_like(place)
    upward[1:-1] = np.diff(place, 2, axis=0) / GRID_S**2
    upward[:, 2] += GRAVITY_MPS2
    force = attitude.inv().apply(upward)
    turns = (attitude[:-1].inv() * attitude[1:]).as_rotvec() / GRID_S
    rate = np.vstack([turns[:1], (turns[:-1] + turns[1:]) / 2.0, turns[-1:]])
    return Sensed(place, attitude, force, rate)


def imu_table(motion: Motion, imu: Imu, rng: np.random.Generator) -> FloatArray:
    """Rows of time_s, specific force and angular rate, by the IMU's own clock."""
    _, _, force, rate = sensed(motion, imu)
    values = np.hstack([force, rate])
    if math.isfinite(imu.cutoff_hz):
        sos = butter(2, imu.cutoff_hz, fs=1.0 / GRID_S, output="sos")
        values = values[0] + sosfilt(sos, values - values[0], axis=0)
    stamps = np.arange(1.0, (motion.time_s[-1] - 0.1) * imu.rate_hz) / imu.rate_hz
    true_s = (stamps - imu.clock_offset_s) / (1.0 + imu.clock_drift)
    rows = np.column_stack([np.interp(true_s, motion.time_s, v) for v in values.T])
    noise = imu.noise_rthz * math.sqrt(imu.rate_hz / 2.0) * rng.normal(size=rows.shape)
    limit = np.repeat([16 * GRAVITY_MPS2, math.radians(2000.0)], 3)
    return np.column_stack([stamps, np.clip(rows * imu.gain + imu.bias + noise, -limit, limit)])


def encoder_table(
    motion: Motion,
    clip_m: FloatArray,
    outlet_m: FloatArray,
    scale: float,
    severity: Severity,
    rng: np.random.Generator,
) -> FloatArray:
    """Rows of time_s and cord paid out, from the outlet to the clip on the belt."""
    cord = np.linalg.norm(motion.pelvis_m + motion.body.apply(clip_m) - outlet_m, axis=1)
    band = butter(2, [5.0, 15.0], "bandpass", fs=1.0 / GRID_S, output="sos")
    whip = sosfiltfilt(band, rng.normal(size=len(cord)))
    whip *= severity.cord_sway_m / (math.sqrt(2.0) * np.std(whip)) * (0.1 + 0.9 * motion.effort)
    rate_hz = rng.choice(severity.encoder_hz)
    true_s = np.arange(1.0, (motion.time_s[-1] - 0.1) * rate_hz) / rate_hz
    paid_out = scale * np.interp(true_s, motion.time_s, cord + whip - cord[0]) + rng.uniform(-5, 5)
    counts = np.floor(paid_out / severity.count_m)
    stamps = true_s + rng.uniform(-1.0, 1.0, len(true_s)) * severity.stamp_jitter_s
    return np.column_stack([stamps, counts * severity.count_m])


def with_gaps(rows: FloatArray, gaps: int, rng: np.random.Generator) -> FloatArray:
    kept = np.ones(len(rows), bool)
    for _ in range(gaps):
        begin_s = rng.uniform(rows[0, 0], rows[-1, 0])
        kept &= np.abs(rows[:, 0] - begin_s) > rng.uniform(0.02, 0.14)
    return rows[kept]
