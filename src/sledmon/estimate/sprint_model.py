"""Mono-exponential sprint model: MSS, MAC, tau, start correction; forces with a sled (METHODS.md).

The athlete accelerates with ``MAC exp(-t / tau)`` towards ``MSS = MAC tau``. Fitted the right way
round: distance or velocity as a function of time, gate times as a function of distance.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sledmon.errors import SprintError
from sledmon.results import NAN, UNKNOWN, Measured
from sledmon.samples import FloatArray
from sledmon.units import STANDARD_GRAVITY_MPS2

_MAC, _TAU, _START = range(3)
# Wide enough for anything that moves; a fit that ends on a bound is hidden.
_BOUNDS = ((math.log(0.1), math.log(0.05), -math.inf), (math.log(200.0), math.log(20.0), math.inf))
_LEAST_SAMPLES = 8
_GUESS_SAMPLES = 200
_FEWEST_STEPS = 5
_ENOUGH_STEPS = 10
_FINE = 8
_OUTLIER_SIGMAS = 4.0
# Dimensions by which the noise scale of data without any noise is kept from 0.
_LEAST_SCALE = 1e-7


@dataclass(frozen=True, kw_only=True, slots=True)
class SprintModelParams:
    """How sprints are fitted, and when the result is not shown."""

    huber_tuning: float = 1.345
    """Residuals beyond this many robust standard deviations count less than squared: 95 % efficient
    where the noise is normal (Huber 1964)."""
    step_s: float = 0.24
    """Length of one step, 4.2 Hz; science.md 6.3. Errors are judged from residuals step by step,
    in longer runs two by two: within a step they are one and the same swing."""
    gate_sigma_s: float = 0.015
    """Least standard error of one gate's time, the model's misfit with it: 15 ms pooled over the
    52 athletes of ../shared/data/gate_sprints. Measured."""
    least_end_fraction: float = 0.9
    """Hidden below this velocity at the end, as a share of MSS; science.md 7.9."""
    widest_interval: float = 0.10
    """Hidden where the 90 % interval of MSS reaches farther than this share of MSS to either side;
    science.md 7.9."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SprintFit:
    """One run's sprint model; values stay here when hidden, for those who study the model."""

    mss_mps: Measured
    """Velocity that the run tends to."""
    mac_mps2: Measured
    """Acceleration at the model's start."""
    tau_s: Measured
    """MSS / MAC: after this time 63 % of MSS is reached."""
    start_correction_s: Measured
    """Model's start on the clock of the data: negative where the clock began after the athlete."""
    mss_mac_correlation: float
    """Correlation of the errors of MSS and MAC, for what is computed from both."""
    residual_rms: float
    """Data against model, in the unit of what was fitted: m, m/s, or s for gates."""
    points: int
    dof: int
    """What is left to judge the errors by: steps or gates, less the parameters."""
    interval_factor: float
    """A 90 % interval is the value plus and minus this many standard errors (Student's t)."""
    end_fraction: float
    """Modelled velocity at the last sample or gate, as a share of MSS."""
    near_plateau: bool
    hidden_because: str = ""
    """Why the values are not to be shown; empty where they may be."""


class _Answer(NamedTuple):
    """``y`` against a curve: log MAC, log tau and start, and how they hang on the data."""

    theta: FloatArray
    residual: FloatArray
    jacobian: FloatArray
    weight: FloatArray
    bounded: bool
    scale: float


_Curve = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


def velocity_at(time_s: npt.ArrayLike, mss_mps: float, mac_mps2: float) -> FloatArray:
    """Velocity of the model at times since its start.

    Parameters
    ----------
    time_s : array_like, seconds
        Any shape; at and before 0 the athlete stands.
    mss_mps, mac_mps2 : float
        Maximal sprinting speed, and acceleration at the start.

    Returns
    -------
    array of the same shape, m/s
        Positive in the direction of the run; NaN where the time is.

    Notes
    -----
    ``v = MSS (1 - exp(-t / tau))`` with ``tau = MSS / MAC``; science.md 3.1.

    Examples
    --------
    >>> velocity_at([0.0, 1.0, 60.0], 8.0, 6.0).round(4).tolist()
    [0.0, 4.2211, 8.0]
    """
    tau_s = mss_mps / mac_mps2
    return -mss_mps * np.expm1(-np.maximum(np.asarray(time_s, np.float64), 0.0) / tau_s)


