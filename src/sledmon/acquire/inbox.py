"""Records on their way from the radio's thread to the pipeline's."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from typing import Final

from sledmon.samples import Record

LIMIT: Final = 500_000
"""Records that may wait: an hour of four lanes. A pipeline that far behind will not catch up."""


class Inbox:
    """An unlimited number of records may pass, in order; any thread may put them in.

    Putting never waits: a packet's way from the radio is as short as a queue.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._records: deque[Record] = deque()
        self._closed = False
        self._reader: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._reader_asleep = False

    @property
    def full(self) -> bool:
        """The reader is hopelessly behind."""
        return len(self._records) >= self._limit

    def put(self, record: Record) -> None:
        """Append one record; never waits, never refuses."""
        self._records.append(record)
        if self._reader_asleep:
            self._wake()

    def close(self) -> None:
        """No more records will come."""
        self._closed = True
        self._wake()

    async def batches(self) -> AsyncGenerator[Sequence[Record], None]:
        """What came since the last batch, as soon as anything came, until closed."""
        news = asyncio.Event()
        self._reader = (asyncio.get_running_loop(), news)
        while True:
            news.clear()
            # Asleep before looking: a record put after the look wakes.
            self._reader_asleep = True
            closed = self._closed
            batch = [self._records.popleft() for _ in range(len(self._records))]
            if batch:
                self._reader_asleep = False
                yield batch
            elif closed:
                return
            else:
                await news.wait()

    def _wake(self) -> None:
        self._reader_asleep = False
        if self._reader is None:
            return
        loop, news = self._reader
        try:
            same = asyncio.get_running_loop() is loop
        except RuntimeError:
            same = False
        if same:
            news.set()
        else:
            with contextlib.suppress(RuntimeError):  # the reader's loop is gone
                loop.call_soon_threadsafe(news.set)
