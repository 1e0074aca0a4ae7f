"""What firmware has for the radio: new notifications, held and in order, and old ones again."""

import random
from collections import deque

from sledmon.twin.firmware_params import FirmwareParams
from sledmon.twin.packing import Numbered
from sledmon.twin.ring import Ring
from sledmon.wire.stream import ATT_OVERHEAD_BYTES, TICKS_PER_SECOND


class Outbox:
    """Each notification has one chance to be sent as a new one; after it the ring has it."""

    def __init__(self, params: FirmwareParams, rng: random.Random) -> None:
        self._params = params
        self._rng = rng
        self._ring = Ring(params.ring_notifications)
        self._waiting: deque[tuple[int, Numbered]] = deque()
        self._again: dict[bytes, None] = {}
        self._last_due = 0

    def __len__(self) -> int:
        return len(self._waiting) + len(self._again)

    def queue(self, numbered: Numbered) -> None:
        """Hold a new notification for a random time, then let it wait for the radio."""
        hold = int(self._rng.random() * self._params.dither_s * TICKS_PER_SECOND)
        self._last_due = max(self._last_due, numbered.finished_tick + hold)
        self._waiting.append((self._last_due, numbered))
        if len(self._waiting) > self._params.queue_notifications:
            self.keep(self._waiting.popleft()[1])

    def keep(self, numbered: Numbered) -> None:
        """Its first chance is over, used or not."""
        self._ring.put(numbered.sequence, numbered.payload)

    def resend(self, first: int, extent: int, att_mtu: int) -> int:
        """Send again what the ring still has; gives how many will come."""
        again = self._ring.again(first, extent, att_mtu)
        self._again.update(dict.fromkeys(again))
        return len(again)

    def close(self) -> None:
        """The link has ended."""
        while self._waiting:
            self.keep(self._waiting.popleft()[1])
        self._again.clear()

    def next_due(self, now: int) -> int | None:
        """When there will next be something to send."""
        if self._again:
            return now
        return max(now, self._waiting[0][0]) if self._waiting else None

    def send(self, now: int, room: int, att_mtu: int, heard: bool) -> list[bytes]:
        """What one connection event takes of the stream; new ones before those sent again."""
        out: list[bytes] = []
        longest = att_mtu - ATT_OVERHEAD_BYTES
        while self._waiting and self._waiting[0][0] <= now and len(out) < room:
            numbered = self._waiting.popleft()[1]
            if heard and len(numbered.payload) <= longest:
                out.append(numbered.payload)
            self.keep(numbered)
        while heard and self._again and len(out) < room:
            payload = next(iter(self._again))
            del self._again[payload]
            out.append(payload)
        return out
