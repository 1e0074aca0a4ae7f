"""The GATT objects that bluetoothd exports for one connected sensor."""

from typing import TYPE_CHECKING, Final, NamedTuple

from dbus_fast import Message, Variant

from sledmon.twin.firmware import AttError
from sledmon.wire import uuids
from tests.bluetooth.fake_bluez import words
from tests.bluetooth.fake_bluez.words import Interfaces, Properties, Reply

if TYPE_CHECKING:
    from tests.bluetooth.fake_bluez.device import Device

GENERIC_ACCESS: Final = "00001800-0000-1000-8000-00805f9b34fb"
"""Every sensor has it; bluetoothd keeps its objects to itself."""
GENERIC_ATTRIBUTE: Final = "00001801-0000-1000-8000-00805f9b34fb"
SERVICE_CHANGED: Final = "00002a05-0000-1000-8000-00805f9b34fb"
CCCD: Final = "00002902-0000-1000-8000-00805f9b34fb"
ATT_UNLIKELY: Final = 0x0E


class Row(NamedTuple):
    """One characteristic in a sensor's attribute table."""

    uuid: str
    flags: tuple[str, ...]

    @property
    def notifies(self) -> bool:
        return "notify" in self.flags or "indicate" in self.flags


_OWN: Final = (
    Row(uuids.STREAM, ("notify",)),
    Row(uuids.DESCRIPTOR, ("read",)),
    Row(uuids.CONTROL, ("write", "indicate")),
    Row(uuids.CLOCK, ("write-without-response", "notify")),
)


def attribute_table(service: str) -> dict[str, tuple[Row, ...]]:
    """Services and their characteristics, as firmware_notes/profile.md and Bluetooth have them."""
    texts = (
        uuids.MODEL_NUMBER,
        uuids.SERIAL_NUMBER,
        uuids.FIRMWARE_REVISION,
        uuids.HARDWARE_REVISION,
    )
    return {
        GENERIC_ATTRIBUTE: (Row(SERVICE_CHANGED, ("indicate",)),),
        service: _OWN,
        uuids.BATTERY_SERVICE: (Row(uuids.BATTERY_LEVEL, ("read", "notify")),),
        uuids.DEVICE_INFORMATION_SERVICE: tuple(Row(text, ("read",)) for text in texts),
    }


class Service:
    """``org.bluez.GattService1``."""

    def __init__(self, device: "Device", handle: int, uuid: str) -> None:
        self.path: str = f"{device.path}/service{handle:04x}"
        self._device = device
        self._uuid = uuid

    def interfaces(self) -> Interfaces:
        """Its interface."""
        return {
            words.SERVICE: {
                "UUID": Variant("s", self._uuid),
                "Device": Variant("o", self._device.path),
                "Primary": Variant("b", True),
                "Includes": Variant("ao", []),
            }
        }

    async def call(self, member: str, message: Message) -> Reply:
        """It has no methods."""
        raise words.unknown_object(message)


class Configuration:
    """The 0x2902 descriptor of a characteristic; clients may not write it."""

    def __init__(self, characteristic: "Characteristic", handle: int) -> None:
        self.path: str = f"{characteristic.path}/desc{handle:04x}"
        self._characteristic = characteristic

    def interfaces(self) -> Interfaces:
        """Its interface."""
        return {
            words.DESCRIPTOR: {
                "UUID": Variant("s", CCCD),
                "Characteristic": Variant("o", self._characteristic.path),
                "Value": Variant("ay", b""),
            }
        }

    async def call(self, member: str, message: Message) -> Reply:
        """Reading tells whether it notifies."""
        if member == "ReadValue":
            return Reply("ay", [bytes([1 if self._characteristic.listeners else 0, 0])])
        raise words.att_error(0x03)


