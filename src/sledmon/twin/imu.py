"""The belt IMU: from true motion to the raw counts of a 6-axis MEMS part.

Figures of an LSM6DSO-class part at +-16 g and +-2000 deg/s: SOURCES 6.1.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sledmon.samples import FloatArray
from sledmon.twin.clocks import CrystalClock
from sledmon.twin.faults import FaultLevel
from sledmon.twin.motion import Contact, Motion
from sledmon.twin.waveforms import STEP_S, smootherstep
from sledmon.units import STANDARD_GRAVITY_MPS2

NOMINAL_RATE_HZ: Final = 200.0
# Scale factors as the descriptor's float32 carries them, so that nothing but counts is rounded.
ACC_MPS2_PER_COUNT: Final = float(np.float32(16 * STANDARD_GRAVITY_MPS2 / 32768))
GYR_RADPS_PER_COUNT: Final = float(np.float32(math.radians(2000.0) / 32768))
BANDWIDTH_HZ: Final = 90.0
"""Half-power frequency of the part's own low-pass filter before it samples."""
ACC_NOISE_MPS2: Final = 70e-6 * STANDARD_GRAVITY_MPS2 * math.sqrt(BANDWIDTH_HZ * 1.1)
"""White, RMS, from 70 ug/rtHz."""
GYR_NOISE_RADPS: Final = math.radians(3.8e-3) * math.sqrt(BANDWIDTH_HZ * 1.1)
"""White, RMS, from 3.8 mdps/rtHz."""
SLIP_S: Final = 0.2
"""How long a slip of the belt takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImuTruth:
    """What nobody could know about this IMU."""

    rate_hz: float
    mounting: FloatArray
    """(3, 3): pelvis axes to sensor axes before any slip."""
    slip_s: float
    """When the belt slips; infinite: never."""
    acc_bias_mps2: FloatArray
    gyr_bias_radps: FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class ImuSamples:
    """What the part puts into its buffer."""

    time_s: FloatArray
    """(n,) true session times of sampling."""
    tick: npt.NDArray[np.int64]
    """(n,) unwrapped ticks of the device's crystal at sampling."""
    raw: npt.NDArray[np.int16]
    """(n, 6)"""
    clipped: npt.NDArray[np.bool_]
    """(n,)"""


def sense(
    motion: Motion,
    beside_m: FloatArray,
    faults: FaultLevel,
    clock: CrystalClock,
    seed: np.random.SeedSequence,
    *,
    nominal_rate_hz: float = NOMINAL_RATE_HZ,
) -> tuple[ImuSamples, ImuTruth]:
    """Sample the whole session; what of it is sent is the radio's business.

    ``beside_m`` (n, 3): where the IMU is, seen from the pelvis's middle, world axes.
    """
    draw_seed, noise_seed = seed.spawn(2)
    rng = np.random.default_rng(draw_seed)
    # All drawn as standard numbers first: a fault level scales them and moves no other.
    mounting = random_rotation(rng)
    acc_bias = faults.acc_bias_mg * 1e-3 * STANDARD_GRAVITY_MPS2 * _bounded(rng, 3)
    gyr_bias = math.radians(faults.gyr_bias_dps) * _bounded(rng, 3)
    acc_distortion = np.eye(3) + _distortion(rng, faults)
    gyr_distortion = np.eye(3) + _distortion(rng, faults)
    g_sensitivity = (
        math.radians(faults.gyr_g_sensitivity_dps_per_g) / STANDARD_GRAVITY_MPS2 * _bounded(rng, 9)
    ).reshape(3, 3)
    rate_error = faults.imu_rate_error * rng.uniform(0.5, 1.0) * (1 if rng.uniform() < 0.5 else -1)
    phase_s = rng.uniform(0.0, 1.0 / nominal_rate_hz)
    ring_hz, ring_damping = rng.uniform(8.0, 20.0), rng.uniform(0.1, 0.3)
    ring_axis = np.array([0.35 * rng.standard_normal(), 0.2 * rng.standard_normal(), 1.0])
    slip_axis = _unit(rng.standard_normal(3))
    slip_draw = rng.uniform()

    force = motion.specific_force_mps2(beside_m)
    rate = motion.angular_rate_radps()
    if faults.ringing:
        force += np.outer(_ringing(motion, faults.ringing, ring_hz, ring_damping), _unit(ring_axis))
    slip_s = math.inf
    running = [c.loaded_s for c in motion.contacts if c.running]
    if faults.mounting_slip_deg and running:
        slip_s = running[int(slip_draw * len(running))]
        force, rate = _slip(motion.time_s, force, rate, slip_axis, slip_s, faults)
    acc = _low_pass(force @ mounting.T)
    gyr = _low_pass(rate @ mounting.T)

    rate_hz = nominal_rate_hz * (1.0 + rate_error)
    last_s = float(motion.time_s[-1])
    time_s = phase_s + np.arange(int((last_s - phase_s) * rate_hz)) / rate_hz
    acc = _at(motion.time_s, acc, time_s)
    gyr = _at(motion.time_s, gyr, time_s)
    noise = np.random.default_rng(noise_seed)
    gyr = gyr @ gyr_distortion.T + acc @ g_sensitivity.T + gyr_bias
    acc = acc @ acc_distortion.T + acc_bias
    acc += ACC_NOISE_MPS2 * noise.standard_normal(acc.shape)
    gyr += GYR_NOISE_RADPS * noise.standard_normal(gyr.shape)
    raw, clipped = quantise(acc, gyr)
    return (
        ImuSamples(time_s=time_s, tick=clock.tick_at(time_s), raw=raw, clipped=clipped),
        ImuTruth(
            rate_hz=rate_hz,
            mounting=mounting,
            slip_s=slip_s,
            acc_bias_mps2=acc_bias,
            gyr_bias_radps=gyr_bias,
        ),
    )


