"""The search for a sprint model's three unknowns: log MAC, log tau and start (METHODS.md 9)."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sledmon.errors import SprintError
from sledmon.estimate.sprint.curves import distance_at, time_at, velocity_at
from sledmon.samples import FloatArray

TAU, START = 1, 2
"""Places of log tau and start among them."""
# Wide enough for anything that moves; a fit that ends on a bound is hidden.
_BOUNDS = ((math.log(0.1), math.log(0.05), -math.inf), (math.log(200.0), math.log(20.0), math.inf))
_GUESS_SAMPLES = 200
_GUESS_TAUS_S = (0.3, 0.6, 1.0, 1.6, 3.0)
# Dimensions by which the noise scale of data without any noise is kept from 0.
_LEAST_SCALE = 1e-7


class Answer(NamedTuple):
    """``y`` against a curve: log MAC, log tau and start, and how they hang on the data."""

    theta: FloatArray
    residual: FloatArray
    jacobian: FloatArray
    weight: FloatArray
    bounded: bool
    scale: float


Curve = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


def distance_curve(theta: FloatArray, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distance at samples, and its slopes by log MAC, log tau and start."""
    mac_mps2, tau_s = np.exp(theta[:2])
    t = np.maximum(time_s - theta[START], 0.0)
    x, v = distance_at(t, mac_mps2 * tau_s, mac_mps2), velocity_at(t, mac_mps2 * tau_s, mac_mps2)
    return x, np.column_stack([x, 2.0 * x - t * v, -v])


def velocity_curve(theta: FloatArray, time_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Velocity at samples, and its slopes."""
    mac_mps2, tau_s = np.exp(theta[:2])
    t = np.maximum(time_s - theta[START], 0.0)
    v, a = velocity_at(t, mac_mps2 * tau_s, mac_mps2), mac_mps2 * np.exp(-t / tau_s)
    return v, np.column_stack([v, v - a * t, np.where(t > 0.0, -a, 0.0)])


def gate_curve(theta: FloatArray, distance_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Time at gates, and its slopes."""
    mac_mps2, tau_s = np.exp(theta[:2])
    running_s = time_at(distance_m, mac_mps2 * tau_s, mac_mps2)
    x_slopes = distance_curve(np.array([*theta[:2], 0.0]), running_s)[1]
    # At a given place time changes by -dx / v, and -v is x's slope by the start.
    return running_s + theta[START], x_slopes / x_slopes[:, [START]]


def guessed(curve: Curve, time_s: FloatArray, y: FloatArray) -> FloatArray:
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
                best, least = np.array([math.log(mac_mps2), theta[TAU], start_s]), loss
    if best is None:
        raise SprintError(
            "nobody runs forth in these samples; check the sign and the stretch given"
        )
    return best


def guessed_from_gates(distance_m: FloatArray, time_s: FloatArray, known_s: float) -> FloatArray:
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


def fitted(
    curve: Curve,
    at: FloatArray,
    y: FloatArray,
    guess: FloatArray,
    huber_tuning: float,
    free: int = 3,
) -> Answer:
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
    return Answer(
        theta=whole(part),
        residual=residual,
        jacobian=curve(whole(part), at)[1],
        weight=np.minimum(1.0, huber_tuning * scale / size),
        bounded=bool(np.any(part - low[:free] < 1e-2) or np.any(high[:free] - part < 1e-2)),
        scale=scale,
    )
