"""Position, velocity and acceleration of the belt from tether positions (METHODS.md 2).

One linear-Gaussian model: acceleration wanders with white jerk, positions are measured with white
noise. The most probable path is one banded solve; standard errors come from the same factor.
"""

from dataclasses import dataclass

import numpy as np

from sledmon.samples import FloatArray

_STATES = 3
_BANDS = 6  # lower half-bandwidth 5 of neighbouring 3 x 3 blocks, and the diagonal


@dataclass(frozen=True, kw_only=True, slots=True)
class SmoothParams:
    """The model's two noises and its vague beginning."""

    jerk_psd: float = 1000.0
    """White-jerk spectral density, m^2/s^5. A backpedal step swings velocity by 0.25 m/s RMS at
    4.3 Hz (science.md 6.3), which is some 180 m/s^3 RMS of jerk spread over about 10 Hz, two-sided;
    with 1.5 mm of noise at 100 Hz this passes motion up to about 9 Hz."""
    sigma_m: float = 0.0015
    """Noise of one tether position besides its quantisation: cord whip and sway; science.md 7.5."""
    velocity_sigma_mps: float = 5.0
    """Before anything is known."""
    acceleration_sigma_mps2: float = 20.0
    """Before anything is known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Path:
    """A smoothed path: values at nodes, exact between them, and the factor for standard errors."""

    time_s: FloatArray
    """(n,) node times: the samples, and steps through gaps."""
    distance_m: FloatArray
    velocity_mps: FloatArray
    acceleration_mps2: FloatArray
    _factor: FloatArray
    _scale: FloatArray

    def at(self, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance and velocity at any times inside the path; NaN outside.

        Between nodes the most probable path of a white-jerk model is the quintic that keeps
        position, velocity and acceleration at both ends.
        """
        t = np.asarray(time_s, np.float64)
        i = np.clip(np.searchsorted(self.time_s, t, side="right") - 1, 0, len(self.time_s) - 2)
        step = self.time_s[i + 1] - self.time_s[i]
        u = (t - self.time_s[i]) / step
        x0, v0, a0 = self.distance_m[i], self.velocity_mps[i], self.acceleration_mps2[i]
        x1, v1, a1 = self.distance_m[i + 1], self.velocity_mps[i + 1], self.acceleration_mps2[i + 1]
        c1, c2 = v0 * step, 0.5 * a0 * step * step
        rise = x1 - x0 - c1 - c2
        slope = v1 * step - c1 - 2 * c2
        bend = a1 * step * step - 2 * c2
        c3 = 10 * rise - 4 * slope + 0.5 * bend
        c4 = -15 * rise + 7 * slope - bend
        c5 = 6 * rise - 3 * slope + 0.5 * bend
        x = x0 + u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * c5))))
        v = (c1 + u * (2 * c2 + u * (3 * c3 + u * (4 * c4 + u * 5 * c5)))) / step
        outside = (t < self.time_s[0]) | (t > self.time_s[-1])
        return np.where(outside, np.nan, x), np.where(outside, np.nan, v)

    def sigma(self, weights: list[dict[tuple[float, str], float]]) -> FloatArray:
        """Standard errors of sums of states, each ``{(time_s, "x" | "v"): weight}``.

        The state is taken at the nearest node. Errors of the rig are not in it.
        """
        from scipy.linalg import cho_solve_banded

        n = len(self.time_s)
        columns = np.zeros((_STATES * n, len(weights)))
        for j, terms in enumerate(weights):
            for (time_s, state), weight in terms.items():
                node = int(np.argmin(np.abs(self.time_s - time_s)))
                k = "xva".index(state)
                columns[_STATES * node + k, j] += weight * self._scale[k]
        solved = cho_solve_banded((self._factor, True), columns)
        variance: FloatArray = np.sum(columns * solved, axis=0)
        return np.sqrt(variance)


def smooth_positions(
    time_s: FloatArray, distance_m: FloatArray, sigma_m: float, params: SmoothParams
) -> Path:
    """Most probable path through tether positions.

    Parameters
    ----------
    time_s : (n,) array, seconds
        Increasing, evenly spaced or not; n >= 3.
    distance_m : (n,) array, metres
        Measured positions.
    sigma_m : float
        One standard error of each position, quantisation included.
    params : SmoothParams
        The model.

    Returns
    -------
    Path
        Zero-lag estimates; gaps carry nodes of their own and so wider errors.
    """
    from scipy.linalg import cho_solve_banded, cholesky_banded

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
    banded = _banded(diagonal, below)
    origin = distance_m[0]
    right = np.zeros(_STATES * n)
    right[_STATES * measured] = (distance_m - origin) / sigma_m**2
    factor = cholesky_banded(banded, lower=True, check_finite=False)
    states = cho_solve_banded((factor, True), right, check_finite=False).reshape(n, _STATES) * scale
    return Path(
        time_s=nodes,
        distance_m=states[:, 0] + origin,
        velocity_mps=states[:, 1],
        acceleration_mps2=states[:, 2],
        _factor=factor,
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
    """What the motion model knows: (n, 3, 3) on and (n - 1, 3, 3) below the diagonal."""
    n = len(step)
    zero = np.zeros(n)
    # Inverse of the white-jerk covariance over one step, in closed form.
    q = np.array(
        [
            [720 / step**5, -360 / step**4, 60 / step**3],
            [-360 / step**4, 192 / step**3, -36 / step**2],
            [60 / step**3, -36 / step**2, 9 / step],
        ]
    ).transpose(2, 0, 1)
    one = np.ones(n)
    f = np.array([[one, step, step**2 / 2], [zero, one, step], [zero, zero, one]]).transpose(
        2, 0, 1
    )
    outer = np.outer(scale, scale) / psd
    q_scaled = q * outer
    f_scaled = f * (scale[None, None, :] / scale[None, :, None])
    below = -(q_scaled @ f_scaled)
    diagonal = np.zeros((n + 1, _STATES, _STATES))
    diagonal[1:] += q_scaled
    diagonal[:-1] -= f_scaled.transpose(0, 2, 1) @ below
    return diagonal, below


def _banded(diagonal: FloatArray, below: FloatArray) -> FloatArray:
    """Lower banded storage of a symmetric block-tridiagonal matrix."""
    n = len(diagonal)
    banded = np.zeros((_BANDS, _STATES * n))
    for row in range(_STATES):
        for column in range(row + 1):
            banded[row - column, column::_STATES] = diagonal[:, row, column]
    for row in range(_STATES):
        for column in range(_STATES):
            banded[_STATES + row - column, column : _STATES * (n - 1) : _STATES] = below[
                :, row, column
            ]
    return banded
