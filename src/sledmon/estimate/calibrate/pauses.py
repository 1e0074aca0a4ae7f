"""Where a slow walk stood still, to put marks to a cord (METHODS.md)."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sledmon.samples import FloatArray, IntArray


@dataclass(frozen=True, kw_only=True, slots=True)
class PauseParams:
    """When a walking athlete stands."""

    window_s: float = 0.8
    """Seconds: stillness is judged over this time, longer than a step of a slow walk."""
    still_m: float = 0.06
    """Metres: cord that moves less in a window stands. Sway 8 mm (1 SD), slow walk 240 mm."""
    trim_s: float = 0.4
    """Seconds left off at both ends of a pause: arriving and leaving."""
    least_s: float = 1.0
    """Seconds of standing that must be left."""
    same_m: float = 0.10
    """Metres: pauses closer than this ..."""
    same_s: float = 1.5
    """... and no further apart than this are one: the athlete shifted the feet."""
    gap_s: float = 0.25
    """Seconds without samples end a pause."""
    sway_m: float = 0.008
    """Metres (1 SD): sway of a standing belt where the pause shows less of it. Judged."""
    sway_s: float = 1.0
    """Seconds: sway this far apart is independent (twice its correlation time). Judged."""


class Pauses(NamedTuple):
    """Where a walk stood still, in order of time; arrays of equal length."""

    from_s: FloatArray
    to_s: FloatArray
    payout_m: FloatArray
    sigma_m: FloatArray
    """One standard error of the mean position, from sway; not how the feet met the mark."""


def marks_from_walk(
    time_s: FloatArray, payout_m: FloatArray, *, params: PauseParams | None = None
) -> Pauses:
    """Where a slow walk with pauses stood still.

    Parameters
    ----------
    time_s : (n,) array, seconds
        Sample times, rising.
    payout_m : (n,) array, metres
        Cord paid out; NaN where unknown.
    params : PauseParams, optional
        When cord counts as standing.

    Returns
    -------
    Pauses
        Of each pause from the first to the last: times in seconds, mean payout and its standard
        error in metres. Which mark each one was is for the caller to say; the stand before the walk
        and the one after it are pauses too.

    Notes
    -----
    A sample stands if it lies in a window of 0.8 s in which cord moved by less than 60 mm. The
    standard error takes sway one second apart for independent. No lag: whole traces only.

    Examples
    --------
    >>> time_s = np.arange(0.0, 12.0, 0.01)
    >>> payout_m = np.interp(time_s, [0.0, 4.0, 8.0, 12.0], [0.0, 0.0, 4.5, 4.5])
    >>> [round(float(payout), 2) for payout in marks_from_walk(time_s, payout_m).payout_m]
    [0.0, 4.5]
    """
    p = params or PauseParams()
    time, payout = np.asarray(time_s, float), np.asarray(payout_m, float)
    if time.ndim != 1 or time.shape != payout.shape:
        raise ValueError(f"a time for each payout is needed, not {time.shape} and {payout.shape}")
    seen = np.isfinite(time) & np.isfinite(payout)
    time, payout = time[seen], payout[seen]
    stretches = np.split(np.arange(len(time)), np.flatnonzero(np.diff(time) > p.gap_s) + 1)
    pauses = [pause for part in stretches for pause in _standing(part, time, payout, p)]
    merged: list[IntArray] = []
    for pause in pauses:
        if (
            merged
            and time[pause[0]] - time[merged[-1][-1]] <= p.same_s
            and abs(payout[pause].mean() - payout[merged[-1]].mean()) <= p.same_m
        ):
            merged[-1] = np.concatenate([merged[-1], pause])
        else:
            merged.append(pause)
    rows = [
        (time[k[0]], time[k[-1]], payout[k].mean(), _mean_sigma(time[k], payout[k], p))
        for k in merged
    ]
    return Pauses(*np.array(rows, float).reshape(-1, 4).T)


def _standing(
    part: IntArray, time: FloatArray, payout: FloatArray, p: PauseParams
) -> list[IntArray]:
    """Pauses in a stretch without gaps, as indices, trimmed."""
    if len(part) < 3:
        return []
    step_s = float(np.median(np.diff(time[part])))
    size = round(p.window_s / step_s) + 1 if step_s > 0 else 0
    if not 3 <= size <= len(part):
        return []
    windows = np.lib.stride_tricks.sliding_window_view(payout[part], size)
    quiet = np.ptp(windows, axis=1) < p.still_m
    # A sample stands if any window that holds it is quiet.
    still = np.convolve(quiet, np.ones(size)) > 0.5
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(np.int8)))
    found = []
    for first, after in edges.reshape(-1, 2):
        k = part[first:after]
        k = k[(time[k] >= time[k[0]] + p.trim_s) & (time[k] <= time[k[-1]] - p.trim_s)]
        if len(k) > 1 and time[k[-1]] - time[k[0]] >= p.least_s:
            found.append(k)
    return found


def _mean_sigma(time: FloatArray, payout: FloatArray, p: PauseParams) -> float:
    """Standard error of a pause's mean; the SD seen falls short by what the mean took."""
    share = min(p.sway_s / float(time[-1] - time[0]), 0.75)
    sway_m = max(float(payout.std()) / np.sqrt(1.0 - share), p.sway_m)
    return float(sway_m * np.sqrt(share))
