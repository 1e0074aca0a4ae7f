"""A sensor as one adapter's bluetoothd shows it: ``org.bluez.Device1`` and what hangs below it."""

import asyncio
from typing import TYPE_CHECKING

from dbus_fast import Message, Variant

from sledmon.twin.firmware import Outgoing
from sledmon.wire import uuids
from tests.bluetooth.fake_bluez import gatt, words
from tests.bluetooth.fake_bluez.link import Link
from tests.bluetooth.fake_bluez.sensor import Sensor
from tests.bluetooth.fake_bluez.words import Interfaces, Properties, Reply

if TYPE_CHECKING:
    from tests.bluetooth.fake_bluez.adapter import Adapter
    from tests.bluetooth.fake_bluez.daemon import Daemon

BLUEZ_ATT_MTU = 517


class Device:
    """Known to bluetoothd from the first advertisement until it is removed.

    Objects of a device that was connected once stay exported while it is not connected: bluetoothd
    caches services. A lost link shows as ServicesResolved and Connected false in one signal, one
    that the host closes in two; the battery is shown while profiles are connected.
    """

    def __init__(self, adapter: "Adapter", sensor: Sensor) -> None:
        self.adapter = adapter
        self.sensor = sensor
        self.path = f"{adapter.path}/dev_{sensor.address.replace(':', '_')}"
        self.link: Link | None = None
        self.temporary = True
        """Only seen, never connected: forgotten some time after the scan."""
        self._connecting: asyncio.Task[None] | None = None
        self._connected = False
        self._resolved = False
        self._rssi: int | None = None
        self._objects: list[gatt.Service | gatt.Characteristic | gatt.Configuration] = []
        self._by_uuid: dict[str, gatt.Characteristic] = {}
        self._battery: int | None = None
        self._closed: list[asyncio.Future[None]] = []
        self._closing: asyncio.TimerHandle | None = None
        self._resolving: asyncio.TimerHandle | None = None

    @property
    def daemon(self) -> "Daemon":
        return self.adapter.daemon

    @property
    def att_mtu(self) -> int:
        """Of the present or last connection."""
        return min(BLUEZ_ATT_MTU, self.sensor.motion.att_mtu)

    @property
    def is_connected(self) -> bool:
        """Whether the bus says so."""
        return self._connected

    def interfaces(self) -> Interfaces:
        """Its interfaces."""
        shown: Interfaces = {words.DEVICE: self._properties()}
        if self._battery is not None:
            shown[words.BATTERY] = self._battery_properties()
        return shown

    def heard(self, rssi: int) -> None:
        """An advertisement has been received."""
        new = self.path not in self.daemon.objects
        before, self._rssi = self._rssi, rssi
        if new:
            self.daemon.export(self)
        elif rssi != before:
            self.daemon.changed(self.path, words.DEVICE, {"RSSI": Variant("n", rssi)})

    def scan_ended(self) -> None:
        """Signal strength is only known while scanning."""
        if self._rssi is not None:
            self._rssi = None
            self.daemon.changed(self.path, words.DEVICE, {}, ["RSSI"])

    async def call(self, member: str, message: Message) -> Reply:
        """Connect and Disconnect."""
        if member == "Connect":
            await self._connect()
        elif member == "Disconnect":
            await self._disconnect()
        else:
            raise words.unknown_object(message)
        return Reply()

    def remove(self, reason: str = "forgotten") -> None:
        """Bluetoothd forgets the device; a link ends, objects vanish, the deepest first."""
        self.break_off(reason)
        for exported in gatt.deepest_first(self._objects):
            self.daemon.withdraw(exported)
        self._objects.clear()
        self._by_uuid.clear()
        self.daemon.withdraw(self)
        self._rssi = None
        self.temporary = True
        self._battery = None

    def break_off(self, reason: str = "adapter") -> None:
        """End whatever is under way at once, from the host's side."""
        if self._connecting is not None:
            self._connecting.cancel()
        if self.link is not None:
            if reason == "forgotten":
                self._hide_battery()
            self.link.end(reason)

    def forget_client(self, sender: str) -> None:
        """A D-Bus client has left; the link stays (bluez issue 89)."""
        for characteristic in self._by_uuid.values():
            characteristic.forget_listener(sender)

    # --- connecting -------------------------------------------------------------------------------

    async def _connect(self) -> None:
        if not self.adapter.powered:
            raise words.failed("Input/output error")
        if self._connected:
            raise words.already_connected()
        if self._connecting is not None:
            raise words.in_progress()
        self.temporary = False
        self._connecting = asyncio.ensure_future(self._reach())
        try:
            await asyncio.shield(self._connecting)
        except asyncio.CancelledError:
            raise words.failed("br-connection-canceled") from None
        finally:
            self._connecting = None

    async def _reach(self) -> None:
        sensor, timing = self.sensor, self.daemon.timing
        if sensor.refusals:
            why = sensor.refusals.popleft()
            if why == "abort-by-local":
                # The link stood for a moment: clients see both changes, the reply in between.
                self._say_connected(True)
                asyncio.get_running_loop().call_later(0.02, self._say_connected, False)
            raise words.REFUSALS[why]
        try:
            async with asyncio.timeout(timing.connect_timeout_s):
                while not sensor.advertises:
                    await sensor.reachable.wait()
                interval_s = sensor.firmware.advertising_interval_s(
                    sensor.tick(self.daemon.now_s())
                )
                await asyncio.sleep((interval_s or 0.0) / 2 + timing.connect_s)
        except TimeoutError:
            raise words.failed("le-connection-abort-by-local") from None
        if not sensor.advertises:
            raise words.failed("le-connection-abort-by-remote")
        self.link = Link(sensor, timing, self._notified, self._ended)
        self._say_connected(True)
        if sensor.resolves:
            known = bool(self._objects)
            delay_s = timing.resolve_again_s if known else timing.resolve_s
            loop = asyncio.get_running_loop()
            self._resolving = loop.call_later(delay_s, self._resolve)

    def _resolve(self) -> None:
        self.sensor.firmware.subscribe(uuids.BATTERY_LEVEL)
        known = bool(self._objects)
        if known:
            self._show_battery()
        else:
            self._objects = gatt.export(self)
            for exported in self._objects:
                self.daemon.export(exported)
                if isinstance(exported, gatt.Characteristic):
                    self._by_uuid[exported.row.uuid] = exported
        for characteristic in self._by_uuid.values():
            characteristic.subscribe_again()
        self._resolved = True
        changed = {"ServicesResolved": Variant("b", True)}
        if not known:
            changed["UUIDs"] = self._uuids()
        self.daemon.changed(self.path, words.DEVICE, changed)
        if not known:
            self._show_battery()

    def _show_battery(self) -> None:
        self._battery = self.sensor.firmware.battery_percent
        self.daemon.export_more(self.path, {words.BATTERY: self._battery_properties()})

    def _hide_battery(self) -> None:
        if self._battery is not None:
            self._battery = None
            self.daemon.withdraw_more(self.path, [words.BATTERY])

    async def _disconnect(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
            return
        if self.link is None:
            raise words.not_connected()
        self._hide_battery()
        loop = asyncio.get_running_loop()
        closed = loop.create_future()
        self._closed.append(closed)
        if self._closing is None:
            self._closing = loop.call_later(self.daemon.timing.disconnect_s, self.link.end, "local")
        await closed

    def _ended(self, reason: str) -> None:
        """The link is gone: answer who waited for it, then tell everybody."""
        self.link = None
        for timer in (self._closing, self._resolving):
            if timer is not None:
                timer.cancel()
        self._closing = self._resolving = None
        for closed in self._closed:
            if not closed.done():
                closed.set_result(None)
        self._closed.clear()
        unresolved = {"ServicesResolved": Variant("b", False)} if self._resolved else {}
        self._resolved = self._connected = False
        disconnected = {"Connected": Variant("b", False)}
        if reason in {"local", "forgotten"}:
            if unresolved:
                self.daemon.changed(self.path, words.DEVICE, unresolved)
            self.daemon.changed(self.path, words.DEVICE, disconnected)
        else:
            self.daemon.changed(self.path, words.DEVICE, unresolved | disconnected)
        self._hide_battery()

    def _say_connected(self, connected: bool) -> None:
        self._connected = connected
        self.daemon.changed(self.path, words.DEVICE, {"Connected": Variant("b", connected)})

    def _notified(self, out: Outgoing) -> None:
        if out.characteristic == uuids.BATTERY_LEVEL and self._battery is not None:
            self._battery = out.payload[0]
            self.daemon.changed(self.path, words.BATTERY, self._battery_properties())
        characteristic = self._by_uuid.get(out.characteristic)
        if characteristic is None or not characteristic.listeners:
            return
        self.sensor.log(out)
        characteristic.notify(out.payload)

    # --- properties -------------------------------------------------------------------------------

    def _properties(self) -> Properties:
        name = Variant("s", self.sensor.params.name)
        shown = {
            "Address": Variant("s", self.sensor.address),
            "AddressType": Variant("s", "random"),
            "Name": name,
            "Alias": name,
            "Paired": Variant("b", False),
            "Bonded": Variant("b", False),
            "Trusted": Variant("b", False),
            "Blocked": Variant("b", False),
            "LegacyPairing": Variant("b", False),
            "Connected": Variant("b", self._connected),
            "ServicesResolved": Variant("b", self._resolved),
            "UUIDs": self._uuids(),
            "Adapter": Variant("o", self.adapter.path),
            "ServiceData": Variant("a{sv}", self._service_data()),
            "AdvertisingFlags": Variant("ay", b"\x06"),
        }
        if self._rssi is not None:
            shown["RSSI"] = Variant("n", self._rssi)
        return shown

    def _service_data(self) -> Properties:
        level = bytes([self.sensor.firmware.battery_percent])
        return {uuids.BATTERY_SERVICE: Variant("ay", level)}

    def _uuids(self) -> Variant:
        service = self.sensor.params.service
        if not self._objects:
            return Variant("as", [service])
        return Variant("as", [gatt.GENERIC_ACCESS, *gatt.attribute_table(service)])

    def _battery_properties(self) -> Properties:
        return {
            "Percentage": Variant("y", self._battery),
            "Source": Variant("s", "GATT Battery Service"),
        }
