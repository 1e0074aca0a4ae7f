"""Bluetooth LE through bleak; nothing else in sledmon knows bleak.

What the backends need was measured or is documented: one connection attempt at a time, adapters by
name, the scanned device rather than its address, no disconnection that may take for ever. bleak's
notification callbacks run in its event loop, where ``Received`` stamps and queues and returns.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Final

from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.args.bluez import BlueZAdapterArgs, BlueZScannerArgs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakError,
)

from sledmon.acquire.radio import Link, LinkError, RadioError, Received, Sighting
from sledmon.acquire.unless import unless
from sledmon.wire import uuids

ATTEMPT_S: Final = 8.0
"""One attempt to connect: a slow advertiser answers within 1 s, finding its services takes 2 s."""
CLOSING_S: Final = 4.0
"""BlueZ takes 2 s to close a link."""
DEAF_S: Final = 3.0
"""A scan that heard nothing for so long is begun anew: an adapter that was off and on again
scans no more, and does not say so."""
FIRST_ADAPTER: Final = "hci0"

_FAILURES: Final = (BleakError, OSError, EOFError, TimeoutError, AssertionError, KeyError)
"""What bleak raises when a device or the bus goes away in the middle of something."""
_REASONS: Final = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: "this computer has no Bluetooth; plug in an"
    " adapter",
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: "this computer's Bluetooth is too old for"
    " sensors; plug in an adapter of version 4.2 or later",
    BleakBluetoothNotAvailableReason.POWERED_OFF: "Bluetooth is off; turn it on",
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: "Bluetooth is not allowed for this program;"
    " allow it in the system's privacy settings",
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: "this computer's administrator does not"
    " allow Bluetooth",
}

_NO_BLUEZ: Final = "no Bluetooth service answers; install bluez and start it: sledmon doctor"
_DBUS_ERRORS: Final = {
    "org.bluez.Error.NotReady": "Bluetooth is off; turn it on",
    "org.freedesktop.DBus.Error.ServiceUnknown": _NO_BLUEZ,
    "org.freedesktop.DBus.Error.NameHasNoOwner": _NO_BLUEZ,
    "org.freedesktop.DBus.Error.AccessDenied": "this user may not use Bluetooth; see: sledmon"
    " doctor",
}
_GONE: Final = "org.freedesktop.DBus.Error.UnknownObject"
_ADAPTER_GONE: Final = "the Bluetooth adapter is gone; plug it in again"
_NO_SIGNAL_DBM: Final = -127

_Found = tuple[BLEDevice, int | None]
"""A device, and how strongly it was heard."""
_Listener = Callable[[BLEDevice, AdvertisementData], None]


class BleRadio:
    """One Bluetooth adapter. On Linux it is named; elsewhere the system has only one."""

    def __init__(self, adapter: str | None = None) -> None:
        self.adapter = (adapter or FIRST_ADAPTER) if sys.platform == "linux" else ""
        self._listeners: list[_Listener] = []
        self._nobody_listens = asyncio.Event()
        self._scan: asyncio.Task[str] | None = None
        self._connecting = asyncio.Lock()
        self._taken_over: set[str] = set()

    async def sightings(self) -> AsyncGenerator[Sighting, None]:
        """Every advertisement, as it is heard."""
        heard: asyncio.Queue[Sighting] = asyncio.Queue()

        def listen(device: BLEDevice, advertised: AdvertisementData) -> None:
            heard.put_nowait(_sighting(device, advertised, self.adapter))

        with self._listening(listen) as scan:
            while True:
                yield await unless(scan, heard.get())

    async def connect(self, address: str) -> Link:
        """Wait until the sensor is heard, then try once to connect."""
        device, signal_dbm = await self._found(address)
        async with self._connecting:
            lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

            def disconnected(_: BleakClient) -> None:
                if not lost.done():
                    lost.set_result("connection lost")

            client = BleakClient(device, disconnected, timeout=ATTEMPT_S, bluez=self._bluez)
            try:
                await client.connect()
            except _FAILURES as error:
                raise _told(error, "cannot connect") from None
            return _BleLink(client, lost, signal_dbm)

    @property
    def _bluez(self) -> BlueZAdapterArgs:
        return {"adapter": self.adapter} if self.adapter else {}

    @property
    def _bluez_scanner(self) -> BlueZScannerArgs:
        return {"adapter": self.adapter} if self.adapter else {}

    async def _found(self, address: str) -> _Found:
        """A device that is connected already, else the one that is heard.

        What was taken over last time must be heard first: bleak goes on believing in links whose
        bluetoothd has crashed.
        """
        if address in self._taken_over:
            self._taken_over.discard(address)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DEAF_S):
                    return await self._heard(address)
        device = await self._left_connected(address)
        if device is None:
            return await self._heard(address)
        self._taken_over.add(address)
        return device, None

    async def _heard(self, address: str) -> _Found:
        found: asyncio.Future[_Found] = asyncio.get_running_loop().create_future()

        def listen(device: BLEDevice, advertised: AdvertisementData) -> None:
            if device.address.upper() == address.upper() and not found.done():
                found.set_result((device, _signal_dbm(advertised)))

        with self._listening(listen) as scan:
            return await unless(scan, found)

    async def _left_connected(self, address: str) -> BLEDevice | None:
        """A sensor that a crashed program left connected does not advertise (bluez issue 89)."""
        try:
            system = await BleakAdapter.get(bluez=self._bluez)
            connected = await system.get_connected_devices()
        except (*_FAILURES, NotImplementedError):
            return None
        return next((device for device in connected if device.address == address), None)

    @contextlib.contextmanager
    def _listening(self, listener: _Listener) -> Iterator["asyncio.Task[str]"]:
        """Have one scan run for all who listen: the system allows one at a time."""
        self._listeners.append(listener)
        self._nobody_listens.clear()
        if self._scan is None or self._scan.done():
            self._scan = asyncio.create_task(self._scan_for_listeners())
        try:
            yield self._scan
        finally:
            self._listeners.remove(listener)
            if not self._listeners:
                self._nobody_listens.set()

    async def _scan_for_listeners(self) -> str:
        """Scan while anyone listens; why it ended, for whoever still does."""
        loop = asyncio.get_running_loop()

        def spread(device: BLEDevice, advertised: AdvertisementData) -> None:
            self._heard_s = loop.time()
            for listener in tuple(self._listeners):
                listener(device, advertised)

        while self._listeners:
            self._heard_s = loop.time()
            try:
                async with BleakScanner(spread, bluez=self._bluez_scanner):
                    await self._until_deaf()
            except BleakDBusError as error:
                if error.dbus_error == _GONE:
                    raise RadioError(_ADAPTER_GONE) from None
                raise _told(error, "cannot scan") from None
            except _FAILURES as error:
                raise _told(error, "cannot scan") from None
        return "the scan ended early; it will be begun anew"

    async def _until_deaf(self) -> None:
        """Return when nobody listens any more, or when nothing is heard any more."""
        loop = asyncio.get_running_loop()
        while self._listeners and (left_s := self._heard_s + DEAF_S - loop.time()) > 0.0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._nobody_listens.wait()


class _BleLink:
    """A connected sensor."""

    def __init__(
        self, client: BleakClient, lost: "asyncio.Future[str]", signal_dbm: int | None
    ) -> None:
        self._client = client
        self._lost = lost
        self._signal_dbm = signal_dbm

    @property
    def signal_dbm(self) -> int | None:
        """Of the advertisement before: of a connected device bluetoothd tells none."""
        return self._signal_dbm

    @property
    def payload_bytes(self) -> int:
        """What a write without response may hold: as much as a notification."""
        try:
            characteristics = self._client.services.characteristics.values()
        except BleakError:
            return 0  # the link is lost, and its services with it
        return max((one.max_write_without_response_size for one in characteristics), default=0)

    def has(self, characteristic: str) -> bool:
        """Whether the sensor has that characteristic."""
        try:
            return self._client.services.get_characteristic(characteristic) is not None
        except BleakError:
            return False  # the link is lost, and its services with it

    async def read(self, characteristic: str) -> bytes:
        """The value of a characteristic."""
        try:
            return bytes(await self._client.read_gatt_char(characteristic))
        except _FAILURES as error:
            raise LinkError(str(_told(error, "cannot read from it"))) from None

    async def write(self, characteristic: str, payload: bytes, *, response: bool) -> None:
        """Write a characteristic."""
        try:
            await self._client.write_gatt_char(characteristic, payload, response)
        except _FAILURES as error:
            raise LinkError(str(_told(error, "cannot write to it"))) from None

    async def subscribe(self, characteristic: str, received: Received) -> None:
        """Have ``received`` called in bleak's loop, with nothing between."""

        def take(_: BleakGATTCharacteristic, payload: bytearray) -> None:
            received(bytes(payload))

        try:
            # Never bleak's AcquireNotify: it drops packets in silence (bleak issue 1951).
            await self._client.start_notify(characteristic, take)
        except _FAILURES as error:
            raise LinkError(str(_told(error, "cannot subscribe to it"))) from None

    async def gone(self) -> str:
        """Wait until the link is lost."""
        return await asyncio.shield(self._lost)

    async def close(self) -> None:
        """Disconnect, but wait for it no longer than it may take."""
        with contextlib.suppress(*_FAILURES):
            async with asyncio.timeout(CLOSING_S):
                await self._client.disconnect()


