"""What a test may do to the real bluetoothd, its adapters, and the sensors around it."""

import asyncio
import contextlib
import itertools
import subprocess
from pathlib import Path
from typing import Any

from bumble import hci
from bumble.transport import open_transport
from bumble.transport.common import Transport
from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from sledmon.twin.firmware_params import FirmwareParams
from tests.bluetooth.bumble_air import AirLink, Host
from tests.bluetooth.bumble_sensor import BumbleSensor
from tests.bluetooth.fake_bluez import words
from tests.bluetooth.fake_bluez.sensor import Motion
from tests.bluetooth.fake_bluez.sensors import Sensors
from tests.bluetooth.fake_bluez.timing import Timing
from tests.bluetooth.real.listening import Listening

PATIENCE_S = 15.0
ADAPTER = "00:1A:7D:DA"
SENSOR = "C0:FF:EE:00"


class RealAir(Sensors):
    """Its public methods are what ``RealWorld`` asks for."""

    def __init__(self, bluetoothd: Path, log: Path) -> None:
        super().__init__()
        self._command = bluetoothd
        self._log = log
        self._bluetoothd: subprocess.Popen[bytes] | None = None
        self._link = AirLink()
        self._bumbles: dict[str, BumbleSensor] = {}
        self._adapters: dict[str, tuple[Host, Transport]] = {}
        self._numbers = itertools.count(1)
        self._bus: MessageBus | None = None
        self._listening: Listening
        self._problems: list[str] = []

    async def begin(self) -> None:
        """A new world: bluetoothd runs, hci0 is on, nothing is in the air."""
        asyncio.get_running_loop().set_exception_handler(self._note)
        if self._bus is None:
            self._bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
            self._listening = Listening(self._bus)
            await self._listening.begin()
        if self._bluetoothd is None:
            await self.revive()
        self._problems = []
        await self.plug_in("hci0")

    async def end(self) -> list[str]:
        """The world ends; gives what went wrong beside the tests."""
        for bumble in self._bumbles.values():
            await bumble.stop()
        self._bumbles.clear()
        self._sensors.clear()
        for name in list(self._adapters):
            await self.pull_out(name)
        return self._problems

    async def close(self) -> None:
        """No bluetoothd any more."""
        if self._bluetoothd is not None:
            await self.crash()

    # --- adapters and the daemon ------------------------------------------------------------------

    async def plug_in(self, adapter: str, powered: bool = True) -> None:
        """A further adapter, or one pulled out before; the kernel takes the lowest free number."""
        transport = await open_transport("vhci")
        address = hci.Address(self._new_address(ADAPTER), hci.Address.PUBLIC_DEVICE_ADDRESS)
        host = Host(adapter, transport.source, transport.sink, self._link, address)
        self._adapters[adapter] = (host, transport)
        await self._until_powered(adapter, on=True)
        if not powered:
            await self.switch(adapter, on=False)

    async def pull_out(self, adapter: str) -> None:
        """Unplug an adapter; sensors notice by the supervision timeout."""
        host, transport = self._adapters.pop(adapter)
        for connection in host.le_connections.values():
            for bumble in self._bumbles.values():
                if bumble.sensor.address == str(connection.peer_address).removesuffix("/P"):
                    self.drop(bumble.sensor.address, "timeout")
        self._link.remove_controller(host)
        host.host = None
        await transport.close()
        await self._until(lambda: self._is_gone(adapter), f"{adapter} does not go")

    async def switch(self, adapter: str, on: bool) -> None:
        """Power an adapter on or off, as a switch on the laptop does."""
        await self._set(adapter, on)
        await self._until_powered(adapter, on)

    async def crash(self) -> None:
        """Bluetoothd is killed."""
        if self._bluetoothd is not None:
            self._bluetoothd.kill()
            self._bluetoothd.wait()
            self._bluetoothd = None

    async def revive(self) -> None:
        """Bluetoothd starts."""
        with self._log.open("ab") as log:
            self._bluetoothd = subprocess.Popen(  # noqa: ASYNC220
                [self._command, "-n"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        await self._until(self._answers, f"{self._command} does not answer; see {self._log}")
        for adapter in self._adapters:
            await self._until_powered(adapter, on=True)

    async def forget(self, address: str) -> None:
        """Bluetoothd removes the device, as ``bluetoothctl remove`` does."""
        for adapter in self._adapters:
            device = f"/org/bluez/{adapter}/dev_{address.replace(':', '_')}"
            with contextlib.suppress(words.BluezError):
                await self._call(adapter, words.ADAPTER, "RemoveDevice", "o", [device])

    # --- sensors ----------------------------------------------------------------------------------

    async def put_on(self, params: FirmwareParams, motion: Motion) -> str:
        """Switch a new sensor on; gives its address, which no sensor had before."""
        address = self._new_address(SENSOR)
        self.add(address, params, motion)
        self._bumbles[address] = BumbleSensor(self._sensors[address], self._link, Timing())
        self._listening.watch(self._bumbles[address])
        await self._bumbles[address].start()
        return address

    def lost(self, address: str) -> list[bytes]:
        """Sent, and not signalled by bluetoothd, wherever it was lost."""
        return super().lost(address) + self._listening.unheard(self._bumbles[address])

    def move(self, address: str, in_range: bool) -> None:
        """Out of range, and back."""
        super().move(address, in_range)
        if in_range:
            self._link.speak(self._bumbles[address].controller)

    def _new_address(self, prefix: str) -> str:
        """One that bluetoothd cannot know yet."""
        high, low = divmod(next(self._numbers), 256)
        return f"{prefix}:{high:02X}:{low:02X}"

    # --- bluetoothd's bus -------------------------------------------------------------------------

    def _note(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._problems.append(f"{context.get('message')}: {context.get('exception')!r}")

    async def _call(
        self, adapter: str, interface: str, member: str, signature: str, body: list[Any]
    ) -> list[Any]:
        assert self._bus is not None
        message = Message(
            destination=words.BLUEZ,
            path=f"/org/bluez/{adapter}" if adapter else "/",
            interface=interface,
            member=member,
            signature=signature,
            body=body,
        )
        reply = await self._bus.call(message)
        assert reply is not None
        if reply.message_type is MessageType.ERROR:
            raise words.BluezError(reply.error_name or "", str(reply.body))
        return list(reply.body)

    async def _answers(self) -> bool:
        try:
            await self._call("", words.OBJECT_MANAGER, "GetManagedObjects", "", [])
        except words.BluezError:
            return False
        return True

    async def _is_gone(self, adapter: str) -> bool:
        (tree,) = await self._call("", words.OBJECT_MANAGER, "GetManagedObjects", "", [])
        return f"/org/bluez/{adapter}" not in tree

    async def _set(self, adapter: str, on: bool) -> None:
        body = [words.ADAPTER, "Powered", Variant("b", on)]
        await self._call(adapter, words.PROPERTIES, "Set", "ssv", body)

    async def _until_powered(self, adapter: str, on: bool) -> None:
        async def is_so() -> bool:
            try:
                body = [words.ADAPTER, "Powered"]
                (powered,) = await self._call(adapter, words.PROPERTIES, "Get", "ss", body)
                if powered.value is not on:
                    await self._set(adapter, on)
            except words.BluezError:
                return False
            return bool(powered.value is on)

        await self._until(is_so, f"{adapter} does not get {'on' if on else 'off'}")

    async def _until(self, happened: Any, otherwise: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await happened():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise RuntimeError(otherwise) from None
