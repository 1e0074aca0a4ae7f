"""Lanes as ``sledmon live`` runs them, over the fake bluetoothd, watched record by record."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from sledmon.acquire.ble import BleRadio
from sledmon.acquire.inbox import Inbox
from sledmon.acquire.live import LaneRequest, LiveLanes
from sledmon.acquire.models import MODELS
from sledmon.acquire.radio_thread import RadioThread
from sledmon.acquire.sensor import Phase, SensorChoice, SensorStatus
from sledmon.decode import Decoder
from sledmon.decode.decoder import Decoded
from sledmon.pipeline import Pipeline, run
from sledmon.recording import RecordingWriter, open_recording
from sledmon.results import Session
from sledmon.samples import Connected, Device, Lost, Packet, Record
from sledmon.wire.descriptor import Kind
from sledmon.wire.stream import HEADER, VERSION, unpack_header
from tests.bluetooth.fake_world import FakeSensor

PATIENCE_S = 20.0
STOPPING_S = 8.0
"""A bounded disconnect of 4 s for each sensor, all at once, and the parting words before it."""
_FILES = count()


def device_of(sensor: FakeSensor) -> Device:
    return "imu" if sensor.params.kind is Kind.IMU else "encoder"


def choice_of(sensor: FakeSensor) -> SensorChoice:
    model = next(model for model in MODELS if model.device == device_of(sensor))
    return SensorChoice(model=model, address=sensor.address, name=sensor.params.name)


class Running:
    """Some lanes at work: the radio in its thread, pipelines and recordings in the test's loop."""

    def __init__(
        self, folder: Path, lanes: Sequence[Sequence[FakeSensor]], adapters: Sequence[str | None]
    ) -> None:
        self.paths = [folder / f"lane-{next(_FILES)}.mcap" for _ in lanes]
        self.records: list[list[Record]] = [[] for _ in lanes]
        self.statuses: list[SensorStatus] = []
        self.sessions: list[Session] = []
        self.radio: RadioThread | None = None
        self._live: LiveLanes | None = None
        self._adapters = adapters
        self._lanes = lanes
        self._inboxes = [Inbox() for _ in lanes]
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()

    async def acquire(self) -> None:
        """In the radio's thread."""
        radios = {name: BleRadio(name) for name in self._adapters}
        requests = [
            LaneRequest(
                sensors=tuple(map(choice_of, self._lanes[lane])),
                inbox=self._inboxes[lane],
                radio=radios[self._adapters[lane]],
            )
            for lane in range(len(self._lanes))
        ]

        def report(_: int, status: SensorStatus) -> None:
            self._loop.call_soon_threadsafe(self._told, status)

        self._live = LiveLanes(radios[self._adapters[0]], requests, report)
        await self._live.run()

    async def work(self) -> None:
        """In the test's loop."""
        recorders = [RecordingWriter(path) for path in self.paths]
        self.sessions = await asyncio.gather(
            *(
                run(self._watched(lane), Pipeline(), recorder=recorder)
                for lane, recorder in enumerate(recorders)
            )
        )
        for recorder in recorders:
            recorder.close()

    async def until(self, happened: Callable[[], object]) -> None:
        """Looked at whenever a sensor's status changes or a record comes: ten times a second."""
        async with asyncio.timeout(PATIENCE_S):
            while not happened():
                self._news.clear()
                await self._news.wait()

    def swap_belts(self, one: int, other: int) -> None:
        """As the coach says it, lanes from 1."""
        assert self._live is not None
        assert self.radio is not None
        self.radio.call(self._live.swap_belts, one, other)

    async def belts(self, number: int, lane: int) -> None:
        """Wait until a lane has had so many belts."""
        await self.until(lambda: len(belts_of(self.records[lane])) == number)

    async def packets(self, sensor: FakeSensor, more: int, lane: int = 0) -> None:
        """Wait for further packets of a sensor."""
        wanted = len(self.payloads(sensor, lane)) + more
        await self.until(lambda: len(self.payloads(sensor, lane)) >= wanted)

    async def streams(self, *sensors: FakeSensor) -> None:
        """Wait until these sensors are told to be streaming."""
        await self.until(lambda: all(self.phase(one) is Phase.STREAMING for one in sensors))

    async def is_whole(self, sensor: FakeSensor) -> None:
        """Wait until the stream goes on and nothing before that is missing any more."""
        await self.packets(sensor, 3)
        await self.until(lambda: not missing(self.payloads(sensor)))

    async def is_lost(self, sensor: FakeSensor) -> str:
        """Wait until the sensor is told to be looked for, and why."""
        await self.until(lambda: self.phase(sensor) is Phase.LOOKING and self.troubles(sensor))
        return self.troubles(sensor)[-1]

    def phase(self, sensor: FakeSensor) -> Phase | None:
        return next((s.phase for s in reversed(self._of(sensor))), None)

    def troubles(self, sensor: FakeSensor) -> list[str]:
        """What was told to be wrong, in order."""
        return [status.trouble for status in self._of(sensor) if status.trouble]

    def payloads(self, sensor: FakeSensor, lane: int = 0) -> list[bytes]:
        """What came from a sensor so far."""
        return payloads(self.records[lane], sensor)

    def recorded(self, lane: int = 0) -> list[Record]:
        """The recording, which is whole."""
        recording = open_recording(self.paths[lane])
        assert recording.closed
        assert not recording.damage
        return [record for batch in recording.batches() for record in batch]

    def _of(self, sensor: FakeSensor) -> list[SensorStatus]:
        return [status for status in self.statuses if status.address == sensor.address]

    def _told(self, status: SensorStatus) -> None:
        self.statuses.append(status)
        self._news.set()

    async def _watched(self, lane: int) -> AsyncGenerator[Sequence[Record], None]:
        async for batch in self._inboxes[lane].batches():
            self.records[lane] += batch
            self._news.set()
            yield batch


