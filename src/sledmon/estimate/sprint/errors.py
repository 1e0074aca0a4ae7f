"""Standard errors of the sprint model: from whole steps that strayed from it, or from gates.

Both return the covariance of log MAC, log tau and start, and the degrees of freedom behind it.
"""

import numpy as np

from sledmon.errors import SprintError
from sledmon.samples import FloatArray

_FEWEST_STEPS = 5
_ENOUGH_STEPS = 10
_FINE = 8


def step_covariance(
    time_s: FloatArray,
    residual: FloatArray,
    jacobian: FloatArray,
    weight: FloatArray,
    *,
    tau_s: float,
    step_s: float,
    of_velocity: bool,
) -> tuple[FloatArray, int]:
    """Covariance of a fit to samples, whose errors are those of a few steps.

    Parameters
    ----------
    time_s : (n,) array, seconds
        Increasing.
    residual : (n,) array, metres or m/s
        Samples less the fitted curve, outliers cut.
    jacobian : (n, 3) array
        Slopes of the curve by log MAC, log tau and start.
    weight : (n,) array
        What each sample counted for in the fit.
    tau_s : float, seconds
        Of the fitted model.
    step_s : float, seconds
        Length of one step.
    of_velocity : bool
        Whether velocities were fitted; distances otherwise.

    Returns
    -------
    (3, 3) array, int
        Covariance, NaN where the samples leave something open; steps less the parameters.

    Raises
    ------
    SprintError
        Where fewer than five steps were seen.

    Notes
    -----
    Strayed velocity has covariance ``s^2 exp(-|lag| / tau)``: pushes that differ from step to step,
    from which the athlete recovers with the model's own tau. ``s^2`` is that of the restricted
    likelihood, so what the fit has swallowed is put back; the covariance is carried through the
    fit (a sandwich). METHODS.md.

    Examples
    --------
    >>> t = np.arange(0.0, 4.0, 0.01)
    >>> v = 5.6 - 5.6 * np.exp(-t / 0.9)
    >>> slopes = np.column_stack([v, v - 6.2 * t * np.exp(-t / 0.9), v - 5.6])
    >>> swing = 0.1 * np.sin(9.0 * t)
    >>> covariance, dof = step_covariance(
    ...     t, swing, slopes, np.ones(400), tau_s=0.9, step_s=0.24, of_velocity=True
    ... )
    >>> dof, covariance.shape
    (7, (3, 3))
    """
    edges_s = _step_edges(time_s, step_s)
    middle_s, look = _step_means(edges_s, time_s)
    steps = len(edges_s) - 1
    fine_s = np.interp(np.arange(steps * _FINE + 1) / _FINE, np.arange(steps + 1), edges_s)
    # What a strayed velocity in each piece does to the samples.
    if of_velocity:
        piece = np.clip(np.searchsorted(fine_s, time_s, side="right") - 1, 0, len(fine_s) - 2)
        reach = (piece[:, None] == np.arange(len(fine_s) - 1)).astype(np.float64)
    else:
        look = np.diff(look, axis=0) / np.diff(middle_s)[:, None]
        reach = np.clip(time_s[:, None] - fine_s[:-1], 0.0, fine_s[1] - fine_s[0])
    correlation = np.exp(-np.abs(np.subtract.outer(fine_s[1:], fine_s[1:])) / tau_s)
    seen = look @ reach
    whitener = np.linalg.inv(np.linalg.cholesky(seen @ correlation @ seen.T))
    slopes, strayed = whitener @ look @ jacobian, whitener @ look @ residual
    left = strayed - slopes @ np.linalg.lstsq(slopes, strayed)[0]
    dof = len(strayed) - 3
    weighted = jacobian * weight[:, None]
    lever = _inverse(weighted.T @ jacobian) @ (weighted.T @ reach)
    return float(left @ left) / dof * (lever @ correlation @ lever.T), dof


def gate_covariance(
    residual_s: FloatArray, jacobian: FloatArray, least_sigma_s: float, start_sigma_s: float
) -> tuple[FloatArray, int]:
    """Covariance of a fit to the times at which gates were passed.

    Parameters
    ----------
    residual_s : (n,) array, seconds
        Times less the fitted curve.
    jacobian : (n, 3) or (n, 2) array
        Slopes of the curve by log MAC, log tau and, unless it was known, start.
    least_sigma_s : float, seconds
        Least standard error of one gate: so few residuals may be small by chance.
    start_sigma_s : float, seconds
        Standard error of a known start, which moves the others with it.

    Returns
    -------
    (3, 3) array, int
        Covariance, NaN where the gates leave something open; gates less the parameters.

    Notes
    -----
    Least squares on ``t(x) + TC``; METHODS.md.

    Examples
    --------
    >>> slopes = np.array([[-0.5, -0.2], [-0.9, -0.5], [-1.6, -1.2]])
    >>> covariance, dof = gate_covariance(np.array([0.01, -0.01, 0.0]), slopes, 0.015, 0.02)
    >>> dof, round(float(np.sqrt(covariance[2, 2])), 3)
    (1, 0.02)
    """
    free = jacobian.shape[1]
    dof = len(residual_s) - free
    variance = max(float(residual_s @ residual_s) / dof, least_sigma_s**2)
    inverse = _inverse(jacobian.T @ jacobian)
    covariance = np.zeros((3, 3))
    covariance[:free, :free] = variance * inverse
    if free == 2:
        pull = np.append(-inverse @ jacobian.sum(axis=0), 1.0)
        covariance += start_sigma_s**2 * np.outer(pull, pull)
    return covariance, dof


def _step_edges(time_s: FloatArray, step_s: float) -> FloatArray:
    """Bounds of about step-long stretches that fill the run."""
    span_s = float(time_s[-1] - time_s[0])
    steps = int(span_s / step_s + 1e-9)
    # Left and right feet differ: where the run is long enough, both together.
    steps = max(min(steps, _ENOUGH_STEPS), steps // 2)
    if steps < _FEWEST_STEPS:
        raise SprintError(
            f"{span_s:.2f} s of running are too short for a sprint model; "
            f"give at least {_FEWEST_STEPS * step_s:.2f} s"
        )
    return np.linspace(time_s[0], time_s[-1], steps + 1)


def _step_means(edges_s: FloatArray, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Middle of each step and what takes its mean from samples; steps without any are left out."""
    step = np.clip(np.searchsorted(edges_s, time_s, side="right") - 1, 0, len(edges_s) - 2)
    inside = (step == np.arange(len(edges_s) - 1)[:, None]).astype(np.float64)
    count = inside.sum(axis=1)
    if np.count_nonzero(count) < _FEWEST_STEPS:
        raise SprintError("most of the run is a gap: give samples of all of it")
    mean = inside[count > 0] / count[count > 0, None]
    return mean @ time_s, mean


def _inverse(normal: FloatArray) -> FloatArray:
    """Inverse of a normal matrix; NaN where the data leave something open."""
    try:
        return np.asarray(np.linalg.inv(normal), np.float64)
    except np.linalg.LinAlgError:
        return np.full_like(normal, np.nan)
