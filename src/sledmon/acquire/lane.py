"""One rig's arrivals: each stamped once, ticks among them, on their way to the pipeline."""

import asyncio
from collections.abc import Callable

from sledmon.acquire.inbox import Inbox
from sledmon.acquire.ticks import TickGrid
from sledmon.samples import (
    Connected,
    Device,
    Event,
    Lost,
    Opened,
    Packet,
)
from sledmon.units import NANOSECONDS_PER_SECOND

ClockNs = Callable[[], int]
"""The host's clock, in nanoseconds since any instant; it never goes back."""


class Lane:
    """Stamps what arrives with the host's clock; session time begins when the lane is made.

    Not thread-safe: everything happens in the radio's loop.
    """

    def __init__(
        self,
        inbox: Inbox,
        clock_ns: ClockNs,
        *,
        source: str,
        rig_toml: str,
        software: str,
        started_utc: str = "",
        title: str = "",
        resumed_ns: int | None = None,
    ) -> None:
        """``resumed_ns``: an opened recording goes on at that session time."""
        self.inbox = inbox
        self._clock_ns = clock_ns
        self._began_ns = clock_ns() - (resumed_ns or 0)
        self._ticks = TickGrid(resumed_ns or 0)
        if resumed_ns is None:
            inbox.put(Opened(0, source, rig_toml, software, started_utc, title))

    def now_ns(self) -> int:
        """Session time; whatever tick was due by now comes first."""
        now_ns = self._clock_ns() - self._began_ns
        for tick in self._ticks.until(now_ns):
            self.inbox.put(tick)
        return now_ns

    def packet(self, device: Device, payload: bytes) -> int:
        """Take one notification; its session time."""
        now_ns = self.now_ns()
        self.inbox.put(Packet(now_ns, device, payload))
        return now_ns

    def connected(self, device: Device, layout: str, descriptor: bytes, name: str) -> None:
        """A sensor was connected and its descriptor read."""
        self.inbox.put(Connected(self.now_ns(), device, layout, descriptor, name))

    def lost(self, device: Device, reason: str) -> None:
        """A sensor's connection was lost or closed."""
        self.inbox.put(Lost(self.now_ns(), device, reason))

    def event(self, kind: str, value: str, time_s: float | None = None) -> None:
        """A coach's input; of now, or of the session time it speaks of."""
        now_ns = self.now_ns()
        if time_s is None:
            time_s = now_ns / NANOSECONDS_PER_SECOND
        self.inbox.put(Event(now_ns, time_s, kind, value))

    async def keep_time(self) -> None:
        """Put a tick every 0.1 s while nothing else arrives; until cancelled."""
        while True:
            left_ns = self._ticks.due_ns - (self._clock_ns() - self._began_ns)
            await asyncio.sleep(max(0, left_ns) / NANOSECONDS_PER_SECOND)
            self.now_ns()