@asynccontextmanager
async def live(
    folder: Path, *lanes: Sequence[FakeSensor], adapters: Sequence[str] = ()
) -> AsyncIterator[Running]:
    """Lanes that stream until the context is left; each lane's recording is then what came."""
    running = Running(folder, lanes, adapters or [None] * len(lanes))
    with RadioThread(running.acquire) as running.radio:
        radio = running.radio
        working = asyncio.create_task(running.work())
        try:
            yield running
        finally:
            radio.stop()
            async with asyncio.timeout(STOPPING_S):
                await working
    assert {status.phase for status in running.statuses[-len(lanes) :]} <= {Phase.STOPPED}
    for lane, records in enumerate(running.records):
        assert running.recorded(lane) == records


# --- what a recording holds ---------------------------------------------------------------------


def payloads(records: Sequence[Record], sensor: FakeSensor) -> list[bytes]:
    device = device_of(sensor)
    return [r.payload for r in records if isinstance(r, Packet) and r.device == device]


def numbers(came: Sequence[bytes]) -> list[int]:
    """The sequence of each notification that can be read."""
    readable = [
        payload for payload in came if len(payload) >= HEADER.size and payload[0] == VERSION
    ]
    return [unpack_header(payload).sequence for payload in readable]


def missing(came: Sequence[bytes]) -> set[int]:
    """Numbers of one boot that have not come, between those that have."""
    seen = set(numbers(came))
    return set(range(min(seen), max(seen) + 1)) - seen


def links(records: Sequence[Record], sensor: FakeSensor) -> list[str]:
    """``Connected`` and ``Lost`` of a sensor, as they came."""
    device = device_of(sensor)
    told = [r for r in records if isinstance(r, Connected | Lost) and r.device == device]
    return [type(record).__name__ for record in told]


def belts_of(records: Sequence[Record]) -> list[str]:
    """The belts that a recording had, in turn."""
    return [r.name for r in records if isinstance(r, Connected) and r.device == "imu"]


def decoded(records: Sequence[Record]) -> Decoded:
    return Decoder().push(records, 0)


def assert_every_number_is_told(records: Sequence[Record], sensor: FakeSensor) -> set[int]:
    """Each number of one boot came, or is counted in a gap; those that never came are returned.

    A gap is told when the next newer packet comes; what comes again afterwards is in the recording.
    """
    all_numbers = numbers(payloads(records, sensor))
    newest, in_time = -1, []
    for number in all_numbers:
        if number > newest:
            in_time.append(number)
            newest = number
    gaps = [gap for gap in decoded(records).gaps if gap.device == device_of(sensor)]
    holes = (in_time[-1] - in_time[0] + 1) - len(in_time)
    assert sum(gap.packets for gap in gaps) == holes, (gaps, all_numbers)
    return missing(payloads(records, sensor))
