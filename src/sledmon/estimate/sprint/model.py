"""Sprint model of one run: MSS, MAC, tau and start correction, with their errors (METHODS.md).

Fitted the right way round: distance or velocity as a function of time, gate times as a function of
distance.
"""

import math
from dataclasses import dataclass

import numpy as np

from sledmon.errors import SprintError
from sledmon.estimate.sprint.curves import time_at, velocity_at
from sledmon.estimate.sprint.errors import gate_covariance, step_covariance
from sledmon.estimate.sprint.search import (
    START,
    TAU,
    Answer,
    distance_curve,
    fitted,
    gate_curve,
    guessed,
    guessed_from_gates,
    velocity_curve,
)
from sledmon.results import NAN, Measured
from sledmon.samples import FloatArray

_LEAST_SAMPLES = 8
_OUTLIER_SIGMAS = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class SprintModelParams:
    """How sprints are fitted, and when the result is not shown."""

    huber_tuning: float = 1.345
    """Residuals beyond this many robust standard deviations count less than squared: 95 % efficient
    where the noise is normal (Huber 1964)."""
    step_s: float = 0.24
    """Length of one step, 4.2 Hz; SOURCES 6.3. Errors are judged from residuals step by step,
    in longer runs two by two: within a step they are one and the same swing."""
    gate_sigma_s: float = 0.015
    """Least standard error of one gate's time, the model's misfit with it: 15 ms pooled over the
    52 athletes of ../shared/data/gate_sprints. Measured."""
    least_end_fraction: float = 0.9
    """Hidden below this velocity at the end, as a share of MSS; SOURCES 7.9."""
    widest_interval: float = 0.10
    """Hidden where the 90 % interval of MSS reaches farther than this share of MSS to either side;
    SOURCES 7.9."""


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
    Huber's loss on ``x(t)``; SOURCES 7.9. Residuals of one run are a few steps, not n samples:
    each step's push differs, and the athlete comes back to the curve with his own tau. The standard
    errors carry such disturbances through the fit (METHODS.md). They hold neither an error of the
    distance's scale nor what the model's form does to the start.

    Examples
    --------
    >>> from sledmon.estimate.sprint.curves import distance_at
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
    Least squares on ``t(x) + TC``; SOURCES 3.1 and 3.2. With so few residuals their size is
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
    guess = guessed_from_gates(distance_m, time_s, start_s)
    answer = fitted(gate_curve, distance_m, time_s, guess, math.inf, free)
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
    curve = velocity_curve if of_velocity else distance_curve
    answer = fitted(curve, time_s, y, guessed(curve, time_s, y), params.huber_tuning)
    limit = _OUTLIER_SIGMAS * answer.scale
    covariance, dof = step_covariance(
        time_s,
        np.clip(answer.residual, -limit, limit),
        answer.jacobian,
        answer.weight,
        tau_s=math.exp(answer.theta[TAU]),
        step_s=params.step_s,
        of_velocity=of_velocity,
    )
    last_s = float(time_s[-1] - answer.theta[START])
    return _told(answer, covariance, dof, last_s, params, clock_s)


def _pairs(first: FloatArray, second: FloatArray, what: str) -> tuple[FloatArray, FloatArray]:
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise SprintError(f"{what}: {first.shape} against {second.shape} times; give one for each")
    if not (np.all(np.isfinite(first)) and np.all(np.isfinite(second))):
        raise SprintError(f"{what}: some are not finite numbers; leave those out")
    return first, second


def _told(
    answer: Answer,
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
        start_correction_s=Measured(clock_s + float(answer.theta[START]), float(sigma[3])),
        mss_mac_correlation=float(spread[0, 1]) / scale if scale > 0.0 else NAN,
        residual_rms=float(np.sqrt(np.mean(answer.residual**2))),
        points=len(answer.residual),
        dof=dof,
        interval_factor=factor,
        end_fraction=end_fraction,
        near_plateau=near_plateau,
        hidden_because=why,
    )
