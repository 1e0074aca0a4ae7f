"""An event loop whose time is simulated: it jumps from deadline to deadline, at any pace.

Time moves only when nothing is left to do, and exactly to the next deadline. What runs in the loop
therefore happens at the same instants, to the nanosecond, whether it is played in real time, four
times as fast or as fast as can be.
"""

import asyncio
import selectors
import time
from collections.abc import Mapping
from typing import Any

from sledmon.units import NANOSECONDS_PER_SECOND


class _Warp(selectors.BaseSelector):
    """A selector that turns waiting into the passing of simulated time."""

    def __init__(self, speed: float | None) -> None:
        self.now_ns = 0
        self._speed = speed
        self._selector = selectors.DefaultSelector()
        self._began_s = self._real_s()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0.0:
            return self._selector.select(timeout)
        due_ns = self.now_ns + max(1, round(timeout * NANOSECONDS_PER_SECOND))
        wait_s = 0.0
        if self._speed is not None:
            due_s = self._began_s + due_ns / NANOSECONDS_PER_SECOND / self._speed
            wait_s = max(0.0, due_s - self._real_s())
        events = self._selector.select(wait_s)
        if not events:
            self.now_ns = due_ns
        return events

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._selector.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._selector.unregister(fileobj)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._selector.modify(fileobj, events, data)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._selector.get_map()

    def close(self) -> None:
        self._selector.close()

    @staticmethod
    def _real_s() -> float:
        return time.perf_counter()  # noqa: TID251 - the pace of a simulation, not a time stamp


class WarpedLoop(asyncio.SelectorEventLoop):
    """``speed`` times real time; None: as fast as can be."""

    def __init__(self, speed: float | None) -> None:
        self._warp = _Warp(speed)
        super().__init__(self._warp)

    def time(self) -> float:
        """Seconds of simulated time since the loop was made."""
        return self._warp.now_ns / NANOSECONDS_PER_SECOND

    def time_ns(self) -> int:
        """The same in whole nanoseconds."""
        return self._warp.now_ns
