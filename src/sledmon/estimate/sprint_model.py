"""Sprint model of one run: MSS, MAC, tau and start correction, with their errors (METHODS.md).

Fitted the right way round: distance or velocity as a function of time, gate times as a function of
distance.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sledmon.errors import SprintError
from sledmon.estimate.sprint_curves import distance_at, time_at, velocity_at
from sledmon.estimate.sprint_errors import gate_covariance, step_covariance
from sledmon.results import NAN, Measured
from sledmon.samples import FloatArray

_MAC, _TAU, _START = range(3)
# Wide enough for anything that moves; a fit that ends on a bound is hidden.
_BOUNDS = ((math.log(0.1), math.log(0.05), -math.inf), (math.log(200.0), math.log(20.0), math.inf))
_LEAST_SAMPLES = 8
_GUESS_SAMPLES = 200
_GUESS_TAUS_S = (0.3, 0.6, 1.0, 1.6, 3.0)
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
    return _fit_run(time_s, distance_m, params, of_velocity=False)


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
    return _fit_run(time_s, velocity_mps, params, of_velocity=True)


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
    start_s, start_sigma_s = start_correction_s or Measured()
    if start_correction_s is not None and not math.isfinite(start_s):
        raise SprintError(
            "gates: the start correction is not a number; leave it out to have it found"
        )
    # Squares alone: four or five gates cannot tell an outlier.
    guess = _gate_guess(distance_m, time_s, start_s)
    answer = _fitted(_gate_curve, distance_m, time_s, guess, math.inf, free)
    covariance, dof = gate_covariance(
        answer.residual, answer.jacobian[:, :free], params.gate_sigma_s, start_sigma_s
    )
    mac_mps2, tau_s = np.exp(answer.theta[:2])
    last_s = float(time_at(distance_m[-1], mac_mps2 * tau_s, mac_mps2))
    return _told(answer, covariance, dof, last_s, params)


def _fit_run(
    time_s: FloatArray, y: FloatArray, params: SprintModelParams, *, of_velocity: bool
) -> SprintFit:
    """The fit of samples along one run, done on a clock that begins with them."""
    what = "velocities" if of_velocity else "distances"
    time_s, y = _pairs(time_s, y, what)
    if len(y) < _LEAST_SAMPLES:
        raise SprintError(f"{what}: {len(y)} samples; a fit needs at least {_LEAST_SAMPLES}")
    if np.any(np.diff(time_s) <= 0.0):
        raise SprintError(f"{what}: times must increase from sample to sample; sort them")
    clock_s = float(time_s[0])
    time_s = time_s - clock_s
    curve = _velocity_curve if of_velocity else _distance_curve
    answer = _fitted(curve, time_s, y, _guess(curve, time_s, y), params.huber_tuning)
    limit = _OUTLIER_SIGMAS * answer.scale
    covariance, dof = step_covariance(
        time_s,
        np.clip(answer.residual, -limit, limit),
        answer.jacobian,
        answer.weight,
        tau_s=math.exp(answer.theta[_TAU]),
        step_s=params.step_s,
        of_velocity=of_velocity,
    )
    last_s = float(time_s[-1] - answer.theta[_START])
    return _told(answer, covariance, dof, last_s, params, clock_s)


def _pairs(first: FloatArray, second: FloatArray, what: str) -> tuple[FloatArray, FloatArray]:
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise SprintError(f"{what}: {first.shape} against {second.shape} times; give one for each")
    if not (np.all(np.isfinite(first)) and np.all(np.isfinite(second))):
        raise SprintError(f"{what}: some are not finite numbers; leave those out")
    return first, second


def _distance_curve(theta: FloatArray, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distance at samples, and its slopes by log MAC, log tau and start."""
    mac_mps2, tau_s = np.exp(theta[:2])
    t = np.maximum(time_s - theta[_START], 0.0)
    x, v = distance_at(t, mac_mps2 * tau_s, mac_mps2), velocity_at(t, mac_mps2 * tau_s, mac_mps2)
    return x, np.column_stack([x, 2.0 * x - t * v, -v])


