"""What a test may do to sensors in the air, whoever listens to them; and what is counted."""

import asyncio

from sledmon.twin.firmware_params import FirmwareParams
from sledmon.wire import uuids
from tests.bluetooth.fake_bluez.sensor import Delivered, Motion, Sensor, Spoil


class Sensors:
    """Its public methods are what ``FakeRadio`` asks for; a sensor is named by its address."""

    def __init__(self) -> None:
        self._sensors: dict[str, Sensor] = {}

    def now_s(self) -> float:
        """The event loop's time."""
        return asyncio.get_running_loop().time()

    def add(self, address: str, params: FirmwareParams, motion: Motion) -> None:
        """Switch a new sensor on."""
        self._sensors[address] = Sensor(params, address, motion)

    def drop(self, address: str, reason: str) -> None:
        """Break its link: ``timeout`` or ``remote``."""
        link = self._sensors[address].link
        if link is not None:
            link.end(reason)

    def move(self, address: str, in_range: bool) -> None:
        """Out of range nothing is heard and the link times out, unless it is back in time."""
        sensor = self._sensors[address]
        sensor.in_range = in_range
        sensor.refresh()
        if not in_range:
            self.drop(address, "timeout")
        elif sensor.link is not None:
            sensor.link.recover()

    def power(self, address: str, on: bool, first_tick: int) -> None:
        """Switch a sensor off or on; on is a restart."""
        sensor = self._sensors[address]
        now_s = self.now_s()
        if on:
            sensor.powered = True
            sensor.restart(now_s, first_tick)
        else:
            sensor.sample(now_s)
            sensor.powered = False
            self.drop(address, "timeout")
        sensor.refresh()

    def signal(self, address: str, rssi: int) -> None:
        """How strongly it is heard, dBm."""
        self._sensors[address].rssi = rssi

    def battery(self, address: str, percent: int) -> None:
        """What its battery has left; at 3 % it closes the link."""
        sensor = self._sensors[address]
        sensor.sample(self.now_s())
        sensor.firmware.set_battery(percent)

    def set_off(self) -> None:
        """All that waits begins to move, at one moment."""
        now_s = self.now_s()
        for sensor in self._sensors.values():
            sensor.move(now_s)

    def stall(self, address: str, on: bool) -> None:
        """A link that stands and carries nothing."""
        self._sensors[address].stalled = on

    def claim_version(self, address: str, major: int | None) -> None:
        """Another protocol version in descriptor and packets; None: its own."""
        self._sensors[address].version = major

    def miss_samples(self, address: str) -> None:
        """The sensor itself drops samples: OVERFLOW."""
        self._sensors[address].firmware.drop_samples()

    def spoil(self, address: str, spoils: list[Spoil]) -> None:
        """What happens to its next stream notifications, one after the other."""
        self._sensors[address].spoils.extend(spoils)

    def notify(self, address: str, payload: bytes) -> None:
        """A stream notification that the firmware never made."""
        self._sensors[address].inject(payload)

    # --- what is counted --------------------------------------------------------------------------

    def delivered(self, address: str, since: int) -> list[Delivered]:
        """Stream notifications that bluetoothd signalled, from the ``since``-th on."""
        sensor = self._sensors[address]
        return [d for d in sensor.delivered if d.characteristic == uuids.STREAM][since:]

    def lost(self, address: str) -> list[bytes]:
        """Stream notifications that the firmware sent and nobody heard."""
        return self._sensors[address].lost

    def next_sequence(self, address: str) -> int:
        """The number that its next notification will have, all samples up to now taken."""
        sensor = self._sensors[address]
        sensor.sample(self.now_s())
        return sensor.firmware.next_sequence

    def state(self, address: str) -> dict[str, object]:
        """What it is doing."""
        firmware = self._sensors[address].firmware
        return {
            "connected": firmware.connected,
            "streaming": firmware.streaming,
            "subscribed": set(firmware.subscribed),
            "boot_id": firmware.boot_id,
            "blinking": firmware.is_blinking(self._sensors[address].tick(self.now_s())),
        }