def distance_at(time_s: npt.ArrayLike, mss_mps: float, mac_mps2: float) -> FloatArray:
    """Distance run by the model at times since its start.

    Parameters
    ----------
    time_s : array_like, seconds
        Any shape; at and before 0 the athlete stands at 0.
    mss_mps, mac_mps2 : float
        Maximal sprinting speed, and acceleration at the start.

    Returns
    -------
    array of the same shape, metres
        Positive in the direction of the run; NaN where the time is.

    Notes
    -----
    ``x = MSS (t + tau exp(-t / tau)) - MSS tau``; science.md 3.1.

    Examples
    --------
    >>> distance_at([0.0, 1.4582, 2.2250], 8.0, 6.0).round(3).tolist()
    [0.0, 4.572, 9.144]
    """
    tau_s = mss_mps / mac_mps2
    running_s = np.maximum(np.asarray(time_s, np.float64), 0.0)
    # Not below 0 by rounding, just after the start.
    return mss_mps * np.maximum(running_s + tau_s * np.expm1(-running_s / tau_s), 0.0)


def time_at(distance_m: npt.ArrayLike, mss_mps: float, mac_mps2: float) -> FloatArray:
    """Time since its start at which the model passes a distance.

    Parameters
    ----------
    distance_m : array_like, metres
        Any shape.
    mss_mps, mac_mps2 : float
        Maximal sprinting speed, and acceleration at the start.

    Returns
    -------
    array of the same shape, seconds
        NaN behind the start.

    Notes
    -----
    ``t = tau W0(-exp(-x / (MSS tau) - 1)) + x / MSS + tau`` with Lambert's W; science.md 3.1.

    Examples
    --------
    >>> time_at([4.572, 5.0, 9.144, 10.0, 20.0], 8.0, 6.0).round(4).tolist()
    [1.4582, 1.5375, 2.225, 2.3554, 3.7535]
    """
    from scipy.special import lambertw

    tau_s = mss_mps / mac_mps2
    x = np.asarray(distance_m, np.float64)
    share = np.where(x >= 0.0, x, np.nan) / (mss_mps * tau_s)
    with np.errstate(invalid="ignore"):
        far = np.real(lambertw(-np.exp(-share - 1.0))) + share + 1.0
        # At the branch point of W rounding may leave no answer: there its series.
        near = np.sqrt(2.0 * share) + share / 3.0
    time: FloatArray = tau_s * np.where(share < 1e-8, near, far)
    return time


def fit_distance(
    time_s: FloatArray, distance_m: FloatArray, params: SprintModelParams
) -> SprintFit:
    """Sprint model from distances along one run: tether samples or a smoothed path.

    Parameters
    ----------
    time_s : (n,) array, seconds
        Increasing, evenly spaced or not, on any clock; about a second of running at least. From
        standing or first movement to where the athlete no longer accelerates: slowing down is not
        in the model.
    distance_m : (n,) array, metres
        From where the belt stood, positive in the direction of the run.
    params : SprintModelParams
        How to fit, and when to hide.

    Returns
    -------
    SprintFit
        ``start_correction_s`` is on the clock of ``time_s``; ``residual_rms`` in metres.

    Raises
    ------
    SprintError
        Where there is no run to fit.

    Notes
    -----
    Huber's loss on ``x(t)``; science.md 7.9. Residuals of one run are a few steps, not n samples:
    each step's push differs, and the athlete comes back to the curve with his own tau. The standard
    errors carry such disturbances through the fit (METHODS.md). They hold neither an error of the
    distance's scale nor what the model's form does to the start.

    Examples
    --------
    >>> t = np.arange(0.0, 4.0, 0.01)
    >>> step = 0.01 * np.sin(2 * np.pi * 4.3 * t)
    >>> fit = fit_distance(t, distance_at(t - 0.05, 5.6, 6.2) + step, SprintModelParams())
    >>> round(fit.mss_mps.value, 1), round(fit.mac_mps2.value, 1), fit.hidden_because
    (5.6, 6.2, '')
    """
    clock_s, time_s, distance_m = _samples(time_s, distance_m, "distances")
    answer = _fitted(_distance_curve, time_s, distance_m, _guess(time_s, distance_m, 0), params)
    edges_s = _step_edges(time_s, params.step_s)
    middle_s, mean = _step_means(edges_s, time_s)
    look = np.diff(mean, axis=0) / np.diff(middle_s)[:, None]
    return _on_clock(_stepped(answer, edges_s, look, 1, time_s, params), clock_s)