def quantise(
    acc_mps2: FloatArray, gyr_radps: FloatArray
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.bool_]]:
    """Raw counts, and where a channel stood at the end of its range."""
    counts = np.rint(
        np.concatenate([acc_mps2 / ACC_MPS2_PER_COUNT, gyr_radps / GYR_RADPS_PER_COUNT], axis=1)
    )
    raw = np.clip(counts, -32768, 32767).astype(np.int16)
    return raw, np.any((raw == -32768) | (raw == 32767), axis=1)


def random_rotation(rng: np.random.Generator) -> FloatArray:
    """A rotation matrix, uniform over all orientations."""
    w, x, y, z = _unit(rng.standard_normal(4))
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def _ringing(motion: Motion, share: float, frequency_hz: float, damping: float) -> FloatArray:
    """The belt's own shaking on soft tissue, which the pelvis does not do."""
    out = np.zeros(len(motion.time_s))
    for contact in motion.contacts:
        _ring(out, contact, share, frequency_hz, damping)
    return out


def _ring(
    out: FloatArray, contact: Contact, share: float, frequency_hz: float, damping: float
) -> None:
    omega = 2 * math.pi * frequency_hz
    start = round(contact.loaded_s / STEP_S) + 1
    stop = min(len(out), start + round(5.0 / (damping * omega) / STEP_S))
    t = np.arange(start, stop) * STEP_S - contact.loaded_s
    damped = omega * math.sqrt(1 - damping**2)
    peak_s = math.atan2(math.sqrt(1 - damping**2), damping) / damped
    peak = math.exp(-damping * omega * peak_s) * math.sin(damped * peak_s)
    out[start:stop] += (
        share * contact.impact_mps2 / peak * np.exp(-damping * omega * t) * np.sin(damped * t)
    )


def _slip(
    time_s: FloatArray,
    force: FloatArray,
    rate: FloatArray,
    axis: FloatArray,
    slip_s: float,
    faults: FaultLevel,
) -> tuple[FloatArray, FloatArray]:
    """Turn what is felt into the axes of a belt that slips round, and add its own turning."""
    size = math.radians(faults.mounting_slip_deg)
    angle = size * smootherstep((time_s - slip_s) / SLIP_S)
    turning = np.gradient(angle, STEP_S)
    cross = np.array([[0.0, -axis[2], axis[1]], [axis[2], 0.0, -axis[0]], [-axis[1], axis[0], 0.0]])
    sine, versine = np.sin(angle)[:, None], (1 - np.cos(angle))[:, None]

    def into_belt(vector: FloatArray) -> FloatArray:
        # The belt's axes turn by +angle, so components in them turn by -angle.
        first: FloatArray = sine * (vector @ cross.T)
        second: FloatArray = versine * (vector @ (cross @ cross).T)
        return vector - first + second

    return into_belt(force), into_belt(rate) + turning[:, None] * axis


def _low_pass(values: FloatArray) -> FloatArray:
    """A Gaussian of the part's bandwidth; its delay is constant and the firmware takes it off."""
    sigma = math.sqrt(math.log(2.0)) / (2 * math.pi * BANDWIDTH_HZ) / STEP_S
    reach = math.ceil(4 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    return np.stack([np.convolve(padded[:, i], kernel, "valid") for i in range(3)], axis=1)


def _at(grid_s: FloatArray, values: FloatArray, time_s: FloatArray) -> FloatArray:
    return np.stack([np.interp(time_s, grid_s, values[:, i]) for i in range(3)], axis=1)


def _distortion(rng: np.random.Generator, faults: FaultLevel) -> FloatArray:
    out = math.radians(faults.misalignment_deg) * _bounded(rng, 9).reshape(3, 3)
    out[np.diag_indices(3)] = faults.imu_scale_error * _bounded(rng, 3)
    return out


def _bounded(rng: np.random.Generator, count: int) -> FloatArray:
    """Standard normal numbers no further out than 3, as parts are tested before they are sold."""
    return np.clip(rng.standard_normal(count), -3.0, 3.0)


def _unit(vector: FloatArray) -> FloatArray:
    out: FloatArray = vector / np.linalg.norm(vector)
    return out