def _sighting(device: BLEDevice, advertised: AdvertisementData, adapter: str) -> Sighting:
    battery = advertised.service_data.get(uuids.BATTERY_SERVICE, b"")
    return Sighting(
        address=device.address,
        name=advertised.local_name or device.name or "",
        services=frozenset(advertised.service_uuids),
        signal_dbm=_signal_dbm(advertised),
        battery_percent=battery[0] if battery and battery[0] <= 100 else None,
        adapter=adapter,
    )


def _signal_dbm(advertised: AdvertisementData) -> int | None:
    return advertised.rssi if advertised.rssi > _NO_SIGNAL_DBM else None


def _told(error: BaseException, what: str) -> LinkError | RadioError:
    """Bleak's error in words that help, and whether it is the radio's or this one sensor's."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        return RadioError(_REASONS.get(error.reason, f"Bluetooth cannot be used: {error}"))
    if isinstance(error, BleakDBusError):
        if told := _DBUS_ERRORS.get(error.dbus_error):
            return RadioError(told)
        if error.dbus_error == _GONE:
            return LinkError(f"{what}: it is gone")
        return LinkError(f"{what}: {error.dbus_error_details or error.dbus_error}")
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        return RadioError(_NO_BLUEZ)
    if isinstance(error, TimeoutError):
        return LinkError(f"{what}: it does not answer")
    if isinstance(error, BleakError) and "adapter" in str(error):
        return RadioError(f"Bluetooth {error}; plug it in, or name another one with --adapter")
    return LinkError(f"{what}: {error or type(error).__name__}")