def fit_velocity(
    time_s: FloatArray, velocity_mps: FloatArray, params: SprintModelParams
) -> SprintFit:
    """Sprint model from velocities along one run, as a radar gives them.

    Parameters
    ----------
    time_s : (n,) array, seconds
        As in `fit_distance`.
    velocity_mps : (n,) array, m/s
        Positive in the direction of the run, with the swing of steps or without.
    params : SprintModelParams
        How to fit, and when to hide.

    Returns
    -------
    SprintFit
        ``start_correction_s`` is on the clock of ``time_s``; ``residual_rms`` in m/s.

    Raises
    ------
    SprintError
        Where there is no run to fit.

    Notes
    -----
    As `fit_distance`. A lag of the velocity's own filter goes into ``start_correction_s`` and, near
    the start, into MAC.

    Examples
    --------
    >>> t = np.arange(0.0, 5.0, 0.02)
    >>> fit = fit_velocity(t, velocity_at(t, 8.8, 7.3), SprintModelParams())
    >>> round(fit.mss_mps.value, 3), round(fit.tau_s.value, 3)
    (8.8, 1.205)
    """
    clock_s, time_s, velocity_mps = _samples(time_s, velocity_mps, "velocities")
    answer = _fitted(_velocity_curve, time_s, velocity_mps, _guess(time_s, velocity_mps, 1), params)
    edges_s = _step_edges(time_s, params.step_s)
    _, mean = _step_means(edges_s, time_s)
    return _on_clock(_stepped(answer, edges_s, mean, 0, time_s, params), clock_s)


def fit_gates(
    distance_m: FloatArray,
    time_s: FloatArray,
    params: SprintModelParams,
    start_correction_s: Measured | None = None,
) -> SprintFit:
    """Sprint model from the times at which one run passed gates.

    Parameters
    ----------
    distance_m : (n,) array, metres
        Gates from the start line, increasing, beyond 0. At least 4: MSS, MAC and the start
        correction are three unknowns, and without one gate more nothing tells their errors. At
        least 3 where the start correction is given.
    time_s : (n,) array, seconds
        Increasing; on the timing system's clock, whatever started it.
    params : SprintModelParams
        How to fit, and when to hide.
    start_correction_s : Measured, optional
        Where known: when the athlete began on the timing system's clock. Found from the gates
        otherwise; then it takes in a start behind the line, too, as far as a shift of time can.

    Returns
    -------
    SprintFit
        ``residual_rms`` in seconds.

    Raises
    ------
    SprintError
        Where there are too few gates, or times that no run could have.

    Notes
    -----
    Least squares on ``t(x) + TC``; science.md 3.1 and 3.2. With so few residuals their size is
    taken as ``gate_sigma_s`` at least.

    Examples
    --------
    >>> gates_m = np.array([5.0, 10.0, 20.0, 30.0, 35.0])
    >>> fit = fit_gates(gates_m, time_at(gates_m, 8.0, 6.0) - 0.3, SprintModelParams())
    >>> round(fit.mss_mps.value, 3), round(fit.start_correction_s.value, 3)
    (8.0, -0.3)
    """
    distance_m, time_s = _pairs(distance_m, time_s, "gates")
    free = 3 if start_correction_s is None else 2
    if len(time_s) <= free:
        raise SprintError(
            f"gates: {len(time_s)} cannot give {free} unknowns and their errors; use at least "
            f"{free + 1}{'' if free == 2 else ', or 3 and a known start correction'}"
        )
    if distance_m[0] <= 0.0 or np.any(np.diff(distance_m) <= 0.0):
        raise SprintError("gates: distances must increase from above 0 m; put them in order")
    if np.any(np.diff(time_s) <= 0.0):
        raise SprintError("gates: times must increase from gate to gate; check the order")
    fixed_s = None if start_correction_s is None else start_correction_s.value
    if fixed_s is not None and not math.isfinite(fixed_s):
        raise SprintError(
            "gates: the start correction is not a number; leave it out to have it found"
        )
    # Squares alone: four or five gates cannot tell an outlier.
    answer = _fitted(
        _gate_curve, distance_m, time_s, _gate_guess(distance_m, time_s, fixed_s), params, free
    )
    jacobian = answer.jacobian[:, :free]
    dof = len(time_s) - free
    variance = max(float(answer.residual @ answer.residual) / dof, params.gate_sigma_s**2)
    covariance = np.zeros((3, 3))
    covariance[:free, :free] = variance * _inverse(jacobian.T @ jacobian)
    if start_correction_s is not None:
        # An error of the given start moves the others with it.
        pull = np.ones(3)
        pull[:2] = -_inverse(jacobian.T @ jacobian) @ jacobian.T @ np.ones(len(time_s))
        covariance += start_correction_s.sigma**2 * np.outer(pull, pull)
    mac_mps2, tau_s = np.exp(answer.theta[:2])
    last_s = time_at(distance_m[-1], mac_mps2 * tau_s, mac_mps2)
    return _told(answer, covariance, dof, float(last_s), params)


