"""Position, velocity and acceleration of the belt from tether positions (METHODS.md 2).

One linear-Gaussian model: acceleration wanders with white jerk, positions are measured with white
noise. The most probable path is one banded solve; standard errors come from the same factor.
"""

from dataclasses import dataclass

import numpy as np

from sledmon.estimate.motion.banded import STATES, Chain
from sledmon.estimate.motion.path import Path
from sledmon.samples import FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class SmoothParams:
    """The model's two noises and its vague beginning."""

    jerk_psd: float = 1000.0
    """White-jerk spectral density, m^2/s^5. A backpedal step swings velocity by 0.25 m/s RMS at
    4.3 Hz (SOURCES 6.3), which is some 180 m/s^3 RMS of jerk spread over about 10 Hz, two-sided;
    with 1.5 mm of noise at 100 Hz this passes motion up to about 9 Hz."""
    velocity_sigma_mps: float = 5.0
    """Before anything is known."""
    acceleration_sigma_mps2: float = 20.0
    """Before anything is known."""


def smooth_positions(
    time_s: FloatArray, distance_m: FloatArray, sigma_m: FloatArray | float, params: SmoothParams
) -> Path:
    """Most probable path through tether positions.

    Parameters
    ----------
    time_s : (n,) array, seconds
        Increasing, evenly spaced or not; n >= 3.
    distance_m : (n,) array, metres
        Measured positions.
    sigma_m : (n,) array or float, metres
        One standard error of each position, quantisation included.
    params : SmoothParams
        The model.

    Returns
    -------
    Path
        Zero-lag estimates; gaps carry nodes of their own and so wider errors.
    """
    nodes, measured = _with_nodes_in_gaps(time_s)
    n = len(nodes)
    step = np.diff(nodes)
    unit = float(np.median(step))
    # States in units of the time step keep the equations well conditioned at any sample rate.
    scale = np.array([1.0, 1.0 / unit, 1.0 / unit**2])
    diagonal, below = _motion_blocks(step, params.jerk_psd, scale)
    diagonal[measured, 0, 0] += 1.0 / sigma_m**2
    diagonal[0, 1, 1] += (scale[1] / params.velocity_sigma_mps) ** 2
    diagonal[0, 2, 2] += (scale[2] / params.acceleration_sigma_mps2) ** 2
    origin = distance_m[0]
    right = np.zeros((n, STATES))
    right[measured, 0] = (distance_m - origin) / sigma_m**2
    chain = Chain(
        diagonal=diagonal,
        below=below,
        border=np.zeros((n, STATES, 0)),
        corner=np.zeros((0, 0)),
        right=right,
        right_common=np.zeros(0),
    ).solved()
    states = chain.states * scale
    return Path(
        time_s=nodes,
        distance_m=states[:, 0] + origin,
        velocity_mps=states[:, 1],
        acceleration_mps2=states[:, 2],
        _chain=chain,
        _scale=scale,
    )


def _with_nodes_in_gaps(time_s: FloatArray) -> tuple[FloatArray, "np.ndarray"]:
    """Times with regular steps through every gap, and which of them were measured."""
    step = np.diff(time_s)
    usual = float(np.median(step))
    pieces: list[FloatArray] = []
    last = 0
    for i in np.flatnonzero(step > 1.5 * usual):
        extra = round(step[i] / usual) - 1
        pieces.append(time_s[last : i + 1])
        pieces.append(time_s[i] + step[i] * np.arange(1, extra + 1) / (extra + 1))
        last = int(i) + 1
    pieces.append(time_s[last:])
    nodes = np.concatenate(pieces)
    return nodes, np.searchsorted(nodes, time_s)


def _motion_blocks(
    step: FloatArray, psd: float, scale: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What the motion model knows: (n, 3, 3) on and (n - 1, 3, 3) below the diagonal.

    Closed forms: with Q the white-jerk covariance over a step h and F the motion, inverse Q on the
    later node, -inverse(Q) F between, and F' inverse(Q) F on the earlier one, which is the first
    with time reversed.
    """
    power = (np.outer(scale, scale) / psd)[None] / step[:, None, None] ** _POWERS
    later, between, earlier = (factors * power for factors in (_LATER, _BETWEEN, _EARLIER))
    diagonal = np.zeros((len(step) + 1, STATES, STATES))
    diagonal[1:] += later
    diagonal[:-1] += earlier
    return diagonal, between


_POWERS = np.array([[5, 4, 3], [4, 3, 2], [3, 2, 1]])
_LATER = np.array([[720.0, -360.0, 60.0], [-360.0, 192.0, -36.0], [60.0, -36.0, 9.0]])
_BETWEEN = np.array([[-720.0, -360.0, -60.0], [360.0, 168.0, 24.0], [-60.0, -24.0, -3.0]])
_EARLIER = np.abs(_LATER)
