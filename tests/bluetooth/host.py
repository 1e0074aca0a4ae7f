"""The smallest client by unmodified bleak: what a contract test needs to look at the stack."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakDBusError, BleakError

from sledmon.wire import uuids
from sledmon.wire.control import Answer, Command, Opcode, pack_command, unpack_answer
from sledmon.wire.stream import Flags, unpack_header
from tests.bluetooth.world import WorldSensor

SERVICES = [uuids.BELT_IMU_SERVICE, uuids.TETHER_ENCODER_SERVICE]
PATIENCE_S = 10.0


async def scan(
    wanted: Callable[[BLEDevice, AdvertisementData], bool], adapter: str = "hci0"
) -> tuple[BLEDevice, AdvertisementData]:
    """Scan for sledmon's services until a sensor pleases."""
    async with (
        asyncio.timeout(PATIENCE_S),
        BleakScanner(service_uuids=SERVICES, bluez={"adapter": adapter}) as scanner,
    ):
        async for device, advertisement in scanner.advertisement_data():
            if wanted(device, advertisement):
                return device, advertisement
    raise AssertionError("a scan never ends by itself")


async def scan_all(
    sensors: Iterable[WorldSensor], adapter: str = "hci0"
) -> dict[str, tuple[BLEDevice, AdvertisementData]]:
    """Scan until all of them have been seen; by address."""
    missing = {sensor.address for sensor in sensors}
    seen = {}

    def is_last(device: BLEDevice, advertisement: AdvertisementData) -> bool:
        seen[device.address] = (device, advertisement)
        return missing <= seen.keys()

    await scan(is_last, adapter)
    return seen


async def find(sensor: WorldSensor, adapter: str = "hci0") -> BLEDevice:
    """The device of one sensor as bleak knows it."""
    device, _ = await scan(lambda device, _: device.address == sensor.address, adapter)
    return device


async def find_soon(sensor: WorldSensor) -> BLEDevice:
    """The same on an adapter that was just plugged in: bleak hears of it a moment later."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            with contextlib.suppress(BleakError):
                return await find(sensor)
            await asyncio.sleep(0.02)


async def connect_soon(host: "Host") -> None:
    """Connect right after a disconnect: bluetoothd may not be through with that one yet."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await host.connect()
            except BleakDBusError as error:
                if "Input/output error" not in str(error):
                    raise
            await asyncio.sleep(0.1)


async def until(happened: Callable[[], object]) -> None:
    """Wait for something in the world, which tells only when it is asked."""
    async with asyncio.timeout(PATIENCE_S):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


class Host:
    """A connected client that keeps what comes."""

    def __init__(self, device: BLEDevice, adapter: str = "hci0", timeout_s: float = 10.0) -> None:
        self.gone = asyncio.Event()
        self.stream: list[bytes] = []
        self._arrived = asyncio.Event()
        self._answers: asyncio.Queue[bytearray] = asyncio.Queue()
        self.client = BleakClient(
            device,
            disconnected_callback=lambda _: self.gone.set(),
            timeout=timeout_s,
            bluez={"adapter": adapter},
        )

    async def connect(self) -> None:
        """Connect, and nothing more."""
        self.gone.clear()
        await self.client.connect()

    async def hear_answers(self) -> None:
        """Subscribe to Control alone."""
        await self.client.start_notify(uuids.CONTROL, lambda _, d: self._answers.put_nowait(d))

    async def start(self) -> None:
        """Subscribe and start the stream."""
        await self.hear_answers()
        await self.client.start_notify(uuids.STREAM, self._keep)
        answer = await self.command(Opcode.START)
        assert answer.status == 0, answer

    async def command(self, opcode: Opcode, argument: int = 0, extent: int = 0) -> Answer:
        """Write a command and wait for its answer."""
        payload = pack_command(Command(opcode, argument, extent))
        await self.client.write_gatt_char(uuids.CONTROL, payload, response=True)
        async with asyncio.timeout(PATIENCE_S):
            return unpack_answer(bytes(await self._answers.get()))

    async def receive(self, more: int) -> None:
        """Wait until so many further notifications have come."""
        wanted = len(self.stream) + more
        async with asyncio.timeout(PATIENCE_S):
            while len(self.stream) < wanted:
                self._arrived.clear()
                await self._arrived.wait()

    async def lose_link(self) -> None:
        """Wait for the link to go, then close the D-Bus connection that bleak still holds."""
        async with asyncio.timeout(PATIENCE_S):
            await self.gone.wait()
        await self.client.disconnect()

    async def come_back(self) -> None:
        """Connect again, subscribe and start; what came stays in ``stream``."""
        await self.connect()
        await self.start()

    async def fetch(self, first: int, extent: int) -> int:
        """RESEND and wait for what is promised; gives how many came."""
        before = len(self.resent)
        promised = (await self.command(Opcode.RESEND, first, extent)).value
        async with asyncio.timeout(PATIENCE_S):
            while len(self.resent) < before + promised:
                await self.receive(1)
        return promised

    @property
    def resent(self) -> list[bytes]:
        """Those of the stream that were sent again."""
        return [p for p in self.stream if unpack_header(p).flags & Flags.RESENT]

    @property
    def numbers(self) -> list[int]:
        """The sequence of everything that came, as it came."""
        return [unpack_header(payload).sequence for payload in self.stream]

    def _keep(self, _: object, payload: bytearray) -> None:
        self.stream.append(bytes(payload))
        self._arrived.set()


@asynccontextmanager
async def streaming(sensor: WorldSensor, adapter: str = "hci0") -> AsyncIterator[Host]:
    """A client to which a sensor streams; disconnects at the end."""
    host = Host(await find(sensor, adapter), adapter)
    await host.connect()
    try:
        await host.start()
        yield host
    finally:
        await host.client.disconnect()