def _samples(time_s: FloatArray, y: FloatArray, what: str) -> tuple[float, FloatArray, FloatArray]:
    """When the samples begin, and they, checked, on a clock that begins there."""
    time_s, y = _pairs(time_s, y, what)
    if len(y) < _LEAST_SAMPLES:
        raise SprintError(f"{what}: {len(y)} samples; a fit needs at least {_LEAST_SAMPLES}")
    if np.any(np.diff(time_s) <= 0.0):
        raise SprintError(f"{what}: times must increase from sample to sample; sort them")
    return float(time_s[0]), time_s - time_s[0], y


def _on_clock(fit: SprintFit, clock_s: float) -> SprintFit:
    start = fit.start_correction_s
    return replace(fit, start_correction_s=Measured(clock_s + start.value, start.sigma))


def _pairs(first: FloatArray, second: FloatArray, what: str) -> tuple[FloatArray, FloatArray]:
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise SprintError(f"{what}: {first.shape} against {second.shape} times; give one for each")
    if not (np.all(np.isfinite(first)) and np.all(np.isfinite(second))):
        raise SprintError(f"{what}: some are not finite numbers; leave those out")
    return first, second


def _shape(theta: FloatArray, running_s: FloatArray) -> tuple[FloatArray, ...]:
    """Distance, velocity and their derivatives by log MAC and log tau at times since the start."""
    mac_mps2, tau_s = np.exp(theta[:2])
    mss_mps = mac_mps2 * tau_s
    t = np.maximum(running_s, 0.0)
    x, v = distance_at(t, mss_mps, mac_mps2), velocity_at(t, mss_mps, mac_mps2)
    return x, v, 2.0 * x - t * v, v - mac_mps2 * t * np.exp(-t / tau_s)


