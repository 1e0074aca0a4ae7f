"""A lane's sensors streaming together, and the twin's session streamed through the same."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from sledmon.acquire.inbox import Inbox
from sledmon.acquire.lane import Lane
from sledmon.acquire.models import MODELS
from sledmon.acquire.radio import Radio
from sledmon.acquire.seat import Seat
from sledmon.acquire.sensor import Report, Sensor, SensorChoice
from sledmon.acquire.virtual import ADDRESSES, VirtualRadio
from sledmon.acquire.warp import WarpedLoop
from sledmon.rig import format_rig
from sledmon.samples import Event, Record
from sledmon.twin import SimulatedSession
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.version import VERSION


async def stream(lane: Lane, sensors: Sequence[Sensor | Seat]) -> None:
    """Keep the sensors streaming into their lane until cancelled; then close its inbox."""
    work = [lane.keep_time(), *(sensor.run() for sensor in sensors)]
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:
            if task.done():
                task.result()  # none ends by itself but by an error
    finally:
        # In this order, which a task group would not keep: a simulated session always ends alike.
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        lane.now_ns()  # the ticks that are due
        lane.inbox.close()


class SimulatedLane:
    """A simulated session in a lane: its sensors found, connected and streamed like any.

    Runs in a ``WarpedLoop``, which sets the pace.
    """

    def __init__(
        self,
        session: SimulatedSession,
        report: Report | None = None,
        inbox: Inbox | None = None,
        through: Callable[[Radio], Radio] = lambda radio: radio,
        *,
        said_beforehand: bool = False,
    ) -> None:
        """``through`` may put something between the twin's radio and the sensors' links.

        ``said_beforehand``: the simulated coach says everything at once, each input of its time, so
        that what a person says beside it is always the newest, which undoing takes back.
        """
        loop = asyncio.get_running_loop()
        if not isinstance(loop, WarpedLoop):
            raise TypeError("a simulated session plays in a WarpedLoop")
        params = session.params
        self.lane = Lane(
            inbox or Inbox(),
            loop.time_ns,
            source="simulated",
            rig_toml=format_rig(session.rig),
            software=f"sledmon {VERSION} twin",
            title=f"Simulated session (seed {params.seed}, faults {params.faults})",
        )
        self._session = session
        self._said_beforehand = said_beforehand
        radio = through(VirtualRadio(session))
        self._sensors = [
            Sensor(
                radio,
                SensorChoice(
                    model=next(model for model in MODELS if model.device == device),
                    address=address,
                    name=session.sensors[device].link.name,
                ),
                self.lane,
                report,
            )
            for device, address in ADDRESSES.items()
        ]

    async def play(self) -> None:
        """Until the session is over; its inbox is closed then."""
        coach = asyncio.create_task(self._coach())
        streaming = asyncio.create_task(stream(self.lane, self._sensors))
        try:
            await asyncio.wait({streaming}, timeout=self._session.duration_s)
            if streaming.done():
                streaming.result()  # it ends by itself only by an error
        finally:
            coach.cancel()
            streaming.cancel()
            await asyncio.wait({coach, streaming})

    async def _coach(self) -> None:
        """What the coach enters, when it is entered."""
        for record in self._session.records:
            if isinstance(record, Event) and self._said_beforehand:
                self.lane.event(record.kind, record.value, record.time_s)
            elif isinstance(record, Event):
                left_ns = record.received_ns - self.lane.now_ns()
                await asyncio.sleep(max(0, left_ns) / NANOSECONDS_PER_SECOND)
                self.lane.event(record.kind, record.value)


async def simulated(
    session: SimulatedSession,
    report: Report | None = None,
    through: Callable[[Radio], Radio] = lambda radio: radio,
) -> AsyncGenerator[Sequence[Record], None]:
    """The records of a simulated session as they arrive; then it ends."""
    simulation = SimulatedLane(session, report, through=through)
    playing = asyncio.create_task(simulation.play())
    try:
        async with aclosing(simulation.lane.inbox.batches()) as batches:
            async for batch in batches:
                yield batch
        await playing
    finally:
        playing.cancel()
        await asyncio.wait({playing})
