"""Attitude of the belt through one rep, from stillness before it (METHODS.md 4).

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
    step_s: float = 0.05
    """Candidate stretches begin this far apart."""
    gyr_sd_radps: float = 0.15
    """Largest SD of angular rate, all axes together; quiet stance sways at 1-3 deg/s, walking
    turns the pelvis at 30 and more."""
    acc_sd_mps2: float = 0.5
    """Largest SD of specific force, all axes together; SOURCES 7.3 has 0.3 for each."""
    bias_radps: float = 0.09
    """Largest mean rate: no gyro's zero is farther off, 3 deg/s an axis (SOURCES 6.1), ..."""
    turning_radps: float = 0.05
    """... and largest mean rate besides the gyro's bias: who turns evenly is not still either."""
    as_still: float = 1.5
    """A later stretch is preferred while it moves at most this much more than the stillest."""
    upright_until_s: float = 1.5
    """Stance before the athlete takes the set position: still stretches that end at least this
    long before the one used for the run, ..."""
    apart_rad: float = 0.09
    """... and in which the pelvis stood at least 5 deg otherwise: nobody stands as he crouches."""
    longest_set_s: float = 6.0
    """Who stood as in the set position through still stretches over so long does not crouch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stillness:
    """What a still belt tells: its gyro bias and which way is up."""

    start_s: float
    end_s: float
    gyr_bias_radps: FloatArray
    """(3,) mean angular rate of all quiet stretches, sensor axes."""
    up_mps2: FloatArray
    """(3,) mean specific force, sensor axes: points up, its length is what the sensor calls g."""
    upright_mps2: FloatArray | None
    """(3,) the same, middle of the still stretches of upright stance; None where none was seen."""


def find_stillness(
    time_s: FloatArray,
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray,
    until_s: float,
    params: StillnessParams,
) -> Stillness | None:
    """The last quiet stretch of the belt before a time; None where it never was still.

    Parameters
    ----------
    time_s : (n,) array, seconds
    acc_sensor_mps2, gyr_sensor_radps : (n, 3) arrays
        In the sensor's own axes, however it is worn.
    until_s : float
        Where the run begins at the latest.
    params : StillnessParams
        What counts as still.

    Returns
    -------
    Stillness or None
        Errors: half a second of quiet stance holds the direction of gravity to about 0.3 deg, all
        quiet stretches together the gyro bias to about 0.1 deg/s.
    """
    begin_s = np.arange(
        until_s - params.window_s, float(time_s[0]) if len(time_s) else until_s, -params.step_s
    )[::-1]
    if not len(begin_s):
        return None
    low = np.searchsorted(time_s, begin_s)
    high = np.searchsorted(time_s, begin_s + params.window_s)
    count = high - low
    sums = np.zeros((len(time_s) + 1, 12))
    six = np.concatenate([acc_sensor_mps2, gyr_sensor_radps], axis=1)
    np.cumsum(np.concatenate([six, six * six], axis=1), axis=0, out=sums[1:])
    mean = (sums[high] - sums[low]) / np.maximum(count, 1)[:, None]
    variance = np.maximum(mean[:, 6:] - mean[:, :6] ** 2, 0.0)
    acc_sd = np.sqrt(np.sum(variance[:, :3], axis=1))
    gyr_sd = np.sqrt(np.sum(variance[:, 3:], axis=1))
    last = np.minimum(high, len(time_s)) - 1
    covered = time_s[last] - time_s[np.minimum(low, last)] > 0.8 * params.window_s
    still = (count >= 8) & covered
    still &= (acc_sd <= params.acc_sd_mps2) & (gyr_sd <= params.gyr_sd_radps)
    rate = mean[:, 3:6]
    still &= np.linalg.norm(rate, axis=1) <= params.bias_radps
    if not still.any():
        return None
    bias = _middle(rate[still])
    # Half a second of sway looks like a bias: all quiet stretches together do not.
    still &= np.linalg.norm(rate - bias, axis=1) <= params.turning_radps
    quiet = still & (acc_sd <= params.as_still * np.min(acc_sd[still]))
    chosen = int(np.flatnonzero(quiet)[-1])
    earlier = still & (begin_s + params.window_s < begin_s[chosen] - params.upright_until_s)
    return Stillness(
        start_s=float(begin_s[chosen]),
        end_s=float(begin_s[chosen]) + params.window_s,
        gyr_bias_radps=np.mean(rate[still], axis=0),
        up_mps2=mean[chosen, :3],
        upright_mps2=_upright(begin_s[earlier], mean[earlier, :3], mean[chosen, :3], params),
    )


def _upright(
    begin_s: FloatArray, felt: FloatArray, as_set: FloatArray, params: StillnessParams
) -> FloatArray | None:
    """What was felt upright: where the pelvis stood otherwise than set, else ever so long so."""
    if not len(felt):
        return None
    along = felt @ as_set / np.linalg.norm(felt, axis=1) / np.linalg.norm(as_set)
    otherwise = along < np.cos(params.apart_rad)
    if otherwise.any():
        return _middle(felt[otherwise])
    return _middle(felt) if np.ptp(begin_s) >= params.longest_set_s else None


def _middle(vectors: FloatArray) -> FloatArray:
    """The one of many that lies nearest to all others, whichever way the axes point."""
    few = vectors[:: max(1, len(vectors) // 32)]
    apart = np.linalg.norm(few[:, None, :] - few[None, :, :], axis=2)
    middle: FloatArray = few[int(np.argmin(np.sum(apart, axis=1)))]
    return middle


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
        first sample. The mean of neighbouring rates is held over each step; no lag. Over a gap the
        attitude is held: off by what the pelvis turned meanwhile, some 3 deg.
    """
    step_s = np.diff(time_s)
    # Over a gap a pelvis swings to and fro: the rates at its edges say nothing of the whole.
    step_s = np.minimum(step_s, 2.0 * np.median(step_s))
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
    w, x, y, z = quaternion.T
    a, b, c = vectors.T
    # Written out: numpy's cross takes three times as long.
    i, j, k = 2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)
    turned: FloatArray = np.empty((len(quaternion), 3))
    turned[:, 0] = a + w * i + y * k - z * j
    turned[:, 1] = b + w * j + z * i - x * k
    turned[:, 2] = c + w * k + x * j - y * i
    return turned


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelMotion:
    """The belt in a level frame fixed to the ground, of unknown heading: z up."""

    acceleration_mps2: FloatArray
    """(n, 3) gravity removed."""
    upright: FloatArray
    """(n, 3) unit vector of the pelvis's own long axis, by the athlete's upright stance."""
    attitude: FloatArray
    """(n, 4) turn of the sensor since the first sample, unit quaternions."""
    axes: FloatArray
    """(3, 3) sensor axes at the stillness to the level frame."""


def level_motion(
    time_s: FloatArray,
    acc_sensor_mps2: FloatArray,
    gyr_sensor_radps: FloatArray,
    still: Stillness,
) -> LevelMotion:
    """Acceleration and posture of the belt in a level frame fixed to the ground.

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
    LevelMotion
        x and y horizontal with an unknown heading. What is left of the accelerometer's bias and of
        tilt is nearly constant over a rep, and is estimated with the run (`fuse`).
    """
    attitude = integrate_gyro(time_s, gyr_sensor_radps - still.gyr_bias_radps)
    axes = level_axes(still.up_mps2)
    acceleration = rotate(attitude, acc_sensor_mps2) @ axes.T
    acceleration[:, 2] -= np.linalg.norm(still.up_mps2)
    own_up = still.up_mps2 if still.upright_mps2 is None else still.upright_mps2
    own_up = np.broadcast_to(own_up / np.linalg.norm(own_up), acc_sensor_mps2.shape)
    return LevelMotion(
        acceleration_mps2=acceleration,
        upright=rotate(attitude, own_up) @ axes.T,
        attitude=attitude,
        axes=axes,
    )
