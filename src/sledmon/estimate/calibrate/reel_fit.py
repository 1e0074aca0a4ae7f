"""Least squares for the place of the reel, and what its errors do to distance (METHODS.md)."""

import math
from typing import NamedTuple

import numpy as np

from sledmon.estimate.geometry import distance_sensitivity
from sledmon.results import NAN, Measured
from sledmon.rig import Rig, with_calibration
from sledmon.samples import FloatArray

_NIL = 1e-12  # square metres: keeps an exact length or a cord of none from dividing by zero
# Nobody's reel lies outside: keeps the fit in hand, weighs next to nothing on what becomes known.
_WEAK = (Measured(4.0, 10.0), Measured(0.75, 3.0), Measured(0.0, 3.0))


class ReelFit(NamedTuple):
    """Standoff, height and lateral as the least squares have them."""

    lengths_m: FloatArray
    """(3,); the height positive unless taped."""
    covariance_m2: FloatArray
    """(3, 3)"""
    chi2: float
    worst: int
    """Index of the visit furthest from the fit, ..."""
    worst_m: float
    """... and its distance in metres of cord."""

    @property
    def side_m(self) -> Measured:
        """Hypotenuse of height and lateral offset."""
        side = float(np.hypot(*self.lengths_m[1:]))
        toward = self.lengths_m[1:] / max(side, 1e-9)
        return Measured(side, float(np.sqrt(toward @ self.covariance_m2[1:, 1:] @ toward)))


def fit_reel(
    marks: FloatArray,
    payout: FloatArray,
    errors_m2: FloatArray,
    given: tuple[Measured, ...],
    scale_sigma: float,
) -> ReelFit:
    """Standoff, height, lateral, zero and scale error by least squares, from several starts.

    Parameters
    ----------
    marks, payout : (n,) arrays, metres
        Marks of the run, positive away from the reel, and cord paid out there, from any zero.
    errors_m2 : (n, n) array
        Covariance of the payouts, with that of standing at the marks.
    given : three Measured, metres
        Standoff, height and lateral as taped; unknown ones are left to the cord.
    scale_sigma : float
        Standard error of the payout's scale, as a ratio.

    Returns
    -------
    ReelFit
        Errors from the curvature at the best point.

    Notes
    -----
    ``payout = (1 + scale error) sqrt((x + standoff)^2 + height^2 + lateral^2) - zero`` with what
    was taped as further observations; METHODS.md.

    Examples
    --------
    >>> marks = np.array([0.0, 1.0, 2.0, 5.0, 10.0])
    >>> cord = np.hypot(marks + 1.0, 0.9)
    >>> tape = (Measured(), Measured(0.9, 0.02), Measured(0.0, 0.05))
    >>> fit = fit_reel(marks, cord - cord[0], 1e-4 * np.eye(5), tape, 0.0005)
    >>> fit.lengths_m.round(3).tolist()
    [1.0, 0.9, 0.0]
    """
    from scipy.optimize import least_squares

    priors = [g if g.known else weak for g, weak in zip(given, _WEAK, strict=True)]
    centre = np.array([prior.value for prior in priors])
    spread = np.array([max(prior.sigma, 1e-6) for prior in priors])
    whiten = np.linalg.inv(np.linalg.cholesky(errors_m2 + _NIL * np.eye(len(marks))))
    tail = np.diag([*(1.0 / spread), 0.0, 1.0 / max(scale_sigma, 1e-9)])[[0, 1, 2, 4]]

    def cord(theta: FloatArray) -> FloatArray:
        return np.asarray(
            np.sqrt((marks + theta[0]) ** 2 + theta[1] ** 2 + theta[2] ** 2 + _NIL), float
        )

    def residual(theta: FloatArray) -> FloatArray:
        off = whiten @ (payout + theta[3] - (1.0 + theta[4]) * cord(theta))
        known = np.append((theta[:3] - centre) / spread, theta[4] / max(scale_sigma, 1e-9))
        return np.concatenate([off, known])

    def slope(theta: FloatArray) -> FloatArray:
        length = cord(theta)
        grow = -(1.0 + theta[4]) / length
        columns = [
            grow * (marks + theta[0]),
            grow * theta[1],
            grow * theta[2],
            np.ones_like(marks),
            -length,
        ]
        return np.vstack([whiten @ np.column_stack(columns), tail])

    fits = []
    for standoff in [centre[0]] if given[0].known else [0.7, 2.0, 6.0]:
        for height in [centre[1]] if given[1].known else [0.3, 1.0]:
            start = np.array([standoff, height, centre[2], 0.0, 0.0])
            start[3] = float(np.mean(cord(start) - payout))
            fits.append(
                least_squares(residual, start, slope, method="lm", x_scale=[1, 1, 1, 1, 0.01])
            )
    best = min(fits, key=lambda fit: float(fit.cost))
    theta = np.asarray(best.x, float)
    if not given[1].known:
        theta[1] = abs(theta[1])
    # Cord goes with the square of a taped length: near 0 its slope vanishes, its spread does not.
    wide = theta.copy()
    for k in (1, 2):
        if given[k].known:
            wide[k] = np.hypot(theta[k], spread[k] / np.sqrt(2.0))
    jacobian = slope(wide)
    covariance = np.asarray(np.linalg.inv(jacobian.T @ jacobian)[:3, :3], float)
    rest = payout + theta[3] - (1.0 + theta[4]) * cord(theta)
    worst = int(np.argmax(np.abs(rest)))
    return ReelFit(theta[:3], covariance, 2.0 * float(best.cost), worst, abs(float(rest[worst])))


