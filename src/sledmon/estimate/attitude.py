"""Attitude of the belt through one rep, from stillness before it (METHODS.md 3).

Gravity and gyro bias come from the stillest moments before the start; from there the gyro alone is
integrated. No accelerometer correction runs during the rep: a sustained acceleration looks like
tilt to any filter of short time constant.
"""

from dataclasses import dataclass

import numpy as np

from sledmon.samples import FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class StillnessParams:
    """When the belt counts as still."""

    window_s: float = 0.5
    """Length of the stretch that gravity and gyro bias are taken from."""
    step_s: float = 0.1
    """Candidate stretches begin this far apart."""
    gyr_radps: float = 0.12
    """Largest mean deviation of angular rate from its mean; quiet stance sways at 1-3 deg/s."""
    acc_sd_mps2: float = 0.5
    """Largest SD of specific force, all axes together; science.md 7.3 has 0.3 for each."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stillness:
    """What a still belt tells: its gyro bias and which way is up."""

    start_s: float
    end_s: float
    gyr_bias_radps: FloatArray
    """(3,) mean angular rate, sensor axes."""
    up_mps2: FloatArray
    """(3,) mean specific force, sensor axes: points up, its length is what the sensor calls g."""
    acc_sd_mps2: float


def find_stillness(
    time_s: FloatArray,
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray,
    from_s: float,
    until_s: float,
    params: StillnessParams,
) -> Stillness | None:
    """The stillest stretch of the belt between two times; None where it never was still.

    Parameters
    ----------
    time_s : (n,) array, seconds
    acc_sensor_mps2, gyr_sensor_radps : (n, 3) arrays
        In the sensor's own axes, however it is worn.
    from_s, until_s : float
        Where to look; of equally still stretches the last is taken.
    params : StillnessParams
    """
    best: Stillness | None = None
    for begin_s in np.arange(until_s - params.window_s, from_s, -params.step_s):
        low, high = np.searchsorted(time_s, [begin_s, begin_s + params.window_s])
        if high - low < 8 or time_s[high - 1] - time_s[low] < 0.8 * params.window_s:
            continue
        acc, gyr = acc_sensor_mps2[low:high], gyr_sensor_radps[low:high]
        bias = gyr.mean(axis=0)
        acc_sd = float(np.sqrt(np.sum(acc.var(axis=0))))
        wobble = float(np.mean(np.linalg.norm(gyr - bias, axis=1)))
        if acc_sd > params.acc_sd_mps2 or wobble > params.gyr_radps:
            continue
        # A tenth stiller is worth going back for; less is not.
        if best is None or acc_sd < 0.9 * best.acc_sd_mps2:
            best = Stillness(
                start_s=float(begin_s),
                end_s=float(begin_s) + params.window_s,
                gyr_bias_radps=bias,
                up_mps2=acc.mean(axis=0),
                acc_sd_mps2=acc_sd,
            )
    return best


def level_axes(up: FloatArray) -> FloatArray:
    """(3, 3) rotation from sensor axes to a level frame: z up, x anywhere horizontal.

    >>> axes = level_axes(np.array([0.0, 0.0, 9.8]))
    >>> np.allclose(axes @ np.array([0, 0, 1.0]), [0, 0, 1])
    True
    """
    z = up / np.linalg.norm(up)
    aside = np.eye(3)[int(np.argmin(np.abs(z)))]
    x = aside - (aside @ z) * z
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z])


def integrate_gyro(time_s: FloatArray, gyr_radps: FloatArray) -> FloatArray:
    """Rotation of the sensor since the first sample, by composing the turns between samples.

    Parameters
    ----------
    time_s : (n,) array, seconds
    gyr_radps : (n, 3) array
        Angular rate in sensor axes, bias removed.

    Returns
    -------
    (n, 4) array
        Unit quaternions (w, x, y, z) that turn sensor vectors into the axes the sensor had at the
        first sample. The mean of neighbouring rates is held over each step; no lag.
    """
    step_s = np.diff(time_s)
    turn = 0.5 * (gyr_radps[1:] + gyr_radps[:-1]) * step_s[:, None]
    angle = np.linalg.norm(turn, axis=1)
    half = 0.5 * angle
    # sin(x/2)/x, safe at zero.
    ratio = 0.5 * np.sinc(half / np.pi)
    quaternion = np.zeros((len(time_s), 4))
    quaternion[0, 0] = 1.0
    quaternion[1:, 0] = np.cos(half)
    quaternion[1:, 1:] = turn * ratio[:, None]
    # Prefix products by doubling: log2(n) array operations instead of a loop over samples.
    reach = 1
    while reach < len(quaternion):
        quaternion[reach:] = multiply(quaternion[:-reach], quaternion[reach:])
        reach *= 2
    norm = np.linalg.norm(quaternion, axis=1, keepdims=True)
    normed: FloatArray = quaternion / norm
    return normed


def multiply(a: FloatArray, b: FloatArray) -> FloatArray:
    """Hamilton product of (n, 4) quaternions, row by row."""
    aw, ax, ay, az = a.T
    bw, bx, by, bz = b.T
    return np.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        axis=1,
    )


def rotate(quaternion: FloatArray, vectors: FloatArray) -> FloatArray:
    """(n, 3) vectors turned by (n, 4) unit quaternions, row by row."""
    w, axis = quaternion[:, :1], quaternion[:, 1:]
    twice = 2.0 * np.cross(axis, vectors)
    turned: FloatArray = vectors + w * twice + np.cross(axis, twice)
    return turned


def level_acceleration(
    time_s: FloatArray,
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray,
    still: Stillness,
) -> FloatArray:
    """Acceleration in a level frame fixed to the ground, gravity removed.

    Parameters
    ----------
    time_s : (n,) array, seconds
        Beginning in the stillness.
    acc_sensor_mps2, gyr_sensor_radps : (n, 3) arrays
        Sensor axes.
    still : Stillness
        Gives gravity and gyro bias. A wrong scale or offset along the vertical cancels with it.

    Returns
    -------
    (n, 3) array, m/s^2
        z up; x and y horizontal with an unknown heading. What is left of the accelerometer's bias
        and of tilt is nearly constant over a rep, and is estimated with the run (`fuse`).
    """
    turned = rotate(
        integrate_gyro(time_s, gyr_sensor_radps - still.gyr_bias_radps), acc_sensor_mps2
    )
    level: FloatArray = turned @ level_axes(still.up_mps2).T
    level[:, 2] -= np.linalg.norm(still.up_mps2)
    return level
