"""The Clock characteristic as the firmware serves it: pings in, pongs out, not too many."""

from collections import deque
from typing import Final

from sledmon.errors import WireError
from sledmon.wire.control import Pong, pack_pong, unpack_ping
from sledmon.wire.stream import TICK_MODULUS, TICKS_PER_SECOND

MOST_PINGS_PER_S: Final = 10


class Pings:
    """Pings received and not yet answered."""

    def __init__(self, tick_zero: int = 0) -> None:
        self._tick_zero = tick_zero
        self._recent: deque[int] = deque(maxlen=MOST_PINGS_PER_S)
        self._open: deque[tuple[int, int]] = deque()

    def __len__(self) -> int:
        return len(self._open)

    def receive(self, payload: bytes, now: int) -> None:
        """Take a ping; one of another length, and the eleventh in a second, is ignored."""
        recent = self._recent
        if len(recent) == MOST_PINGS_PER_S and now - recent[0] < TICKS_PER_SECOND:
            return
        try:
            token = unpack_ping(payload)
        except WireError:
            return
        recent.append(now)
        self._open.append((token, now))

    def answer(self, now: int) -> list[bytes]:
        """The pongs that are handed to the radio now."""
        pongs = [Pong(token, self._stamp(at), self._stamp(now)) for token, at in self._open]
        self._open.clear()
        return [pack_pong(pong) for pong in pongs]

    def close(self) -> None:
        """The link has ended: what is open is answered no more."""
        self._open.clear()

    def _stamp(self, tick: int) -> int:
        return (tick - self._tick_zero) % TICK_MODULUS
