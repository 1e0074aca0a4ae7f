"""One device's radio link as it happens: when it may send, what is lost, when the rest arrives.

The same model as ``sledmon.twin.radio``, which works through a session at once; this one is asked
event by event, for a sensor that a host talks to.
"""

import math

import numpy as np

from sledmon.twin.faults import FaultLevel
from sledmon.twin.radio import PACKET_SPACING_NS, Outage, arrives_s, draw_bursts, inside
from sledmon.units import NANOSECONDS_PER_SECOND


class Air:
    """Connection events from an anchor drawn once; later calls are for later times."""

    def __init__(
        self, faults: FaultLevel, stalls: list[Outage], end_s: float, seed: np.random.SeedSequence
    ) -> None:
        self._faults = faults
        self._stalls = stalls
        self._rng = np.random.default_rng(seed)
        self._anchor_s = self._rng.uniform(0.0, faults.connection_interval_s)
        self._bursts = draw_bursts(self._rng, faults, end_s)
        self._last_s = 0.0

    def next_event_s(self, after_s: float) -> float:
        """The next connection event that is not missed."""
        interval_s = self._faults.connection_interval_s
        event = math.floor((after_s - self._anchor_s) / interval_s)
        while self._anchor_s + event * interval_s <= after_s:  # rounding may have given it again
            event += 1
        while self._rng.uniform() < self._faults.missed_event_probability:
            event += 1
        return self._anchor_s + event * interval_s

    def arrives_s(self, event_s: float, *, may_be_lost: bool) -> float | None:
        """When the next packet of that event reaches the host, in order; None when it is lost."""
        luck, jitter = self._rng.uniform(size=2).tolist()
        if may_be_lost:
            in_burst = inside(self._bursts, event_s)
            if in_burst if self._faults.lost_in_bursts else luck < self._faults.lost_ratio:
                return None
        spacing_s = PACKET_SPACING_NS / NANOSECONDS_PER_SECOND
        self._last_s = max(self._last_s + spacing_s, arrives_s(event_s, self._stalls, jitter))
        return self._last_s