def split_side(fit: ReelFit, height: Measured) -> ReelFit:
    """Height as the tape measure said, and lateral as what it leaves of the one side found.

    Parameters
    ----------
    fit : ReelFit
        Found with the lateral offset held at 0, so that its height is the whole side.
    height : Measured, metres
        As taped, or unknown.

    Returns
    -------
    ReelFit
        NaN for a height that nobody taped, and for a lateral offset without it or of no length.

    Examples
    --------
    >>> fit = ReelFit(np.array([1.0, 1.0, 0.0]), np.diag([0.04, 0.0004, 0.0]), 1.0, 0, 0.0)
    >>> split_side(fit, Measured(0.6, 0.02)).lengths_m.round(3).tolist()
    [1.0, 0.6, 0.8]
    """
    side = float(fit.lengths_m[1])
    lateral = math.sqrt(max(side**2 - height.value**2, 0.0)) if height.known else NAN
    if not lateral > 0.0:
        lateral = NAN
    turn = np.array(
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, side / lateral, -height.value / lateral]]
    )
    found = np.zeros((3, 3))
    found[:2, :2] = fit.covariance_m2[:2, :2]
    found[2, 2] = height.sigma**2
    covariance = np.full((3, 3), np.nan)
    rows = np.flatnonzero([True, height.known, not math.isnan(lateral)])
    covariance[np.ix_(rows, rows)] = turn[rows] @ np.nan_to_num(found) @ turn[rows].T
    lengths = np.array([fit.lengths_m[0], height.value, lateral])
    return fit._replace(lengths_m=lengths, covariance_m2=covariance)


def one_sigma(
    lengths: list[Measured], covariance_m2: FloatArray, gates_m: tuple[float, ...]
) -> float:
    """One error for three lengths taken as independent: right at the gates and between them.

    Parameters
    ----------
    lengths : three Measured, metres
        Standoff, height, lateral.
    covariance_m2 : (3, 3) array
        Of their errors.
    gates_m : tuple of float, metres
        Where distance, and between which its differences, must have the right error.

    Returns
    -------
    float, metres
        The largest that any of them asks for: never short.

    Examples
    --------
    >>> lengths = [Measured(2.0, 0.02), Measured(0.9, 0.02), Measured(0.0, 0.02)]
    >>> round(one_sigma(lengths, 0.0004 * np.eye(3), (4.572, 9.144)), 6)
    0.02
    """
    rig = with_calibration(
        Rig(),
        standoff_m=lengths[0].value,
        height_m=lengths[1].value,
        lateral_m=lengths[2].value,
        geometry_sigma_m=0.0,
    )
    at = np.array([distance_sensitivity(gate, rig)[:3] for gate in gates_m])
    rows = np.vstack([at, np.diff(at, axis=0)])
    size = np.linalg.norm(rows, axis=1)
    if size.min() < 1e-6:  # the cord runs along the run: its place does not matter
        return max(length.sigma for length in lengths)
    error = np.sqrt(np.einsum("ij,jk,ik->i", rows, covariance_m2, rows))
    return float(np.max(error / size))
