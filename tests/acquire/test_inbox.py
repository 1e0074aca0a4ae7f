"""Records pass from one thread to another in order, every one, as soon as there are any."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from sledmon.acquire.inbox import Inbox
from sledmon.samples import Record, Tick


async def _all(inbox: Inbox) -> list[Record]:
    async with aclosing(inbox.batches()) as batches:
        return [record async for batch in batches for record in batch]


def test_a_hundred_thousand_records_from_another_thread_arrive_in_order() -> None:
    inbox = Inbox()
    sent = [Tick(k) for k in range(100_000)]

    def send() -> None:
        for record in sent:
            inbox.put(record)
        inbox.close()

    thread = threading.Thread(target=send)
    thread.start()
    received = asyncio.run(_all(inbox))
    thread.join()
    assert received == sent


@pytest.mark.parametrize("other_thread", [False, True])
def test_a_sleeping_reader_is_woken_by_each_record_on_its_own(other_thread: bool) -> None:
    async def read() -> list[Sequence[Record]]:
        inbox = Inbox()
        seen: list[Sequence[Record]] = []
        async with aclosing(inbox.batches()) as batches:
            for k in range(20):
                waiting = asyncio.ensure_future(anext(batches))
                await asyncio.sleep(0)  # the reader falls asleep
                if other_thread:
                    thread = threading.Thread(target=inbox.put, args=(Tick(k),))
                    thread.start()
                else:
                    inbox.put(Tick(k))
                seen.append(await waiting)
        return seen

    assert asyncio.run(read()) == [[Tick(k)] for k in range(20)]


def test_closing_ends_the_reader_after_what_is_left() -> None:
    inbox = Inbox()
    for k in range(3):
        inbox.put(Tick(k))
    inbox.close()
    assert asyncio.run(_all(inbox)) == [Tick(0), Tick(1), Tick(2)]
    assert asyncio.run(_all(inbox)) == []


def test_a_reader_whose_loop_is_gone_does_not_hinder_the_sender() -> None:
    inbox = Inbox()

    async def begin_and_leave() -> None:
        waiting = asyncio.ensure_future(anext(inbox.batches()))
        await asyncio.sleep(0)
        waiting.cancel()

    asyncio.run(begin_and_leave())
    inbox.put(Tick(1))
    inbox.close()
    assert asyncio.run(_all(inbox)) == [Tick(1)]


def test_it_says_when_its_reader_is_hopelessly_behind() -> None:
    inbox = Inbox(limit=3)
    for k in range(2):
        inbox.put(Tick(k))
    assert not inbox.full
    inbox.put(Tick(2))
    assert inbox.full
