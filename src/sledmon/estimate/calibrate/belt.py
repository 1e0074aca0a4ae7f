"""Whether a belt lying still has a good sensor (METHODS.md)."""

import math
from dataclasses import dataclass

import numpy as np

from sledmon.results import UNKNOWN, Measured
from sledmon.samples import FloatArray
from sledmon.units import STANDARD_GRAVITY_MPS2

_PARTS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class BeltCheckParams:
    """A belt lying on a table."""

    least_s: float = 2.0
    """Seconds: firmware_notes, timing_and_calibration: 2 s a face."""
    moving_acc_mps2: float = 0.15
    """m/s^2, SD of any axis: half of SOURCES 7.3 for standing people; a table shows 0.03."""
    moving_gyr_radps: float = float(np.radians(1.0))
    """rad/s, SD of any axis: a third of SOURCES 7.3; a table shows 0.2 deg/s at most."""
    turning_rad: float = float(np.radians(1.0))
    """rad: gravity turning by more between the first and last quarter is a belt being carried."""
    most_bias_radps: float = float(np.radians(3.0))
    """rad/s of any axis: SOURCES 6.1, "clip 3"; three BMI270 parts were measured there."""
    fair_bias_radps: float = float(np.radians(1.0))
    """rad/s of any axis: firmware_notes "must"; more is noted."""
    gravity_mps2: float = STANDARD_GRAVITY_MPS2
    """m/s^2: gravity of the place, ..."""
    gravity_sigma_mps2: float = 0.015
    """... and its standard error: 9.78 at the equator, 9.83 at the poles."""
    most_gravity_ratio: float = 0.03
    """Ratio: firmware_notes allows 1 % of scale and 20 mg of bias, 3 % in all."""
    most_acc_noise_mps2: float = 0.06
    """m/s^2, SD of any axis: twice 300 ug/sqrt(Hz) over 100 Hz (firmware_notes)."""
    most_gyr_noise_radps: float = float(np.radians(0.4))
    """rad/s, SD of any axis: twice 0.02 deg/s/sqrt(Hz) over 100 Hz (firmware_notes)."""
    bias_floor_radps: float = float(np.radians(0.002))
    """rad/s: bias instability of 3-10 deg/h, SOURCES 6.1; no average beats it."""
    acc_floor_mps2: float = 0.0005
    """m/s^2: the same, 0.02-0.05 mg."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BeltCheck:
    """What a belt at rest shows of its sensor; unknown while it moves."""

    still: bool = False
    usable: bool = False
    """Still, and nothing found that spoils a session."""
    gyr_bias_radps: tuple[Measured, Measured, Measured] = (UNKNOWN, UNKNOWN, UNKNOWN)
    gravity_error_mps2: Measured = UNKNOWN
    """Mean length of specific force less gravity; its sigma holds that of local gravity."""
    acc_noise_mps2: Measured = UNKNOWN
    """SD of one axis, root mean square of three, at the rate it was sampled."""
    gyr_noise_radps: Measured = UNKNOWN
    verdict: str = ""


def check_belt(
    time_s: FloatArray,
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray,
    *,
    params: BeltCheckParams | None = None,
) -> BeltCheck:
    """Whether a belt lies still, and what its sensor shows then.

    Parameters
    ----------
    time_s : (n,) array, seconds
        Sample times, rising.
    acc_sensor_mps2 : (n, 3) array, m/s^2
        Specific force in the sensor's axes: +9.8 upwards at rest.
    gyr_sensor_radps : (n, 3) array, rad/s
        Angular rate in the same axes; NaN throughout where the sensor has no gyro.
    params : BeltCheckParams, optional
        Lines between still and moving, good and bad.

    Returns
    -------
    BeltCheck
        Bias of each gyro axis, error of gravity, noise, each with its standard error, and a verdict
        in words. Unknown while the belt moves.

    Notes
    -----
    Standard errors of means come from the scatter of twenty parts of the recording, so slow wander
    counts, and never fall below the sensor's instability. Nothing is flagged unless it is beyond
    its line by a standard error. One pose cannot tell the scale of an accelerometer from its bias;
    six faces can. A steady turn about the vertical looks like bias. No lag. SOURCES 6.1, 7.3.

    Examples
    --------
    >>> time_s = np.arange(0.0, 5.0, 0.005)
    >>> rng = np.random.default_rng(1)
    >>> acc = [0.0, 0.0, 9.31] + 0.02 * rng.standard_normal((1000, 3))
    >>> gyr = 0.001 * rng.standard_normal((1000, 3))
    >>> check_belt(time_s, acc, gyr).verdict
    'reads 9.31 m/s2 for gravity: accelerometer scale off by 5 %, or its bias; calibrate six faces'
    """
    p = params or BeltCheckParams()
    time = np.asarray(time_s, float)
    acc, gyr = np.asarray(acc_sensor_mps2, float), np.asarray(gyr_sensor_radps, float)
    seen = np.isfinite(time) & np.isfinite(acc).all(axis=1) & np.isfinite(gyr).all(axis=1)
    if len(time) and np.isnan(gyr).all():
        return BeltCheck(verdict="has no gyro: with it a rep has steps, the rest needs the tether")
    time, acc, gyr = time[seen], acc[seen], gyr[seen]
    if len(time) < 2 * _PARTS or time[-1] - time[0] < 0.95 * p.least_s:
        return BeltCheck(verdict=f"too short: leave the belt lying for {p.least_s:g} s")
    acc_sd, gyr_sd = acc.std(axis=0, ddof=1), gyr.std(axis=0, ddof=1)
    quarter = len(time) // 4
    turned_rad = _angle_rad(acc[:quarter].mean(axis=0), acc[-quarter:].mean(axis=0))
    if (
        acc_sd.max() > p.moving_acc_mps2
        or gyr_sd.max() > p.moving_gyr_radps
        or turned_rad > p.turning_rad
    ):
        return BeltCheck(verdict="moving: lay the belt down and leave it")
    if not np.ptp(acc, axis=0).any() and not np.ptp(gyr, axis=0).any():
        return BeltCheck(verdict="no value changes at all: the sensor is stuck; restart it")
    bias, bias_sigma = gyr.mean(axis=0), np.hypot(_sigma_of_mean(gyr), p.bias_floor_radps)
    force = np.linalg.norm(acc.mean(axis=0))
    along = acc @ (acc.mean(axis=0) / max(force, 1e-9))
    error = float(force) - p.gravity_mps2
    error_sigma = float(
        np.linalg.norm([_sigma_of_mean(along[:, None])[0], p.acc_floor_mps2, p.gravity_sigma_mps2])
    )
    faults, notes = [], []
    axis = int(np.argmax(np.abs(bias)))
    worst, worst_sigma = abs(float(bias[axis])), float(bias_sigma[axis])
    said = f"gyro bias {np.degrees(worst):.1f} deg/s is beyond"
    if worst - worst_sigma > p.most_bias_radps:
        faults.append(f"{said} {np.degrees(p.most_bias_radps):g}: replace or warm up")
    elif worst - worst_sigma > p.fair_bias_radps:
        notes.append(f"{said} {np.degrees(p.fair_bias_radps):g}, and is removed before each rep")
    if abs(error) - error_sigma > p.most_gravity_ratio * p.gravity_mps2:
        faults.append(
            f"reads {force:.2f} m/s2 for gravity: accelerometer scale off by"
            f" {100 * abs(error) / p.gravity_mps2:.0f} %, or its bias; calibrate six faces"
        )
    loud = 1.0 - 1.0 / np.sqrt(2.0 * len(time))
    if acc_sd.max() * loud > p.most_acc_noise_mps2:
        faults.append(
            f"accelerometer noise {acc_sd.max():.2f} m/s2: something shakes, or it is bad"
        )
    if gyr_sd.max() * loud > p.most_gyr_noise_radps:
        faults.append(
            f"gyro noise {np.degrees(gyr_sd.max()):.2f} deg/s: something shakes, or it is bad"
        )
    return BeltCheck(
        still=True,
        usable=not faults,
        gyr_bias_radps=(
            Measured(float(bias[0]), float(bias_sigma[0])),
            Measured(float(bias[1]), float(bias_sigma[1])),
            Measured(float(bias[2]), float(bias_sigma[2])),
        ),
        gravity_error_mps2=Measured(error, error_sigma),
        acc_noise_mps2=_noise(acc_sd, len(time)),
        gyr_noise_radps=_noise(gyr_sd, len(time)),
        verdict="; ".join(faults or ["still, sensor good", *notes]),
    )


def _sigma_of_mean(rows: FloatArray) -> FloatArray:
    """(k,) standard error of the mean of each column, from the scatter of twenty parts."""
    size = len(rows) // _PARTS
    parts = rows[: size * _PARTS].reshape(_PARTS, size, -1).mean(axis=1)
    return np.asarray(parts.std(axis=0, ddof=1) / np.sqrt(_PARTS), float)


def _angle_rad(a: FloatArray, b: FloatArray) -> float:
    return float(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b))


def _noise(sd: FloatArray, n: int) -> Measured:
    rms = float(np.sqrt(np.mean(sd**2)))
    return Measured(rms, rms / math.sqrt(2.0 * sd.size * (n - 1)))
