"""Step period from the swing of velocity within steps (METHODS.md 5)."""

import numpy as np

from sledmon.estimate.path import Path
from sledmon.results import UNKNOWN, Measured

SHORTEST_PERIOD_S = 0.16
LONGEST_PERIOD_S = 0.42
_GRID_S = 0.005
_LEAST_CORRELATION = 0.3


def step_period(path: Path, from_s: float, to_s: float) -> Measured:
    """Period of one step from the tether's velocity alone.

    Parameters
    ----------
    path : Path
        Smoothed motion.
    from_s, to_s : float
        The part of the run to look at; about a second of it is enough.

    Returns
    -------
    Measured
        Seconds. The first peak of the autocorrelation of velocity about its trend; unknown where
        no peak reaches 0.3. Its sigma is the width of the peak against the number of periods seen.
    """
    grid = np.arange(from_s, to_s, _GRID_S)
    if to_s - from_s < 2.0 * LONGEST_PERIOD_S:
        return UNKNOWN
    _, velocity = path.at(grid)
    if not np.all(np.isfinite(velocity)):
        return UNKNOWN
    u = np.linspace(-1.0, 1.0, len(grid))
    swing = velocity - np.polynomial.Polynomial.fit(u, velocity, 3)(u)
    power = float(swing @ swing)
    lags = np.arange(round(SHORTEST_PERIOD_S / _GRID_S), round(LONGEST_PERIOD_S / _GRID_S) + 1)
    if power <= 0:
        return UNKNOWN
    n = len(swing)
    correlation = np.array(
        [
            swing[:-lag]
            @ swing[lag:]
            / np.sqrt((swing[:-lag] @ swing[:-lag]) * (swing[lag:] @ swing[lag:]))
            for lag in lags
        ]
    )
    inner = correlation[1:-1]
    peaks = np.flatnonzero((inner >= correlation[:-2]) & (inner > correlation[2:])) + 1
    peaks = peaks[correlation[peaks] >= _LEAST_CORRELATION]
    if not len(peaks):
        return UNKNOWN
    best = peaks[np.argmax(correlation[peaks])]
    left, top, right = correlation[best - 1 : best + 2]
    curvature = left - 2 * top + right
    shift = 0.5 * (left - right) / curvature if curvature < 0 else 0.0
    period_s = float(lags[best] + shift) * _GRID_S
    periods = n * _GRID_S / period_s
    return Measured(period_s, 0.1 * period_s * np.sqrt(max(1.0 - top, 0.02)) / np.sqrt(periods))
