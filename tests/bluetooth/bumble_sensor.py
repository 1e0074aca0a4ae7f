"""A sensor whose attribute protocol is real: bumble's GATT server, driven by the firmware."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from bumble import att, hci
from bumble.controller import Controller
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service

from sledmon.twin.firmware import LEAST_ATT_MTU, AttError, Outgoing
from sledmon.wire import uuids
from tests.bluetooth.bumble_air import AirLink, LegacyController
from tests.bluetooth.fake_bluez.gatt import attribute_table
from tests.bluetooth.fake_bluez.link import Link
from tests.bluetooth.fake_bluez.sensor import Sensor
from tests.bluetooth.fake_bluez.timing import Timing

ADVERTISING_INTERVAL_MS = 62.5
"""bumble's controller takes the units of 0.625 ms for milliseconds: these are 100 ms."""
ATT_CHANNEL = 4
PROPERTIES = {
    "read": Characteristic.Properties.READ,
    "write": Characteristic.Properties.WRITE,
    "write-without-response": Characteristic.Properties.WRITE_WITHOUT_RESPONSE,
    "notify": Characteristic.Properties.NOTIFY,
    "indicate": Characteristic.Properties.INDICATE,
}

_T = TypeVar("_T")


class BumbleSensor:
    """Joins a ``Sensor`` to an ``AirLink``."""

    def __init__(self, sensor: Sensor, air: AirLink, timing: Timing) -> None:
        self.sensor = sensor
        self.carried: Callable[[Outgoing], None] = sensor.log
        """Told what has reached the host's controller."""
        self.controller: Controller = LegacyController(sensor.params.serial, link=air)
        self._air = air
        self._timing = timing
        self._loop = asyncio.get_running_loop()
        self._connection: Connection | None = None
        self._indications: set[asyncio.Task[None]] = set()
        self._partings: set[asyncio.Task[None]] = set()
        self._characteristics: dict[str, Characteristic[bytes]] = {}
        configuration = DeviceConfiguration(
            name=sensor.params.name,
            address=hci.Address(sensor.address),
            advertising_interval_min=ADVERTISING_INTERVAL_MS,
            advertising_interval_max=ADVERTISING_INTERVAL_MS,
            gatt_service_enabled=False,  # attribute_table has it
        )
        self._device = Device.from_config_with_hci(configuration, self.controller, self.controller)
        self._device.gatt_server.max_mtu = sensor.motion.att_mtu
        for service, rows in attribute_table(sensor.params.service).items():
            for row in rows:
                self._characteristics[row.uuid] = self._characteristic(row.uuid, row.flags)
            of_service = [self._characteristics[row.uuid] for row in rows]
            self._device.add_service(Service(service, of_service))
        self._device.on("connection", self._connected)
        air.sensors[self.controller] = self

    async def start(self) -> None:
        """Advertise."""
        await self._device.power_on()
        await self._device.start_advertising(auto_restart=True)

    async def stop(self) -> None:
        """Leave the air."""
        self.sensor.powered = False
        await self._device.stop_advertising()
        self._give_up()
        self._connection = None
        if self.sensor.link is not None:
            self.sensor.link.end("local")
        self._air.remove_controller(self.controller)
        del self._air.sensors[self.controller]

    @property
    def stream_object(self) -> str:
        """How the stream's path at bluetoothd ends: with the handle of its declaration."""
        return f"/char{self._characteristics[uuids.STREAM].handle - 1:04x}"

    # --- what the air asks ------------------------------------------------------------------------

    @property
    def is_heard(self) -> bool:
        """Whether it advertises, within range."""
        return self.sensor.advertises

    @property
    def is_silent(self) -> bool:
        """Out of range or powered off, before the supervision timeout."""
        link = self.sensor.link
        return isinstance(link, Link) and link.is_dying

    def advertisement(self) -> tuple[bytes, bytes]:
        """As firmware_notes/profile.md has it."""
        service = bytes.fromhex(self.sensor.params.service.replace("-", ""))[::-1]
        name = self.sensor.params.name.encode()
        level = self.sensor.firmware.battery_percent
        return (
            b"\x02\x01\x06\x11\x07" + service,
            bytes([len(name) + 1, 0x09]) + name + bytes([4, 0x16, 0x0F, 0x18, level]),
        )

    def came_through(self, pdu: bytes, arrived: bool) -> None:
        """Count stream notifications."""
        if int.from_bytes(pdu[2:4], "little") != ATT_CHANNEL or pdu[4] != 0x1B:
            return
        handle = int.from_bytes(pdu[5:7], "little")
        if handle != self._characteristics[uuids.STREAM].handle:
            return
        if arrived:
            self.carried(Outgoing(uuids.STREAM, pdu[7:]))
        else:
            self.sensor.lost.append(pdu[7:])

    # --- the link ---------------------------------------------------------------------------------

    def _connected(self, connection: Connection) -> None:
        self._connection = connection
        link = Link(self.sensor, self._timing, self._send, self._ended)
        firmware = self.sensor.firmware
        firmware.exchange_mtu(LEAST_ATT_MTU)
        connection.on(
            "connection_att_mtu_update", lambda: firmware.exchange_mtu(connection.att_mtu)
        )

        def disconnected(_reason: int) -> None:
            self._connection = None
            self._give_up()
            if self.sensor.link is link:
                link.end("local")

        connection.on("disconnection", disconnected)

    def _ended(self, reason: str) -> None:
        """The sensor's side has ended the link, or the host's has and we were told."""
        if self._connection is None:
            return
        if reason == "timeout":
            self._air.time_out(self.controller)
        else:
            self._work(self._connection.disconnect(), self._partings)

    def _send(self, out: Outgoing) -> None:
        connection = self._connection
        if connection is None:
            return
        characteristic = self._characteristics[out.characteristic]
        if out.characteristic == uuids.CONTROL:
            server = self._device.gatt_server
            indicating = server.indicate_subscriber(connection, characteristic, out.payload)
            self._work(indicating, self._indications)
        else:
            pdu = att.ATT_Handle_Value_Notification(
                attribute_handle=characteristic.handle, attribute_value=out.payload
            )
            self._device.gatt_server.send_gatt_pdu(connection, bytes(pdu))

    def _give_up(self) -> None:
        """Nobody confirms an indication any more."""
        for task in self._indications:
            task.cancel()

    def _work(self, coroutine: Coroutine[Any, Any, None], among: set[asyncio.Task[None]]) -> None:
        task = self._loop.create_task(coroutine)
        among.add(task)
        task.add_done_callback(among.discard)

    # --- attributes -------------------------------------------------------------------------------

    def _characteristic(self, uuid: str, flags: tuple[str, ...]) -> Characteristic[bytes]:
        def read(_: Connection) -> bytes:
            return _or_att_error(lambda: self.sensor.read(uuid))

        def write(_: Connection, value: bytes) -> None:
            now = self.sensor.tick(self._loop.time())
            _or_att_error(lambda: self.sensor.firmware.write(uuid, bytes(value), now))

        properties = Characteristic.Properties(0)
        for flag in flags:
            properties |= PROPERTIES[flag]
        characteristic: Characteristic[bytes] = Characteristic(
            uuid,
            properties,
            Characteristic.READABLE | Characteristic.WRITEABLE,
            CharacteristicValue(read=read, write=write),
        )

        def subscribed(_: Connection, notify: bool, indicate: bool) -> None:
            self.sensor.firmware.subscribe(uuid, notify or indicate)

        characteristic.on("subscription", subscribed)
        return characteristic


def _or_att_error(ask: Callable[[], _T]) -> _T:
    try:
        return ask()
    except AttError as refusal:
        raise att.ATT_Error(error_code=refusal.code) from None