class Characteristic:
    """``org.bluez.GattCharacteristic1``.

    ``listeners`` are the D-Bus clients that called StartNotify. They outlive the link: as long as a
    client stays on the bus, bluetoothd subscribes again for it at the next connection. Each of them
    causes a signal of its own for every notification, and every client sees all signals: a client
    that comes back on a new D-Bus connection without having closed its old one hears everything
    twice (hbldh/bleak issues 83 and 2002).
    """

    def __init__(self, device: "Device", service: Service, handle: int, row: Row) -> None:
        self.path: str = f"{service.path}/char{handle:04x}"
        self.row = row
        self.listeners: list[str] = []
        self._service = service
        self._device = device
        self._value = b""
        self._writing = False

    def interfaces(self) -> Interfaces:
        """Its interface."""
        properties: Properties = {
            "UUID": Variant("s", self.row.uuid),
            "Service": Variant("o", self._service.path),
            "Value": Variant("ay", self._value),
            "Flags": Variant("as", list(self.row.flags)),
            "MTU": Variant("q", self._device.att_mtu),
        }
        if self.row.notifies:
            properties["Notifying"] = Variant("b", bool(self.listeners))
            properties["NotifyAcquired"] = Variant("b", False)
        if "write-without-response" in self.row.flags:
            properties["WriteAcquired"] = Variant("b", False)
        return {words.CHARACTERISTIC: properties}

    def notify(self, value: bytes) -> None:
        """Signal a notification, once for every listener."""
        self._value = value
        for _ in self.listeners:
            self._tell_value()

    def subscribe_again(self) -> None:
        """A link has come back: bluetoothd writes the configuration of who still listens."""
        if self.listeners:
            self._device.sensor.firmware.subscribe(self.row.uuid)

    def forget_listener(self, sender: str) -> None:
        """A client has left the bus or asked to stop."""
        if sender in self.listeners:
            self.listeners.remove(sender)
            if not self.listeners:
                if self.row.uuid != uuids.BATTERY_LEVEL:  # bluetoothd itself listens to that
                    self._device.sensor.firmware.subscribe(self.row.uuid, False)
                self._device.daemon.changed(
                    self.path, words.CHARACTERISTIC, {"Notifying": Variant("b", False)}
                )

    async def call(self, member: str, message: Message) -> Reply:
        """Reads, writes and subscriptions; each takes a connection event."""
        match member:
            case "ReadValue":
                return await self._read()
            case "WriteValue":
                return await self._write(bytes(message.body[0]))
            case "StartNotify":
                return await self._start_notify(message.sender or "")
            case "StopNotify":
                self.forget_listener(message.sender or "")
                return Reply()
        # AcquireNotify and AcquireWrite included: losses there are silent, and a lost link
        # crashes bluetoothd 5.66 (bluez issue 1781); sledmon must never ask for them.
        raise words.not_supported()

    async def _read(self) -> Reply:
        if "read" not in self.row.flags:
            raise words.att_error(0x02)
        await self._request()
        self._value = self._device.sensor.read(self.row.uuid)
        self._tell_value()  # bluetoothd signals what was read as if it had been notified
        return Reply("ay", [self._value])

    async def _write(self, value: bytes) -> Reply:
        if not {"write", "write-without-response"} & set(self.row.flags):
            raise words.not_supported()
        if self._writing:
            raise words.in_progress()
        self._writing = True
        try:
            if "write" in self.row.flags:
                await self._request()
            sensor = self._device.sensor
            sensor.firmware.write(self.row.uuid, value, sensor.tick(self._device.daemon.now_s()))
        except AttError as refusal:
            raise words.att_error(refusal.code) from None
        finally:
            self._writing = False
        return Reply()

    async def _start_notify(self, sender: str) -> Reply:
        if not self.row.notifies:
            raise words.not_supported()
        if sender in self.listeners:
            raise words.in_progress()
        self.listeners.append(sender)
        if self._device.link is None:
            return Reply()  # it is subscribed when the device comes back
        try:
            await self._request()
        except words.BluezError:
            if sender in self.listeners:  # unless it has left the bus meanwhile
                self.listeners.remove(sender)
            raise
        self._device.sensor.firmware.subscribe(self.row.uuid)
        self._device.daemon.changed(
            self.path, words.CHARACTERISTIC, {"Notifying": Variant("b", True)}
        )
        return Reply()

    async def _request(self) -> None:
        """The time a request on the link takes; the link may go meanwhile."""
        link = self._device.link
        if link is None:
            raise words.failed("Not connected")
        await link.next_event()
        if self._device.link is not link:
            raise words.att_error(ATT_UNLIKELY)

    def _tell_value(self) -> None:
        self._device.daemon.changed(
            self.path, words.CHARACTERISTIC, {"Value": Variant("ay", self._value)}
        )


def deepest_first(
    objects: list[Service | Characteristic | Configuration],
) -> list[Service | Characteristic | Configuration]:
    """The same in the order in which they vanish: each after what is below it."""

    def place(exported: Service | Characteristic | Configuration) -> tuple[str, ...]:
        return (*exported.path.split("/"), "~")  # behind every longer path that begins the same

    return sorted(objects, key=place)


def export(device: "Device") -> list[Service | Characteristic | Configuration]:
    """All objects of a device, parents first, with handles as a sensor would number them."""
    objects: list[Service | Characteristic | Configuration] = []
    handle = 0x0006  # what is before belongs to Generic Access
    for uuid, rows in attribute_table(device.sensor.params.service).items():
        service = Service(device, handle, uuid)
        objects.append(service)
        handle += 1
        for row in rows:
            characteristic = Characteristic(device, service, handle, row)
            objects.append(characteristic)
            handle += 2  # the declaration and the value
            if row.notifies:
                objects.append(Configuration(characteristic, handle))
                handle += 1
    return objects
