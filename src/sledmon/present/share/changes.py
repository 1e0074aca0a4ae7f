"""Told when the library has changed; of one event loop."""

import asyncio


class Changes:
    """A number that grows, and waiting for it to."""

    def __init__(self) -> None:
        self.number = 0
        self.over = False
        """No change will come any more."""
        self._next = asyncio.Event()

    def tell(self) -> None:
        """Something changed."""
        self.number += 1
        before, self._next = self._next, asyncio.Event()
        before.set()

    def end(self) -> None:
        """Let everybody who waits go."""
        self.over = True
        self.tell()

    async def beyond(self, number: int, timeout_s: float) -> bool:
        """Wait until the number is greater; False if it was not within the time."""
        if self.number > number:
            return True
        try:
            async with asyncio.timeout(timeout_s):
                await self._next.wait()
        except TimeoutError:
            return False
        return True
