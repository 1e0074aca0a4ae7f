"""Ground contacts from the belt's bounce, and the step period from either sensor (METHODS.md 6)."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sledmon.estimate.averages import moving_mean
from sledmon.estimate.motion.path import Path
from sledmon.results import UNKNOWN, Measured
from sledmon.samples import FloatArray

SHORTEST_PERIOD_S = 0.16
LONGEST_PERIOD_S = 0.42
_GRID_S = 0.005
_LEAST_CORRELATION = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class StepParams:
    """How contacts are told from the belt's other movements."""

    smooth_s: float = 0.022
    """SD of the Gaussian that keeps the bounce (2.5-6 Hz) and takes off impacts and ringing."""
    drift_s: float = 0.5
    """Vertical acceleration is looked at about its mean over two steps."""
    size_s: float = 0.5
    """... and against its own RMS over this time, ..."""
    least_mps2: float = 1.5
    """... or this, where that is less: half of what walking shows."""
    swing: float = 0.35
    """A contact begins where it rises through zero between a trough and a crest of at least this
    share of that RMS."""
    shortest_s: float = 0.14
    """No two contacts begin closer together; SOURCES 7.12 has 0.16 s."""
    timing_sigma_s: float = 0.0044
    """How far apart the bounce and the foot may be from step to step, 1 SD. At the waist strides of
    sprints are read to 5 ms on average (Bergamini 2012; SOURCES 4.1): an SD of 6.3 ms, shared by
    two contacts."""
    support_s: float = 0.012
    """From touch-down until support carries the body's weight: 17 ms for a half-sine over 0.6 of a
    step of 0.23 s, less with an impact."""
    longest_gap_s: float = 0.1
    """Where the belt was silent for longer contacts are not looked for but counted by the rhythm
    of the steps about them, ..."""
    longest_bridge_s: float = 0.5
    """... and not where it was silent for longer than this."""


class Contacts(NamedTuple):
    """Beginnings of ground contacts, and where none could be seen."""

    time_s: FloatArray
    """(k,) those inferred over short gaps included."""
    unseen_s: tuple[tuple[float, float], ...] = ()
    """Gaps over which the rhythm does not carry."""

    def known_in(self, from_s: float, to_s: float) -> bool:
        """Whether every contact of a span is known."""
        return not any(a < to_s and b > from_s for a, b in self.unseen_s)


def find_contacts(time_s: FloatArray, vertical_mps2: FloatArray, params: StepParams) -> Contacts:
    """Beginnings of ground contacts.

    Parameters
    ----------
    time_s : (n,) array, seconds
        Belt samples.
    vertical_mps2 : (n,) array
        Vertical acceleration, up, gravity removed; or the size of specific force less gravity.
    params : StepParams
        What counts.

    Returns
    -------
    Contacts
        Just before smoothed vertical acceleration rises through zero, where support begins to
        carry the body. Zero-lag; within some 10 ms of touch-down in spring-like running, and
        nearly the same at every step.
    """
    if len(time_s) < 20:
        return Contacts(np.empty(0))
    grid = np.arange(time_s[0], time_s[-1], _GRID_S)
    value = np.interp(grid, time_s, vertical_mps2)
    reach = round(4 * params.smooth_s / _GRID_S)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * _GRID_S / params.smooth_s) ** 2)
    if len(value) <= len(kernel):
        return Contacts(np.empty(0))
    value = np.convolve(np.pad(value, reach, mode="edge"), kernel / kernel.sum(), "valid")
    value -= moving_mean(value, round(params.drift_s / _GRID_S))
    size = np.sqrt(moving_mean(value**2, round(params.size_s / _GRID_S)))
    value /= np.maximum(size, params.least_mps2)

    # From trough to crest: the sign of the last large excursion, held until the next.
    large = np.where(np.abs(value) >= params.swing, np.sign(value), 0.0)
    place = np.maximum.accumulate(np.where(large != 0, np.arange(len(large)), 0))
    turned = np.flatnonzero((large[place][1:] > 0) & (large[place][:-1] < 0)) + 1
    zero = np.flatnonzero((value[1:] >= 0) & (value[:-1] < 0))
    begun: list[float] = []
    for crest in turned:
        before = zero[zero < crest]
        if not len(before):
            continue
        i = int(before[-1])
        at_s = grid[i] + _GRID_S * value[i] / (value[i] - value[i + 1])
        if not begun or at_s - begun[-1] >= params.shortest_s:
            begun.append(float(at_s))
    return _bridged(np.array(begun) - params.support_s, time_s, params)


def _bridged(begun_s: FloatArray, time_s: FloatArray, params: StepParams) -> Contacts:
    """Contacts with those in gaps of the belt's samples put in where the rhythm has them."""
    unseen: list[tuple[float, float]] = []
    for i in np.flatnonzero(np.diff(time_s) > params.longest_gap_s):
        low_s, high_s = float(time_s[i]), float(time_s[i + 1])
        before, after = begun_s[begun_s < low_s], begun_s[begun_s > high_s]
        begun_s = np.concatenate([before, after])
        period_s = np.inf
        if len(before) > 1 and len(after) > 1 and high_s - low_s <= params.longest_bridge_s:
            period_s = 0.5 * (before[-1] - before[-2] + after[1] - after[0])
        if period_s > LONGEST_PERIOD_S:
            unseen.append((low_s, high_s))
            continue
        missing = max(0, round((after[0] - before[-1]) / period_s) - 1)
        filled = np.linspace(before[-1], after[0], missing + 2)[1:-1]
        begun_s = np.concatenate([before, filled, after])
    return Contacts(begun_s, tuple(unseen))


def step_frequency(contacts: Contacts, from_s: float, to_s: float, params: StepParams) -> Measured:
    """Step frequency over the contacts that begin in ``[from_s, to_s)``, in hertz.

    (k - 1) / (last - first) over k contacts; unknown below three. Its sigma is the timing of the
    first and the last.
    """
    if not contacts.known_in(from_s, to_s):
        return UNKNOWN
    contacts_s = contacts.time_s
    inside = contacts_s[(contacts_s >= from_s) & (contacts_s < to_s)]
    if len(inside) < 3:
        return UNKNOWN
    took_s = float(inside[-1] - inside[0])
    value = (len(inside) - 1) / took_s
    return Measured(value, value * math.sqrt(2.0) * params.timing_sigma_s / took_s)


def local_period(contacts_s: FloatArray, time_s: FloatArray) -> FloatArray:
    """(m,) step period at each time, in a straight line between the middles of steps.

    NaN where fewer than two contacts are known.
    """
    if len(contacts_s) < 2:
        return np.full(len(time_s), np.nan)
    middle = 0.5 * (contacts_s[1:] + contacts_s[:-1])
    return np.interp(time_s, middle, np.diff(contacts_s))


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
