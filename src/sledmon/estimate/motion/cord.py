"""How far a tether position may be off: a cord at rest lies still, a running cord whips."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sledmon.samples import FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class CordParams:
    """Noise of one tether position besides its quantisation."""

    still_sigma_m: float = 0.00015
    """Of a cord that stands under the reel's tension."""
    running_sigma_m: float = 0.0015
    """Whip and sway of a cord at full speed; SOURCES 7.5."""
    full_speed_mps: float = 3.0
    """Cord speed from which whip is as large as it gets; below, it grows in proportion."""
    correlation_s: float = 0.01
    """Whip of 5 to 15 Hz (SOURCES 5.5) hardly changes in this time: positions closer together
    tell the same, so their variance grows as they crowd."""
    speed_window_s: float = 0.3
    """Cord speed is the change of length over this time."""
    fewest: float = 0.3
    most: float = 6.0
    """Bounds of the factor on whip that a run's own residuals may set."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CordFit:
    """The tether's positions of one run beside the path that was put through them."""

    time_s: FloatArray
    """(m,)."""
    distance_m: FloatArray
    """(m,) as measured, horizontal, along the run; zero as the path's."""
    residual_m: FloatArray
    """(m,) measured minus what the most probable run makes of them."""
    sigma_m: FloatArray
    """(m,) standard error that each was given at last."""
    refused: npt.NDArray[np.bool_]
    """(m,) positions that lost most of their weight."""


def position_sigma(
    time_s: FloatArray, distance_m: FloatArray, resolution_m: float, params: CordParams
) -> tuple[FloatArray, FloatArray]:
    """Standard error of each tether position.

    Parameters
    ----------
    time_s : (n,) array, seconds
        Increasing.
    distance_m : (n,) array, metres
        Positions.
    resolution_m : float
        Quantisation step; 0 where positions were never quantised.
    params : CordParams
        The cord.

    Returns
    -------
    still_m, whip_m : two (n,) arrays, metres
        What quantisation and a resting cord leave, and what its running adds; independent.
    """
    half_s = 0.5 * params.speed_window_s
    low, high = time_s - half_s, time_s + half_s
    moved = np.interp(high, time_s, distance_m) - np.interp(low, time_s, distance_m)
    took = np.minimum(high, time_s[-1]) - np.maximum(low, time_s[0])
    speed = np.abs(moved) / np.maximum(took, 1e-9)
    crowding = max(1.0, params.correlation_s / float(np.median(np.diff(time_s))))
    running = params.running_sigma_m * np.sqrt(crowding)
    still = np.full(len(time_s), np.hypot(resolution_m / np.sqrt(12.0), params.still_sigma_m))
    return still, running * np.minimum(speed / params.full_speed_mps, 1.0)


def whip_factor(
    residual_m: FloatArray, still_m: FloatArray, whip_m: FloatArray, params: CordParams
) -> float:
    """By which factor a run's residuals say that its cord whips more, or less, than supposed.

    The middle of the residuals decides, so that a snag or an over-run does not.
    """
    running = whip_m > 0.5 * np.max(whip_m)
    if np.count_nonzero(running) < 20 or not np.any(whip_m > 0):
        return 1.0
    # 1.48: the median of |normal| is 0.67 sigma.
    seen = (1.48 * float(np.median(np.abs(residual_m[running])))) ** 2
    own = seen - float(np.median(still_m[running])) ** 2
    supposed = float(np.median(whip_m[running])) ** 2
    return float(np.clip(np.sqrt(max(own, 0.0) / supposed), params.fewest, params.most))


def quantisation_step(payout_m: FloatArray) -> float:
    """Step in which a table's positions come, in metres; 0 where none is seen.

    >>> quantisation_step(np.array([0.0, 0.005, 0.005, 0.010, 0.020, 0.025]))
    0.005
    """
    steps = np.abs(np.diff(payout_m))
    steps = steps[steps > 1e-5]
    if len(steps) < 3:
        return 0.0
    least = float(np.min(steps))
    off = np.abs(steps / least - np.round(steps / least)) * least
    return round(least, 9) if bool(np.all(off < 0.02 * least + 1e-7)) else 0.0
