"""Records let through at the pace at which they arrived."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from itertools import islice

from sledmon.samples import TICK_PERIOD_NS, Record
from sledmon.units import NANOSECONDS_PER_SECOND

_AT_ONCE = 4096


async def paced(
    records: Iterable[Record], speed: float | None
) -> AsyncGenerator[Sequence[Record], None]:
    """Batches of records at ``speed`` times the pace of their arrival; None: as fast as can be.

    Pacing only delays: which records come, and in which order, is the same at any speed.
    """
    remaining = iter(records)
    if speed is None:
        while batch := list(islice(remaining, _AT_ONCE)):
            yield batch
        return
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    first_ns: int | None = None
    waiting: list[Record] = []
    for record in remaining:
        if first_ns is None:
            first_ns = record.received_ns
        if waiting and record.received_ns - waiting[0].received_ns >= TICK_PERIOD_NS / 4:
            due_s = (waiting[-1].received_ns - first_ns) / NANOSECONDS_PER_SECOND / speed
            await asyncio.sleep(max(0.0, began_s + due_s - loop.time()))
            yield waiting
            waiting = []
        waiting.append(record)
    if waiting:
        yield waiting