def _distance_curve(theta: FloatArray, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    x, v, x_by_tau, _ = _shape(theta, time_s - theta[_START])
    return x, np.column_stack([x, x_by_tau, -v])


def _velocity_curve(theta: FloatArray, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    running_s = time_s - theta[_START]
    _, v, _, v_by_tau = _shape(theta, running_s)
    a = np.where(
        running_s > 0.0, np.exp(theta[_MAC] - np.maximum(running_s, 0.0) / np.exp(theta[_TAU])), 0.0
    )
    return v, np.column_stack([v, v_by_tau, -a])


def _gate_curve(theta: FloatArray, distance_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    mac_mps2, tau_s = np.exp(theta[:2])
    running_s = time_at(distance_m, mac_mps2 * tau_s, mac_mps2)
    x, v, x_by_tau, _ = _shape(theta, running_s)
    return running_s + theta[_START], np.column_stack([-x / v, -x_by_tau / v, np.ones_like(v)])


def _guess(time_s: FloatArray, y: FloatArray, derivative: int) -> FloatArray:
    """Start of the search: the best of a coarse net of tau and start, MAC following from them."""
    thin = slice(None, None, max(1, len(time_s) // _GUESS_SAMPLES))
    t, y = time_s[thin], y[thin]
    moved = float(t[np.argmax(y > 0.2 * np.max(y))])
    best, least = None, math.inf
    for tau_s in (0.3, 0.6, 1.0, 1.6, 3.0):
        for start_s in np.linspace(min(moved - 1.0, t[0] - 0.5), moved, 13):
            theta = np.array([0.0, math.log(tau_s), start_s])
            curve = _shape(theta, t - start_s)[derivative]
            power = float(curve @ curve)
            mac_mps2 = float(curve @ y) / power if power > 0.0 else 0.0
            loss = float(np.sum((y - mac_mps2 * curve) ** 2))
            if mac_mps2 > 0.0 and loss < least:
                best, least = np.array([math.log(mac_mps2), theta[_TAU], start_s]), loss
    if best is None:
        raise SprintError(
            "nobody runs forth in these samples; check the sign and the stretch given"
        )
    return best


def _gate_guess(distance_m: FloatArray, time_s: FloatArray, fixed_s: float | None) -> FloatArray:
    """Start of the search: the best of a coarse net of tau and MSS, the start following."""
    fastest_mps = float(np.max(np.diff(distance_m) / np.diff(time_s)))
    best, least = np.zeros(3), math.inf
    for tau_s in (0.3, 0.6, 1.0, 1.6, 3.0):
        for mss_mps in fastest_mps * np.array([1.0, 1.05, 1.2, 1.5]):
            running_s = time_at(distance_m, mss_mps, mss_mps / tau_s)
            start_s = float(np.mean(time_s - running_s)) if fixed_s is None else fixed_s
            loss = float(np.sum((time_s - running_s - start_s) ** 2))
            if loss < least:
                best, least = np.array([math.log(mss_mps / tau_s), math.log(tau_s), start_s]), loss
    return best


def _fitted(
    curve: _Curve,
    at: FloatArray,
    y: FloatArray,
    guess: FloatArray,
    params: SprintModelParams,
    free: int = 3,
) -> _Answer:
    """Least squares; for samples along a run then Huber's loss on the scale that squares left."""
    from scipy.optimize import least_squares

    low, high = (np.array(bound) for bound in _BOUNDS)
    theta = np.clip(guess, low + 1e-3, high - 1e-3)

    def whole(part: FloatArray) -> FloatArray:
        return np.append(part, theta[free:])

    def misfit(part: FloatArray) -> FloatArray:
        return curve(whole(part), at)[0] - y

    def slope(part: FloatArray) -> FloatArray:
        return curve(whole(part), at)[1][:, :free]

    def search(part: FloatArray, loss: str, scale: float) -> FloatArray:
        found: FloatArray = least_squares(
            misfit,
            part,
            slope,
            bounds=(low[:free], high[:free]),
            x_scale=np.array([0.1, 0.1, 0.1])[:free],
            loss=loss,
            f_scale=scale,
            ftol=1e-12,
            xtol=1e-10,
            gtol=1e-12,
        ).x
        return found

    part = search(theta[:free], "linear", 1.0)
    scale = math.inf
    if curve is not _gate_curve:
        least = _LEAST_SCALE * float(np.max(np.abs(y)))
        scale = max(1.4826 * float(np.median(np.abs(misfit(part)))), least)
        part = search(part, "huber", params.huber_tuning * scale)
    residual = -misfit(part)
    size = np.maximum(np.abs(residual), 1e-300)
    return _Answer(
        theta=whole(part),
        residual=residual,
        jacobian=curve(whole(part), at)[1],
        weight=np.minimum(1.0, params.huber_tuning * scale / size),
        bounded=bool(np.any(part - low[:free] < 1e-2) or np.any(high[:free] - part < 1e-2)),
        scale=scale,
    )


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
    edges_s: FloatArray = np.linspace(time_s[0], time_s[-1], steps + 1)
    return edges_s


def _step_means(edges_s: FloatArray, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Middle of each step and what takes its mean from samples; steps without any are left out."""
    step = np.clip(np.searchsorted(edges_s, time_s, side="right") - 1, 0, len(edges_s) - 2)
    inside = (step == np.arange(len(edges_s) - 1)[:, None]).astype(np.float64)
    count = inside.sum(axis=1)
    if np.count_nonzero(count) < _FEWEST_STEPS:
        raise SprintError("most of the run is a gap: give samples of all of it")
    mean = inside[count > 0] / count[count > 0, None]
    return mean @ time_s, mean


def _stepped(
    answer: _Answer,
    edges_s: FloatArray,
    look: FloatArray,
    integrals: int,
    time_s: FloatArray,
    params: SprintModelParams,
) -> SprintFit:
    """Standard errors from how far the steps strayed from the curve.

    ``look`` (steps, n) takes each step's velocity from samples, which are that velocity integrated
    ``integrals`` times. Strayed velocity is taken as s^2 exp(-|lag| / tau): pushes that differ from
    step to step, from which the athlete recovers with the tau of the model itself. s^2 is the
    restricted likelihood's, so what the fit has swallowed is put back.
    """
    tau_s = math.exp(answer.theta[_TAU])
    fine_s = np.interp(
        np.arange((len(edges_s) - 1) * _FINE + 1) / _FINE, np.arange(len(edges_s)), edges_s
    )
    piece_s = fine_s[1] - fine_s[0]
    correlation = np.exp(-np.abs(np.subtract.outer(fine_s[1:], fine_s[1:])) / tau_s)
    # What a strayed velocity in each piece does to the samples.
    if integrals:
        reach = np.clip(time_s[:, None] - fine_s[:-1], 0.0, piece_s)
    else:
        piece = np.clip(np.searchsorted(fine_s, time_s, side="right") - 1, 0, len(fine_s) - 2)
        reach = (piece[:, None] == np.arange(len(fine_s) - 1)).astype(np.float64)
    limit = _OUTLIER_SIGMAS * answer.scale
    strayed = look @ np.clip(answer.residual, -limit, limit)
    seen = look @ reach
    whitener = np.linalg.inv(np.linalg.cholesky(seen @ correlation @ seen.T))
    slopes, strayed = whitener @ look @ answer.jacobian, whitener @ strayed
    left = strayed - slopes @ np.linalg.lstsq(slopes, strayed)[0]
    dof = len(strayed) - 3
    variance = float(left @ left) / dof
    weighted = answer.jacobian * answer.weight[:, None]
    lever = _inverse(weighted.T @ answer.jacobian) @ (weighted.T @ reach)
    covariance = variance * lever @ correlation @ lever.T
    return _told(answer, covariance, dof, float(time_s[-1] - answer.theta[_START]), params)


def _inverse(normal: FloatArray) -> FloatArray:
    """Inverse of a normal matrix; NaN where the data leave something open."""
    try:
        return np.asarray(np.linalg.inv(normal), np.float64)
    except np.linalg.LinAlgError:
        return np.full_like(normal, np.nan)


def _told(
    answer: _Answer, covariance: FloatArray, dof: int, last_s: float, params: SprintModelParams
) -> SprintFit:
    """The fit in the reader's terms, and whether it may be shown."""
    from scipy.stats import t as student

    mac_mps2, tau_s = (float(value) for value in np.exp(answer.theta[:2]))
    mss_mps = mac_mps2 * tau_s
    # Rows: log MSS = log MAC + log tau, log MAC, log tau, start.
    rows = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    spread = rows @ covariance @ rows.T
    with np.errstate(invalid="ignore"):
        sigma = np.sqrt(np.diag(spread))
    scale = float(sigma[0] * sigma[1])
    factor = float(student.ppf(0.95, dof))
    end_fraction = float(velocity_at(last_s, 1.0, 1.0 / tau_s))
    near_plateau = not answer.bounded and end_fraction >= params.least_end_fraction
    reach = factor * float(sigma[0])
    why = ""
    if answer.bounded:
        why = "the run has no plateau that a sprint model could find"
    elif not near_plateau:
        why = f"the run ended at {math.floor(100 * end_fraction)} % of its plateau: run farther"
    elif not math.isfinite(reach):
        why = "the samples leave maximal speed open"
    elif reach > params.widest_interval:
        why = f"maximal speed is known to ±{math.ceil(100 * reach)} % only"
    return SprintFit(
        mss_mps=Measured(mss_mps, mss_mps * float(sigma[0])),
        mac_mps2=Measured(mac_mps2, mac_mps2 * float(sigma[1])),
        tau_s=Measured(tau_s, tau_s * float(sigma[2])),
        start_correction_s=Measured(float(answer.theta[_START]), float(sigma[3])),
        mss_mac_correlation=float(spread[0, 1]) / scale if scale > 0.0 else NAN,
        residual_rms=float(np.sqrt(np.mean(answer.residual**2))),
        points=len(answer.residual),
        dof=dof,
        interval_factor=factor,
        end_fraction=end_fraction,
        near_plateau=near_plateau,
        hidden_because=why,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Resistance:
    """What the athlete runs against besides his own mass; sigmas are standard errors."""

    sled_kg: float = 0.0
    """Sled and plates together; 0 when unresisted."""
    sled_sigma_kg: float = 0.2
    """A bathroom scale's; judged."""
    friction: float = 0.35
    """Ratio of drag to normal force: 0.21-0.58 over turf and track (Linthorne & Cooper 2013), 0.35
    in the middle of Andre 2013; science.md 1.6. Best measured with a spring scale."""
    friction_sigma: float = 0.09
    """A quarter of that range; some 0.03 where it was measured on the day."""
    strap_angle_rad: float = 0.21
    """Strap above horizontal: 12 degrees for 4 m from a waist at 1 m; science.md 1.6."""
    strap_angle_sigma_rad: float = 0.05
    """Bounce and crouch; judged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ForceParams:
    """Body and air."""

    body_sigma_kg: float = 0.5
    """Clothes and breakfast; judged."""
    height_m: float = 1.80
    """Athlete's stature; only the drag of air hangs on it."""
    temperature_c: float = 20.0
    """Air, degrees Celsius."""
    pressure_pa: float = 101_325.0
    """Air at the field."""
    drag_coefficient: float = 0.9
    """Of a running person: Cd in science.md 3.1, as in shorts."""
    drag_sigma: float = 0.1
    """One standard error of the drag of air, as a ratio; judged."""
    ratio_from_s: float = 0.3
    """RF and DRF count from here: a model has no push-off (Samozino 2016)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ForceVelocity:
    """Step-averaged horizontal force against velocity, as straight line."""

    f0_n: Measured
    """Force at standstill."""
    v0_mps: Measured
    """Velocity at which no force is left."""
    pmax_w: Measured
    """F0 V0 / 4."""
    slope_per_s: Measured
    """-F0 / (body mass V0), that is N s/m for each kg of body."""
    rf: Measured
    """Highest ratio of horizontal to whole force from ``ratio_from_s`` on."""
    drf_per_mps: Measured
    """Change of that ratio for each m/s; negative."""
    experimental: bool = True
    """Checked against force plates for forward sprints only (Samozino 2016)."""
    hidden_because: str = ""
    """The sprint model's own reason; empty where values may be shown."""


def air_drag_kgpm(body_kg: float, params: ForceParams) -> float:
    """Drag of air for each (m/s)^2: half density times frontal area times drag coefficient.

    Parameters
    ----------
    body_kg : float
        Athlete's mass.
    params : ForceParams
        Stature and air.

    Returns
    -------
    float, kg/m
        N for each (m/s)^2, in still air.

    Notes
    -----
    Frontal area is 26.6 % of the body's surface (Du Bois); science.md 3.1.

    Examples
    --------
    >>> round(air_drag_kgpm(75.0, ForceParams(height_m=1.75, temperature_c=25.0)), 5)
    0.26988
    """
    density = 1.293 * params.pressure_pa / 101_325.0 * 273.0 / (273.0 + params.temperature_c)
    frontal_m2 = 0.2025 * params.height_m**0.725 * body_kg**0.425 * 0.266
    return float(0.5 * density * frontal_m2 * params.drag_coefficient)


def force_velocity(
    fit: SprintFit,
    body_kg: float,
    resistance: Resistance,
    params: ForceParams,
    backpedal: bool = True,
) -> ForceVelocity:
    r"""Force-velocity line of the athlete from the sprint model of one run.

    Parameters
    ----------
    fit : SprintFit
        Of the athlete, not of the sled.
    body_kg : float
        Athlete's mass.
    resistance : Resistance
        Sled, friction and strap, the same all through the run.
    params : ForceParams
        Body and air.
    backpedal : bool
        Marks the result as experimental.

    Returns
    -------
    ForceVelocity
        Forces positive in the direction of the run. Errors hold those of the model with their
        correlation, of the masses, friction, strap angle and drag of air.

    Raises
    ------
    SprintError
        Where a mass, friction or angle makes no sense, or the strap would lift the sled.

    Notes
    -----
    The strap at angle ``p`` lifts the sled and pulls the athlete down. With ``c = cos p / (cos p +
    mu sin p)`` its horizontal pull is ``c m_s (a + mu g)``, so ``F = (m + c m_s) a + k v^2 + c mu
    m_s g``; ``a`` falls linearly with ``v``. V0 is the smaller root of ``F = 0`` on that line in
    the manner of science.md 3.1 (shorts). RF takes ``m g`` and the strap's pull as vertical force
    (Samozino 2016; step-averaged). A wrong friction moves F0 and Pmax, not MSS.

    Examples
    --------
    >>> t = np.arange(0.0, 5.0, 0.01)
    >>> fit = fit_velocity(t, velocity_at(t, 7.0, 8.3), SprintModelParams())
    >>> sled = Resistance(sled_kg=10.0, friction=50.0 / 98.0665, strap_angle_rad=0.0)
    >>> air = ForceParams(height_m=1.75, temperature_c=25.0)
    >>> line = force_velocity(fit, 75.0, sled, air)
    >>> round(line.f0_n.value, 1), round(line.v0_mps.value, 4), round(line.pmax_w.value, 1)
    (755.5, 7.6529, 1445.4)
    """
    _check_forces(fit, body_kg, resistance)
    mss, mac = fit.mss_mps, fit.mac_mps2
    inputs = [
        mss,
        mac,
        Measured(body_kg, params.body_sigma_kg),
        Measured(resistance.sled_kg, resistance.sled_sigma_kg if resistance.sled_kg > 0.0 else 0.0),
        Measured(resistance.friction, resistance.friction_sigma),
        Measured(resistance.strap_angle_rad, resistance.strap_angle_sigma_rad),
        Measured(1.0, params.drag_sigma),
    ]
    at = np.array([one.value for one in inputs])
    sigma = np.array([one.sigma for one in inputs])
    covariance = np.diag(sigma**2)
    if not math.isnan(fit.mss_mac_correlation):
        covariance[0, 1] = covariance[1, 0] = fit.mss_mac_correlation * sigma[0] * sigma[1]
    values = _forces(at, params)
    slopes = np.empty((len(values), len(at)))
    for j, step in enumerate(1e-4 * np.maximum(np.abs(at), 0.1)):
        aside = step * (np.arange(len(at)) == j)
        slopes[:, j] = (_forces(at + aside, params) - _forces(at - aside, params)) / (2.0 * step)
    errors = np.sqrt(np.diag(slopes @ covariance @ slopes.T))
    f0, v0, pmax, slope, rf, drf = (
        Measured(float(value), float(error)) if math.isfinite(value) else UNKNOWN
        for value, error in zip(values, errors, strict=True)
    )
    return ForceVelocity(
        f0_n=f0,
        v0_mps=v0,
        pmax_w=pmax,
        slope_per_s=slope,
        rf=rf,
        drf_per_mps=drf,
        experimental=backpedal,
        hidden_because=fit.hidden_because,
    )


def _check_forces(fit: SprintFit, body_kg: float, resistance: Resistance) -> None:
    if not (math.isfinite(body_kg) and body_kg > 0.0):
        raise SprintError(f"body mass of {body_kg:g} kg: give one above 0 kg")
    if not (math.isfinite(resistance.sled_kg) and resistance.sled_kg >= 0.0):
        raise SprintError(f"sled mass of {resistance.sled_kg:g} kg: give 0 kg or more")
    if not 0.0 <= resistance.friction <= 2.0:
        raise SprintError(f"friction of {resistance.friction:g}: give a ratio from 0 to 2")
    if not 0.0 <= resistance.strap_angle_rad <= 1.0:
        raise SprintError(
            f"strap angle of {resistance.strap_angle_rad:g} rad: give 0 to 1, up from horizontal"
        )
    mu, angle_rad = resistance.friction, resistance.strap_angle_rad
    lift = math.sin(angle_rad) / (math.cos(angle_rad) + mu * math.sin(angle_rad))
    pull_mps2 = fit.mac_mps2.value + mu * STANDARD_GRAVITY_MPS2
    if resistance.sled_kg > 0.0 and lift * pull_mps2 > STANDARD_GRAVITY_MPS2:
        raise SprintError("the strap would lift the sled at the start: give a smaller strap angle")


def _forces(at: FloatArray, params: ForceParams) -> FloatArray:
    """F0, V0, Pmax, slope, RF and DRF for values in the order of ``force_velocity``'s inputs."""
    mss_mps, mac_mps2, body_kg, sled_kg, friction, angle_rad, air = (float(value) for value in at)
    level = math.cos(angle_rad) / (math.cos(angle_rad) + friction * math.sin(angle_rad))
    inertia_kg = body_kg + level * sled_kg
    drag_n = level * friction * sled_kg * STANDARD_GRAVITY_MPS2
    k = air * air_drag_kgpm(body_kg, params)
    f0 = inertia_kg * mac_mps2 + drag_n
    fall = inertia_kg * mac_mps2 / mss_mps
    under = fall * fall - 4.0 * k * f0
    # The smaller root written so that it stays exact as the drag of air goes to 0.
    v0 = 2.0 * f0 / (fall + math.sqrt(under)) if under >= 0.0 else NAN
    # Five time constants: the velocity has then all but arrived.
    time_s = np.linspace(
        params.ratio_from_s, max(5.0 * mss_mps / mac_mps2, 2.0 * params.ratio_from_s), 400
    )
    v = velocity_at(time_s, mss_mps, mac_mps2)
    a = mac_mps2 - mac_mps2 / mss_mps * v
    strap_n = level * sled_kg * (a + friction * STANDARD_GRAVITY_MPS2)
    horizontal_n = body_kg * a + k * v * v + strap_n
    vertical_n = body_kg * STANDARD_GRAVITY_MPS2 + strap_n * math.tan(angle_rad)
    ratio = horizontal_n / np.hypot(horizontal_n, vertical_n)
    drf = float(np.polyfit(v, ratio, 1)[0])
    return np.array([f0, v0, f0 * v0 / 4.0, -f0 / (body_kg * v0), float(ratio[0]), drf])
