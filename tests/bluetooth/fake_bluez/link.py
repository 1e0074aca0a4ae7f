"""One connection: its events, and how it ends."""

import asyncio
import math
from collections.abc import Callable

from sledmon.twin.firmware import Outgoing
from tests.bluetooth.fake_bluez.sensor import Sensor
from tests.bluetooth.fake_bluez.timing import Timing

CONTROLLER_BUFFERS = 3
"""Notifications that a radio takes before it notices that nobody acknowledges them."""


class Link:
    """Carries what the firmware sends at every connection event until it ends."""

    def __init__(
        self,
        sensor: Sensor,
        timing: Timing,
        heard: Callable[[Outgoing], None],
        ended: Callable[[str], None],
    ) -> None:
        self._sensor = sensor
        self._timing = timing
        self._heard = heard
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._anchor_s = self._loop.time()
        self._death: asyncio.TimerHandle | None = None
        self._in_flight: list[Outgoing] = []
        self._timer: asyncio.TimerHandle | None = None
        sensor.link = self
        sensor.connect(self._anchor_s)
        self._wait()

    @property
    def is_dying(self) -> bool:
        """Whether it is silent, and will break unless the silence ends."""
        return self._death is not None

    def hear(self, out: Outgoing) -> None:
        """Bluetoothd gets this."""
        self._heard(out)

    def end(self, reason: str) -> None:
        """Break: with ``timeout`` both ends notice only after the supervision timeout."""
        if reason != "timeout":
            self._close(reason)
        elif self._death is None:
            self._in_flight = self._sensor.carry(self._loop.time(), CONTROLLER_BUFFERS)
            self._death = self._loop.call_later(self._timing.supervision_s, self._close, reason)

    def recover(self) -> None:
        """Heard again before the supervision timeout: the link stands, nothing is lost."""
        if self._death is not None:
            self._death.cancel()
            self._death = None
            for out in self._in_flight:
                self._heard(out)
            self._in_flight = []

    async def next_event(self) -> None:
        """Until the next connection event has begun, as a request on the link waits."""
        await asyncio.sleep(self._event_after(self._loop.time()) - self._loop.time())

    def _close(self, reason: str) -> None:
        if self._sensor.link is not self:
            return
        for timer in (self._timer, self._death):
            if timer is not None:
                timer.cancel()
        self._sensor.link = None
        self._sensor.lose(self._in_flight)
        self._sensor.disconnect(self._loop.time())
        self._ended(reason)

    def _event_after(self, now_s: float) -> float:
        interval_s = self._timing.connection_interval_s
        return self._anchor_s + interval_s * math.ceil((now_s - self._anchor_s) / interval_s + 1e-6)

    def _wait(self) -> None:
        self._timer = self._loop.call_at(self._event_after(self._loop.time()), self._event)

    def _event(self) -> None:
        if self._death is None:
            now_s = self._loop.time()
            for out in self._sensor.carry(now_s, int(self._timing.notifications_an_event)):
                self._heard(out)
            if self._sensor.firmware.closes_link:
                self._close("remote")
                return
        self._wait()
