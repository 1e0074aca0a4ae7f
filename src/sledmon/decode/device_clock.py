"""Device ticks to session time by a lower envelope, learnt online and never revised.

A notification can only be late, so the smallest of (arrival - ticks) tells where the two clocks
stand, up to the smallest delay of the link, which nobody can see one way: what is usual is taken
off, the rest is stated. The envelope is a line under the smallest offset of each second: its slope
is the crystals' difference in rate, taken from the lower convex hull and drawn towards zero while
the span is short; older minima lose their say as fast as the slope is uncertain. What is applied
follows that line at a bounded rate, so that times inside a rep do not jump when the envelope learns
something.
"""

import math
from collections import deque
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

import numpy as np

from sledmon.results import UNKNOWN, Measured
from sledmon.samples import FloatArray


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceClockParams:
    """How the envelope is kept."""

    bin_s: float = 1.0
    """One smallest offset is kept for each span of this length."""
    window_s: float = 300.0
    """How far back minima count; long enough for the beat of packet period and interval."""
    slope_span_s: float = 300.0
    """Span at which the hull's slope gets half its weight. Where packets beat with the connection
    interval the least delay wanders by several ms in minutes, which looks like another crystal."""
    drift: float = 50e-6
    """Difference in rate between two crystals that is expected before anything is known."""
    drift_floor: float = 2e-6
    """Rate uncertainty that never goes away: temperature."""
    max_slope: float = 200e-6
    """A crystal is never further off than this (firmware_notes, *Clock*)."""
    warm_up_s: float = 5.0
    """While this young the map may step, and until it first meets the envelope; afterwards it only
    slews."""
    slew: float = 0.6e-3
    """Largest change of the applied offset per second after warm-up: 1.8 ms in a rep of 3 s."""
    silent_s: float = 20.0
    """After so long a silence two crystals may be 1 ms apart: warm up again."""
    least_delay_s: float = 0.0035
    """Taken off: the smallest delay of a link that carries 10 to 20 packets a second, which cannot
    be seen one way. The six links of `benchmarks.clock` show 0.8 to 8.5 ms, in the mean this."""
    sigma_floor_s: float = 0.002
    """... and how far it may lie from that."""
    spare_s: float = 30.0
    """The window is cut only when it has grown this much too long, which saves most of the work."""


PIECES: Final = 12
"""Of a stream, in each of which the least delay is looked for."""
LEAST_DELAY_WANDER_S: Final = 0.002
"""How much the least delay of a link may differ between two spans of a stream."""
_BINS_A_PIECE: Final = 4
_NEVER: Final = float("-inf")
_ENOUGH_BINS: Final = 3
_RECENT_BINS: Final = 15


