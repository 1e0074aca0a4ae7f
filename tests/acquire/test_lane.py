"""A lane's session time, and the thread that its radio lives in."""

import asyncio
import threading
from itertools import count

import pytest

from sledmon.acquire.inbox import Inbox
from sledmon.acquire.lane import Lane
from sledmon.acquire.radio_thread import RadioThread
from sledmon.acquire.streaming import SimulatedLane
from sledmon.acquire.warp import WarpedLoop
from sledmon.samples import TICK_PERIOD_NS, Event, Opened, Packet, Record, Tick
from sledmon.twin import SessionParams, simulate


def drained(inbox: Inbox) -> list[Record]:
    inbox.close()

    async def all_of_them() -> list[Record]:
        return [record async for batch in inbox.batches() for record in batch]

    return asyncio.run(all_of_them())


class Clock:
    """A host's clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_ns = 123_456_789

    def __call__(self) -> int:
        return self.now_ns


def lane(clock: Clock, resumed_ns: int | None = None) -> Lane:
    return Lane(Inbox(), clock, source="ble", rig_toml="", software="x", resumed_ns=resumed_ns)


def test_a_new_lane_opens_at_nought() -> None:
    clock = Clock()
    fresh = lane(clock)
    clock.now_ns += 40_000_000
    assert fresh.packet("imu", b"1") == 40_000_000
    assert [type(record) for record in drained(fresh.inbox)] == [Opened, Packet]


@pytest.mark.parametrize("resumed_ns", [7_000_000_000, 7_012_345_678])
def test_a_lane_that_goes_on_opens_nothing_and_counts_from_where_it_is(resumed_ns: int) -> None:
    clock = Clock()
    resumed = lane(clock, resumed_ns)
    clock.now_ns += 250_000_000
    assert resumed.packet("imu", b"1") == resumed_ns + 250_000_000
    records = drained(resumed.inbox)
    assert all(isinstance(record, Tick) for record in records[:-1])
    ticks = [record.received_ns for record in records[:-1]]
    assert 2 <= len(ticks) <= 3
    assert all(tick % TICK_PERIOD_NS == 0 for tick in ticks), "on the grid of before"
    assert all(resumed_ns <= tick <= resumed_ns + 250_000_000 for tick in ticks)
    assert records[-1].received_ns == resumed_ns + 250_000_000


def test_an_event_speaks_of_now_or_of_the_time_that_it_names_and_is_stamped_now() -> None:
    clock = Clock()
    fresh = lane(clock)
    clock.now_ns += 50_000_000
    fresh.event("set", "2")
    fresh.event("athlete", "Ana", 0.01)
    fresh.event("athlete", "Bo", 0.0)
    events = [record for record in drained(fresh.inbox) if isinstance(record, Event)]
    assert [(event.received_ns, event.time_s) for event in events] == [
        (50_000_000, 0.05),
        (50_000_000, 0.01),
        (50_000_000, 0.0),
    ]


def test_a_simulated_session_plays_in_simulated_time_only() -> None:
    twin = simulate(SessionParams(seed=1, reps=1, unresisted=1))

    async def in_any_loop() -> None:
        SimulatedLane(twin)

    with pytest.raises(TypeError, match="plays in a WarpedLoop"):
        asyncio.run(in_any_loop())


@pytest.mark.parametrize("beforehand", [False, True])
def test_a_simulated_coach_speaks_in_time_or_beforehand_of_the_same(beforehand: bool) -> None:
    twin = simulate(SessionParams(seed=1, reps=1, unresisted=1))
    inbox = Inbox()

    async def play() -> None:
        await SimulatedLane(twin, inbox=inbox, said_beforehand=beforehand).play()

    with asyncio.Runner(loop_factory=lambda: WarpedLoop(None)) as runner:
        runner.run(play())
    events = [record for record in drained(inbox) if isinstance(record, Event)]
    wanted = [record for record in twin.records if isinstance(record, Event)]
    assert [event[1:] for event in events] == [event[1:] for event in wanted]
    assert all((event.received_ns == 0) == beforehand for event in events)


def test_a_radio_runs_in_the_loop_that_is_made_for_it() -> None:
    seen: list[object] = []

    async def look() -> None:
        seen.extend([asyncio.get_running_loop(), threading.current_thread().name])

    with RadioThread(look, lambda: WarpedLoop(None)):
        pass
    assert isinstance(seen[0], WarpedLoop)
    assert seen[1] == "radio"


def test_what_is_called_happens_in_the_radios_thread_in_order() -> None:
    seen: list[tuple[int, str]] = []
    numbers = count()

    async def forever() -> None:
        await asyncio.Event().wait()

    def call() -> None:
        seen.append((next(numbers), threading.current_thread().name))

    radio = RadioThread(forever)
    radio.call(call)  # it is heard when the radio begins
    with radio:
        for _ in range(5):
            radio.call(call)
    radio.call(call)  # nobody hears it any more
    assert seen == [(number, "radio") for number in range(6)]


@pytest.mark.parametrize("before", [True, False])
def test_stopped_at_any_time_what_runs_begins_and_ends_in_good_order(before: bool) -> None:
    done: list[str] = []

    async def work() -> None:
        done.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            done.append("ended")

    radio = RadioThread(work)
    if before:
        radio.stop()
    with radio:
        if not before:
            radio.stop()
    radio.stop()
    assert done == ["begun", "ended"]


def test_a_failure_in_the_radios_thread_is_raised_where_it_was_begun() -> None:
    async def fail() -> None:
        raise LookupError("no radio")

    with pytest.raises(LookupError, match="no radio"), RadioThread(fail):
        pass
