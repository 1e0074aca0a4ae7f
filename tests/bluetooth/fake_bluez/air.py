"""What a test may do to the world: sensors, adapters, the daemon; and what is counted."""

from collections.abc import Iterable
from dataclasses import replace

from sledmon.twin.firmware_params import FirmwareParams
from sledmon.wire import uuids
from tests.bluetooth.fake_bluez.adapter import Adapter
from tests.bluetooth.fake_bluez.daemon import Daemon
from tests.bluetooth.fake_bluez.sensor import Delivered, Motion, Sensor, Spoil
from tests.bluetooth.fake_bluez.words import REFUSALS


class Air:
    """Its public methods are what ``FakeRadio`` asks for; a sensor is named by its address."""

    def __init__(self, address: str) -> None:
        self._bus_address = address
        self._sensors: dict[str, Sensor] = {}
        self._daemon = Daemon(address, self._in_the_air)

    async def begin(self) -> None:
        """A new world: bluetoothd runs, hci0 is on, nothing is in the air."""
        self._sensors = {}
        self._daemon = Daemon(self._bus_address, self._in_the_air)
        await self._daemon.start()
        self.plug_in("hci0")

    async def end(self) -> list[str]:
        """The world ends; gives what the fake itself did wrong."""
        for name in list(self._daemon.adapters):
            self.pull_out(name)
        await self._daemon.stop()
        return self._daemon.problems

    # --- adapters and daemon ----------------------------------------------------------------------

    def plug_in(self, adapter: str, powered: bool = True) -> None:
        """A further adapter, or one pulled out before."""
        self._daemon.adapters[adapter] = Adapter(self._daemon, adapter, powered)
        self._daemon.export(self._daemon.adapters[adapter])

    def pull_out(self, adapter: str) -> None:
        """Unplug an adapter."""
        self._daemon.adapters.pop(adapter).pull_out()

    def switch(self, adapter: str, on: bool) -> None:
        """Power an adapter on or off, as a switch on the laptop does."""
        self._daemon.adapters[adapter].set_powered(on)

    async def crash(self) -> None:
        """Bluetoothd dies: its name leaves the bus, links end unsaid."""
        await self._daemon.stop()
        for adapter in self._daemon.adapters.values():
            for device in adapter.devices.values():
                device.break_off()

    async def revive(self) -> None:
        """Bluetoothd starts again and knows only its adapters."""
        names = {name: adapter.powered for name, adapter in self._daemon.adapters.items()}
        self._daemon.adapters.clear()
        self._daemon.objects.clear()
        await self._daemon.start()
        for name, powered in names.items():
            self.plug_in(name, powered)

    def timing(self, **seconds: float) -> None:
        """Change some of ``Timing``; links that stand keep theirs."""
        self._daemon.timing = replace(self._daemon.timing, **seconds)

    def calls(self) -> list[tuple[str, str]]:
        """Path and member of every method call so far."""
        return self._daemon.calls

    def forget(self, address: str) -> None:
        """Bluetoothd removes the device from all adapters, as ``bluetoothctl remove`` does."""
        for adapter in self._daemon.adapters.values():
            if address in adapter.devices:
                adapter.devices[address].remove()

    # --- a sensor ---------------------------------------------------------------------------------

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
        now_s = self._daemon.now_s()
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
        sensor.sample(self._daemon.now_s())
        sensor.firmware.set_battery(percent)

    def refuse(self, address: str, times: int, why: str) -> None:
        """Let the next connects fail: a key of ``REFUSALS``."""
        if why not in REFUSALS:
            raise ValueError(f"no refusal {why!r}; there are {', '.join(REFUSALS)}")
        self._sensors[address].refusals.extend([why] * times)

    def resolve(self, address: str, on: bool) -> None:
        """Whether its services are ever resolved after a connect."""
        self._sensors[address].resolves = on

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

    def set_off(self) -> None:
        """All that waits begins to move, at one moment."""
        now_s = self._daemon.now_s()
        for sensor in self._sensors.values():
            sensor.move(now_s)

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
        sensor.sample(self._daemon.now_s())
        return sensor.firmware.next_sequence

    def state(self, address: str) -> dict[str, object]:
        """What it is doing."""
        firmware = self._sensors[address].firmware
        return {
            "connected": firmware.connected,
            "streaming": firmware.streaming,
            "subscribed": set(firmware.subscribed),
            "boot_id": firmware.boot_id,
            "blinking": firmware.is_blinking(self._sensors[address].tick(self._daemon.now_s())),
        }

    def _in_the_air(self) -> Iterable[Sensor]:
        return self._sensors.values()