class DeviceClock:
    """Maps one device's unwrapped ticks (in seconds) to session time."""

    __slots__ = (
        "_bin_end",
        "_bin_min",
        "_bins",
        "_first_tick",
        "_hull",
        "_intercept",
        "_last_tick",
        "_offset",
        "_params",
        "_slope",
        "_warm_from",
        "sigma_s",
    )

    def __init__(self, params: DeviceClockParams | None = None) -> None:
        self._params = params or DeviceClockParams()
        self._bins: deque[tuple[float, float]] = deque()
        self._hull: list[tuple[float, float]] = []
        self._bin_end = _NEVER
        self._bin_min = (0.0, 0.0)
        self._first_tick = 0.0
        self._warm_from: float | None = None
        self._last_tick = 0.0
        self._offset = 0.0
        self._slope = 0.0
        self._intercept = 0.0
        self.sigma_s = float("nan")
        """One standard error of the applied offset."""

    def update(self, tick_s: float, received_s: float, least_offset_s: float = _NEVER) -> float:
        """Take one packet's last tick and its arrival; return the offset to add to its ticks.

        It is never below ``least_offset_s``, so that sample times do not run backwards.
        """
        params = self._params
        offset = received_s - params.least_delay_s - tick_s
        # Comparisons instead of min and max: this runs for every packet.
        if tick_s >= self._bin_end:
            if self._bin_end == _NEVER:
                self._start(tick_s, offset)
                self._offset = max(offset, least_offset_s)
                return self._offset
            self._close_bin(tick_s)
            self._bin_min = (tick_s, offset)
        elif offset < self._bin_min[1]:
            self._bin_min = (tick_s, offset)
        drifted = self._slope * (tick_s - self._first_tick)
        intercept = offset - drifted
        if intercept < self._intercept:
            self._intercept = intercept
        else:
            intercept = self._intercept
        step = intercept + drifted - self._offset
        elapsed = tick_s - self._last_tick
        if elapsed < 0.0:
            elapsed = 0.0
        self._last_tick = tick_s
        if elapsed > params.silent_s:
            self._warm_from = tick_s
        if self._warm_from is None:
            limit = params.slew * elapsed
            if step > limit:
                step = limit
            elif step < -limit:
                step = -limit
        elif tick_s - self._warm_from > params.warm_up_s and self._offset + step >= least_offset_s:
            self._warm_from = None
        applied = self._offset + step
        self._offset = applied if applied > least_offset_s else least_offset_s
        return self._offset

    @property
    def offset_s(self) -> float:
        """What is added to ticks now."""
        return self._offset

    @property
    def slope(self) -> float:
        """Rate of the host's clock against the device's, minus one."""
        return self._slope

    @property
    def drift(self) -> Measured:
        """Rate of the device's clock against the host's, minus one, over the window kept."""
        at_s, least_s = np.array(self._bins).reshape(-1, 2).T
        slope, sigma = least_slope(at_s, least_s, _BINS_A_PIECE)
        return Measured(-slope, sigma)

    def _start(self, tick_s: float, offset: float) -> None:
        self._first_tick = self._last_tick = self._warm_from = tick_s
        self._offset = self._intercept = offset
        self._bin_min = (tick_s, offset)
        self._bin_end = tick_s + self._params.bin_s
        self.sigma_s = self._params.sigma_floor_s * 10

    def _close_bin(self, tick_s: float) -> None:
        params = self._params
        self._bins.append(self._bin_min)
        self._bin_end = tick_s + params.bin_s
        _extend_hull(self._hull, self._bin_min)
        if self._bins[0][0] < tick_s - params.window_s - params.spare_s:
            while self._bins[0][0] < tick_s - params.window_s and len(self._bins) > 1:
                self._bins.popleft()
            self._hull = []
            for point in self._bins:
                _extend_hull(self._hull, point)
        self._fit(tick_s)

    def _fit(self, tick_s: float) -> None:
        params = self._params
        span = self._hull[-1][0] - self._hull[0][0]
        weight = span * span / (span * span + params.slope_span_s**2)
        slope = 0.0
        if len(self._bins) >= _ENOUGH_BINS:
            slope = weight * _slope_over_middle(self._hull)
            slope = max(-params.max_slope, min(params.max_slope, slope))
        ageing = (1.0 - weight) * params.drift + params.drift_floor
        # Linear in x, so the smallest stands on the hull.
        height = min(y + (slope + ageing) * (tick_s - x) for x, y in self._hull)
        self._slope = slope
        self._intercept = height - slope * (tick_s - self._first_tick)
        last = islice(reversed(self._bins), _RECENT_BINS)
        recent = sorted(y - self._intercept - slope * (x - self._first_tick) for x, y in last)
        middle = recent[len(recent) // 2]
        self.sigma_s = params.sigma_floor_s + max(0.0, middle) + abs(self._offset - height)


def least_slope(tick_s: FloatArray, offset_s: FloatArray, least_packets: int = 20) -> Measured:
    """Slope of the least offset of successive pieces, unknown where there are fewer than four.

    A packet is never early, so the least ones lie near one line. A piece holds ``least_packets``.
    """
    pieces = np.array_split(np.arange(len(tick_s)), min(PIECES, len(tick_s) // least_packets) or 1)
    if len(pieces) < 4:
        return UNKNOWN
    least = np.array([piece[np.argmin(offset_s[piece])] for piece in pieces])
    at_s, least_s = tick_s[least] - tick_s[least].mean(), offset_s[least]
    spread = float(np.sum(at_s**2))
    slope = float(np.sum(at_s * least_s)) / spread
    left_s = least_s - least_s.mean() - slope * at_s
    rms_s = math.sqrt(float(np.sum(left_s**2)) / (len(least) - 2))
    return Measured(slope, max(rms_s, LEAST_DELAY_WANDER_S / 2) / math.sqrt(spread))


def _extend_hull(hull: list[tuple[float, float]], point: tuple[float, float]) -> None:
    """Add a point to the right of a lower convex hull."""
    x, y = point
    while len(hull) >= 2:
        (x0, y0), (x1, y1) = hull[-2], hull[-1]
        if (y1 - y0) * (x - x0) >= (y - y0) * (x1 - x0):
            hull.pop()
        else:
            break
    hull.append(point)


def _slope_over_middle(hull: list[tuple[float, float]]) -> float:
    """Slope of the hull edge over the middle of its span: the best line under all points."""
    if len(hull) < 2:
        return 0.0
    middle = 0.5 * (hull[0][0] + hull[-1][0])
    for (x0, y0), (x1, y1) in pairwise(hull):
        if x1 >= middle:
            return (y1 - y0) / (x1 - x0)
    return 0.0
