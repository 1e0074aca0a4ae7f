"""What a test may do to the fake world: adapters and the daemon, besides the sensors."""

from collections.abc import Iterable
from dataclasses import replace

from tests.bluetooth.fake_bluez.adapter import Adapter
from tests.bluetooth.fake_bluez.daemon import Daemon
from tests.bluetooth.fake_bluez.sensor import Sensor
from tests.bluetooth.fake_bluez.sensors import Sensors
from tests.bluetooth.fake_bluez.words import REFUSALS


class Air(Sensors):
    """Its public methods are what ``FakeRadio`` asks for."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._bus_address = address
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

    # --- what only a fake can do -----------------------------------------------------------------

    def refuse(self, address: str, times: int, why: str) -> None:
        """Let the next connects fail: a key of ``REFUSALS``."""
        if why not in REFUSALS:
            raise ValueError(f"no refusal {why!r}; there are {', '.join(REFUSALS)}")
        self._sensors[address].refusals.extend([why] * times)

    def resolve(self, address: str, on: bool) -> None:
        """Whether its services are ever resolved after a connect."""
        self._sensors[address].resolves = on

    def _in_the_air(self) -> Iterable[Sensor]:
        return self._sensors.values()
