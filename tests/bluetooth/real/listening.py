"""Counts what bluetoothd signals of each sensor's stream, as any client on its bus hears it."""

import time

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus

from sledmon.twin.firmware import Outgoing
from sledmon.wire import uuids
from tests.bluetooth.bumble_sensor import BumbleSensor
from tests.bluetooth.fake_bluez import words
from tests.bluetooth.fake_bluez.sensor import Delivered

RULE = "type='signal',sender='org.bluez',member='PropertiesChanged',arg0='{}'"


class Listening:
    """``delivered`` of a sensor is what was signalled, with the time it reached the controller."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self._sensors: dict[str, BumbleSensor] = {}
        self._carried: dict[str, dict[bytes, int]] = {}
        bus.add_message_handler(self._received)

    async def begin(self) -> None:
        """Ask for the signals."""
        await self._bus.call(
            Message(
                destination="org.freedesktop.DBus",
                path="/org/freedesktop/DBus",
                interface="org.freedesktop.DBus",
                member="AddMatch",
                signature="s",
                body=[RULE.format(words.CHARACTERISTIC)],
            )
        )

    def watch(self, bumble: BumbleSensor) -> None:
        """From now on, this one too."""
        part = f"/dev_{bumble.sensor.address.replace(':', '_')}/"
        self._sensors[part] = bumble
        carried = self._carried[bumble.sensor.address] = {}

        def stamp(out: Outgoing) -> None:
            carried[out.payload] = time.monotonic_ns()  # noqa: TID251

        bumble.carried = stamp

    def unheard(self, bumble: BumbleSensor) -> list[bytes]:
        """What reached the controller and was not signalled; nor will be, its link being gone."""
        signalled = {one.payload for one in bumble.sensor.delivered}
        carried = list(self._carried[bumble.sensor.address])
        if bumble.sensor.link is not None:
            while carried and carried[-1] not in signalled:
                carried.pop()  # on its way
        return [payload for payload in carried if payload not in signalled]

    def _received(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL or message.member != "PropertiesChanged":
            return
        value = message.body[1].get("Value")
        path = message.path or ""
        for part, bumble in self._sensors.items():
            if value is not None and part in path and path.endswith(bumble.stream_object):
                payload = bytes(value.value)
                carried_ns = self._carried[bumble.sensor.address].get(payload, 0)
                bumble.sensor.delivered.append(Delivered(carried_ns, uuids.STREAM, payload))
