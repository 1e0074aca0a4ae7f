"""A radio for ``sledmon.acquire`` over bumble: on any system, without bleak and without an adapter.

Everything above the radio is real: HCI, L2CAP, MTU exchange, discovery, long reads, subscriptions.
"""

import asyncio
from collections.abc import AsyncGenerator

from bumble import hci
from bumble.core import AdvertisingData, ProtocolError
from bumble.device import Advertisement, Connection, Device, DeviceConfiguration, Peer
from bumble.gatt import Characteristic
from bumble.gatt_client import CharacteristicProxy

from sledmon.acquire.radio import Link, LinkError, Received, Sighting
from sledmon.wire.stream import ATT_OVERHEAD_BYTES
from tests.bluetooth.bumble_air import AirLink, Host

HOST_ADDRESS = "F0:F1:F2:F3:F4:F5"


class BumbleRadio:
    """The central; ``att_mtu`` is what it asks for."""

    def __init__(self, air: AirLink, att_mtu: int) -> None:
        host = Host("host", link=air)
        configuration = DeviceConfiguration(name="host", address=hci.Address(HOST_ADDRESS))
        self.device = Device.from_config_with_hci(configuration, host, host)
        self._att_mtu = att_mtu

    async def sightings(self) -> AsyncGenerator[Sighting, None]:
        """Every advertisement that is heard."""
        heard: asyncio.Queue[Sighting] = asyncio.Queue()

        def listen(advertised: Advertisement) -> None:
            heard.put_nowait(
                Sighting(
                    address=str(advertised.address),
                    name=str(advertised.data.get(AdvertisingData.Type.COMPLETE_LOCAL_NAME) or ""),
                    services=frozenset(),
                    signal_dbm=advertised.rssi,
                )
            )

        self.device.on("advertisement", listen)
        await self.device.start_scanning()
        try:
            while True:
                yield await heard.get()
        finally:
            self.device.remove_listener("advertisement", listen)
            await self.device.stop_scanning()

    async def connect(self, address: str) -> Link:
        """Connect, agree on an MTU, discover."""
        connection = await self.device.connect(hci.Address(address), timeout=None)
        peer = Peer(connection)
        if self._att_mtu > connection.att_mtu:  # 23 is what there is without asking
            await peer.request_mtu(self._att_mtu)
        await peer.discover_all()  # type: ignore[no-untyped-call]
        return BumbleLink(connection, peer)


class BumbleLink:
    """A connected sensor."""

    def __init__(self, connection: Connection, peer: Peer) -> None:
        self.connection = connection
        self._characteristics: dict[str, CharacteristicProxy[bytes]] = {
            str(characteristic.uuid.to_hex_str("-")).lower(): characteristic
            for service in peer.services
            for characteristic in service.characteristics
        }
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        connection.on("disconnection", self._disconnected)

    @property
    def signal_dbm(self) -> int | None:
        return None

    @property
    def payload_bytes(self) -> int:
        """What a notification may hold."""
        return self.connection.att_mtu - ATT_OVERHEAD_BYTES

    def has(self, characteristic: str) -> bool:
        """Whether the sensor has that characteristic."""
        return _name(characteristic) in self._characteristics

    async def read(self, characteristic: str) -> bytes:
        """All of it, by as many requests as that takes."""
        try:
            return bytes(await self._characteristics[_name(characteristic)].read_value())
        except ProtocolError as error:
            raise LinkError(f"cannot read from it: {error}") from None

    async def write(self, characteristic: str, payload: bytes, *, response: bool) -> None:
        """Write a characteristic."""
        try:
            proxy = self._characteristics[_name(characteristic)]
            await proxy.write_value(payload, with_response=response)
        except ProtocolError as error:
            raise LinkError(f"cannot write to it: {error}") from None

    async def subscribe(self, characteristic: str, received: Received) -> None:
        """Notifications, or indications where there are only those."""
        proxy = self._characteristics[_name(characteristic)]
        notifies = bool(proxy.properties & Characteristic.Properties.NOTIFY)
        await proxy.subscribe(lambda value: received(bytes(value)), prefer_notify=notifies)

    async def gone(self) -> str:
        """Wait until the link is lost."""
        return await asyncio.shield(self._lost)

    async def close(self) -> None:
        """Disconnect."""
        if not self._lost.done():
            await self.connection.disconnect()

    def _disconnected(self, _reason: int) -> None:
        if not self._lost.done():
            self._lost.set_result("connection lost")


def _name(uuid: str) -> str:
    """Bumble knows Bluetooth's own UUIDs by their sixteen bits."""
    base = "-0000-1000-8000-00805f9b34fb"
    return uuid[4:8] if uuid.startswith("0000") and uuid.endswith(base) else uuid
