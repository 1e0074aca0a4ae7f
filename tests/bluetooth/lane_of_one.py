"""sledmon's own ``Sensor`` streaming over any radio into a lane, in the test's own loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sledmon.acquire.inbox import Inbox
from sledmon.acquire.lane import Lane
from sledmon.acquire.models import MODELS
from sledmon.acquire.radio import Radio
from sledmon.acquire.sensor import Phase, Sensor, SensorChoice, SensorStatus
from sledmon.acquire.streaming import stream
from sledmon.rig import Rig, format_rig
from sledmon.samples import Packet, Record
from sledmon.twin.firmware_params import FirmwareParams
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.wire.descriptor import Kind
from sledmon.wire.stream import unpack_header

PATIENCE_S = 20.0


class LaneOfOne:
    """What has come of one sensor so far."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.statuses: list[SensorStatus] = []
        self._news = asyncio.Event()

    @property
    def packets(self) -> list[Packet]:
        return [record for record in self.records if isinstance(record, Packet)]

    @property
    def numbers(self) -> list[int]:
        """The sequence of everything that came, as it came."""
        return [unpack_header(packet.payload).sequence for packet in self.packets]

    @property
    def missing(self) -> set[int]:
        """Numbers between the first and the last that have not come."""
        numbers = set(self.numbers)
        return set(range(min(numbers), max(numbers) + 1)) - numbers

    @property
    def phase(self) -> Phase:
        return self.statuses[-1].phase if self.statuses else Phase.LOOKING

    @property
    def troubles(self) -> list[str]:
        """What was told to be wrong, in order."""
        return [status.trouble for status in self.statuses if status.trouble]

    async def receive(self, more: int) -> None:
        """Wait for further packets."""
        wanted = len(self.packets) + more
        await self.until(lambda: len(self.packets) >= wanted)

    async def until(self, happened: Callable[[], object]) -> None:
        """Looked at whenever a record or a status comes: ten times a second at least."""
        async with asyncio.timeout(PATIENCE_S):
            while not happened():
                self._news.clear()
                await self._news.wait()

    def report(self, status: SensorStatus) -> None:
        """Take a status."""
        self.statuses.append(status)
        self._news.set()

    async def take(self, inbox: Inbox) -> None:
        """Take records until the lane ends."""
        async for batch in inbox.batches():
            self.records += batch
            self._news.set()


@asynccontextmanager
async def lane_of_one(
    radio: Radio, params: FirmwareParams, address: str
) -> AsyncIterator[LaneOfOne]:
    """Stream until the context is left."""
    loop = asyncio.get_running_loop()
    one = LaneOfOne()
    lane = Lane(
        Inbox(),
        lambda: round(loop.time() * NANOSECONDS_PER_SECOND),
        source="test",
        rig_toml=format_rig(Rig()),
        software="test",
    )
    device = "imu" if params.kind is Kind.IMU else "encoder"
    model = next(model for model in MODELS if model.device == device)
    choice = SensorChoice(model=model, address=address, name=params.name)
    taking = asyncio.create_task(one.take(lane.inbox))
    working = asyncio.create_task(stream(lane, [Sensor(radio, choice, lane, one.report)]))
    try:
        yield one
    finally:
        working.cancel()
        await asyncio.wait({working})
        await taking
    assert one.phase is Phase.STOPPED