def _velocity_curve(theta: FloatArray, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Velocity at samples, and its slopes."""
    mac_mps2, tau_s = np.exp(theta[:2])
    t = np.maximum(time_s - theta[_START], 0.0)
    v, a = velocity_at(t, mac_mps2 * tau_s, mac_mps2), mac_mps2 * np.exp(-t / tau_s)
    return v, np.column_stack([v, v - a * t, np.where(t > 0.0, -a, 0.0)])


def _gate_curve(theta: FloatArray, distance_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Time at gates, and its slopes."""
    mac_mps2, tau_s = np.exp(theta[:2])
    running_s = time_at(distance_m, mac_mps2 * tau_s, mac_mps2)
    x_slopes = _distance_curve(np.array([*theta[:2], 0.0]), running_s)[1]
    # At a given place time changes by -dx / v, and -v is x's slope by the start.
    return running_s + theta[_START], x_slopes / x_slopes[:, [_START]]


def _guess(curve: _Curve, time_s: FloatArray, y: FloatArray) -> FloatArray:
    """Start of the search: the best of a coarse net of tau and start, MAC following from them."""
    thin = slice(None, None, max(1, len(time_s) // _GUESS_SAMPLES))
    t, y = time_s[thin], y[thin]
    moved = float(t[np.argmax(y > 0.2 * np.max(y))])
    best, least = None, math.inf
    for tau_s in _GUESS_TAUS_S:
        for start_s in np.linspace(min(moved - 1.0, t[0] - 0.5), moved, 13):
            theta = np.array([0.0, math.log(tau_s), start_s])
            shape = curve(theta, t)[0]
            power = float(shape @ shape)
            mac_mps2 = float(shape @ y) / power if power > 0.0 else 0.0
            loss = float(np.sum((y - mac_mps2 * shape) ** 2))
            if mac_mps2 > 0.0 and loss < least:
                best, least = np.array([math.log(mac_mps2), theta[_TAU], start_s]), loss
    if best is None:
        raise SprintError(
            "nobody runs forth in these samples; check the sign and the stretch given"
        )
    return best


def _gate_guess(distance_m: FloatArray, time_s: FloatArray, known_s: float) -> FloatArray:
    """Start of the search: the best of a coarse net of tau and MSS, start following or known."""
    fastest_mps = float(np.max(np.diff(distance_m) / np.diff(time_s)))
    best, least = np.zeros(3), math.inf
    for tau_s in _GUESS_TAUS_S:
        for mss_mps in fastest_mps * np.array([1.0, 1.05, 1.2, 1.5]):
            running_s = time_at(distance_m, mss_mps, mss_mps / tau_s)
            start_s = float(np.mean(time_s - running_s)) if math.isnan(known_s) else known_s
            loss = float(np.sum((time_s - running_s - start_s) ** 2))
            if loss < least:
                best, least = np.array([math.log(mss_mps / tau_s), math.log(tau_s), start_s]), loss
    return best


def _fitted(
    curve: _Curve,
    at: FloatArray,
    y: FloatArray,
    guess: FloatArray,
    huber_tuning: float,
    free: int = 3,
) -> _Answer:
    """Least squares of the first ``free``, then Huber's loss, if any, on the scale they left."""
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
            x_scale=0.1,
            loss=loss,
            f_scale=scale,
            ftol=1e-12,
            xtol=1e-10,
            gtol=1e-12,
        ).x
        return found

    part = search(theta[:free], "linear", 1.0)
    scale = math.inf
    if math.isfinite(huber_tuning):
        least = _LEAST_SCALE * float(np.max(np.abs(y)))
        scale = max(1.4826 * float(np.median(np.abs(misfit(part)))), least)
        part = search(part, "huber", huber_tuning * scale)
    residual = -misfit(part)
    size = np.maximum(np.abs(residual), 1e-300)
    return _Answer(
        theta=whole(part),
        residual=residual,
        jacobian=curve(whole(part), at)[1],
        weight=np.minimum(1.0, huber_tuning * scale / size),
        bounded=bool(np.any(part - low[:free] < 1e-2) or np.any(high[:free] - part < 1e-2)),
        scale=scale,
    )


def _told(
    answer: _Answer,
    covariance: FloatArray,
    dof: int,
    last_s: float,
    params: SprintModelParams,
    clock_s: float = 0.0,
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
        start_correction_s=Measured(clock_s + float(answer.theta[_START]), float(sigma[3])),
        mss_mac_correlation=float(spread[0, 1]) / scale if scale > 0.0 else NAN,
        residual_rms=float(np.sqrt(np.mean(answer.residual**2))),
        points=len(answer.residual),
        dof=dof,
        interval_factor=factor,
        end_fraction=end_fraction,
        near_plateau=near_plateau,
        hidden_because=why,
    )
