"""Sensors in range, while nothing streams yet: listened for in the radio's thread."""

import queue
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from typing import Final

from sledmon.acquire.choose import Heard, listen
from sledmon.acquire.radio import Radio, RadioError
from sledmon.acquire.radio_thread import RadioThread

ROUND_S: Final = 10.0
"""Who was not heard in two rounds is gone."""


class Listening:
    """Listens from ``start`` to ``stop``; what it hears waits in a queue."""

    def __init__(self, open_radio: Callable[[], Radio]) -> None:
        """``open_radio`` is called in the loop that will use it."""
        self._open_radio = open_radio
        self._news: queue.SimpleQueue[tuple[Heard, ...] | str] = queue.SimpleQueue()
        self._last_round: dict[str, Heard] = {}
        self._stack = ExitStack()

    def start(self) -> None:
        """Begin; returns at once."""
        self._stack.enter_context(RadioThread(self._listen))

    def stop(self) -> None:
        """Let go of the radio: when this returns, others may use it."""
        self._stack.close()

    def waiting(self) -> Iterator[tuple[Heard, ...] | str]:
        """All sensors in range, each time one is heard; a sentence where the radio fails."""
        while True:
            try:
                yield self._news.get_nowait()
            except queue.Empty:
                return

    async def _listen(self) -> None:
        try:
            radio = self._open_radio()
            while True:
                heard = await listen(radio, ROUND_S, self._tell)
                self._last_round = _by_address(heard)
                self._news.put(tuple(heard))
        except RadioError as error:
            self._news.put(str(error))

    def _tell(self, heard: Collection[Heard]) -> bool:
        self._news.put(tuple({**self._last_round, **_by_address(heard)}.values()))
        return False


def _by_address(heard: Collection[Heard]) -> dict[str, Heard]:
    return {one.sighting.address: one for one in heard}
