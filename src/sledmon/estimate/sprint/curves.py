"""Velocity, distance and time of the mono-exponential sprint (METHODS.md).

The athlete accelerates with ``MAC exp(-t / tau)`` towards ``MSS = MAC tau``.
"""

import numpy as np
import numpy.typing as npt

from sledmon.samples import FloatArray


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
    ``v = MSS (1 - exp(-t / tau))`` with ``tau = MSS / MAC``; SOURCES 3.1.

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
    ``x = MSS (t + tau exp(-t / tau)) - MSS tau``; SOURCES 3.1.

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
    ``t = tau W0(-exp(-x / (MSS tau) - 1)) + x / MSS + tau`` with Lambert's W; SOURCES 3.1.

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
