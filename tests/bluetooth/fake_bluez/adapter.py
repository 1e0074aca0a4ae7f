"""``org.bluez.Adapter1``: power, scanning, and the devices it knows."""

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

from dbus_fast import Message, Variant

from tests.bluetooth.fake_bluez import words
from tests.bluetooth.fake_bluez.device import Device
from tests.bluetooth.fake_bluez.sensor import Sensor
from tests.bluetooth.fake_bluez.words import Interfaces, Reply

if TYPE_CHECKING:
    from tests.bluetooth.fake_bluez.daemon import Daemon

SCAN_STEP_S = 0.025
WEAKER_DB = 8
"""What each further adapter hears less than the first."""


class Adapter:
    """One Bluetooth adapter, hci0 or another."""

    def __init__(self, daemon: "Daemon", name: str, powered: bool = True) -> None:
        self.daemon = daemon
        self.name = name
        self.path = f"/org/bluez/{name}"
        self.powered = powered
        self.devices: dict[str, Device] = {}
        """By the sensor's address: those that it has ever seen."""
        self._scanners: dict[str, dict[str, Any]] = {}
        """D-Bus clients that scan, with their filters."""
        self._filters: dict[str, dict[str, Any]] = {}
        self._scan: asyncio.Task[None] | None = None
        self._forgetting: asyncio.TimerHandle | None = None

    def interfaces(self) -> Interfaces:
        """Its interface."""
        number = int(self.name.removeprefix("hci"))
        return {
            words.ADAPTER: {
                "Address": Variant("s", f"00:1A:7D:DA:71:{number:02X}"),
                "AddressType": Variant("s", "public"),
                "Name": Variant("s", "field laptop"),
                "Alias": Variant("s", "field laptop"),
                "Class": Variant("u", 0),
                "Powered": Variant("b", self.powered),
                "Discoverable": Variant("b", False),
                "Pairable": Variant("b", True),
                "Discovering": Variant("b", bool(self._scanners)),
                "UUIDs": Variant("as", []),
                "Roles": Variant("as", ["central", "peripheral"]),
            }
        }

    def device(self, sensor: Sensor) -> Device:
        """What this adapter makes of a sensor."""
        return self.devices.setdefault(sensor.address, Device(self, sensor))

    def set_powered(self, on: bool) -> None:
        """Switch on or off; off ends every link and every scan."""
        if on == self.powered:
            return
        self.powered = on
        if not on:
            for device in self.devices.values():
                device.break_off()
            self._scanners.clear()
            self._end_scan()
        changed = {"Powered": Variant("b", on)}
        if not on:
            changed["Discovering"] = Variant("b", False)
        self.daemon.changed(self.path, words.ADAPTER, changed)

    def pull_out(self) -> None:
        """The adapter itself goes: links end, devices vanish."""
        self.powered = False
        self._scanners.clear()
        self._end_scan()
        for device in self.devices.values():
            device.remove("adapter")
        self.devices.clear()
        off = {"Powered": Variant("b", False), "Discovering": Variant("b", False)}
        self.daemon.changed(self.path, words.ADAPTER, off)
        self.daemon.withdraw(self)

    def forget_client(self, sender: str) -> None:
        """A D-Bus client has left: its scan and its subscriptions end, links stay."""
        self._filters.pop(sender, None)
        if self._scanners.pop(sender, None) is not None and not self._scanners:
            self._end_scan()
        for device in self.devices.values():
            device.forget_client(sender)

    async def set_property(self, name: str, value: Variant) -> None:
        """Clients may switch it."""
        if name == "Powered":
            self.set_powered(bool(value.value))

    async def call(self, member: str, message: Message) -> Reply:
        """Scanning and forgetting."""
        sender = message.sender or ""
        match member:
            case "SetDiscoveryFilter":
                self._need_power()
                self._filters[sender] = {k: v.value for k, v in message.body[0].items()}
            case "StartDiscovery":
                self._need_power()
                if sender in self._scanners:
                    raise words.in_progress("Operation already in progress")
                self._scanners[sender] = self._filters.get(sender, {})
                self._begin_scan()
            case "StopDiscovery":
                self._need_power()
                if self._scanners.pop(sender, None) is None:
                    raise words.failed("No discovery started")
                if not self._scanners:
                    self._end_scan()
            case "RemoveDevice":
                await self._remove(message.body[0])
            case _:
                raise words.unknown_object(message)
        return Reply()

    def _need_power(self) -> None:
        if not self.powered:
            raise words.not_ready()

    async def _remove(self, path: str) -> None:
        device = self.daemon.objects.get(path)
        if not isinstance(device, Device) or device.adapter is not self:
            raise words.does_not_exist()
        device.remove()

    # --- scanning ---------------------------------------------------------------------------------

    def _begin_scan(self) -> None:
        if self._scan is not None:
            return
        if self._forgetting is not None:
            self._forgetting.cancel()
        self._scan = asyncio.ensure_future(self._listen())
        self._say_discovering()

    def _end_scan(self) -> None:
        if self._scan is None:
            return
        self._scan.cancel()
        self._scan = None
        for device in self.devices.values():
            device.scan_ended()
        self._say_discovering()
        loop = asyncio.get_running_loop()
        self._forgetting = loop.call_later(self.daemon.timing.temporary_s, self._forget_seen)

    def _say_discovering(self) -> None:
        scanning = Variant("b", self._scan is not None)
        self.daemon.changed(self.path, words.ADAPTER, {"Discovering": scanning})

    def _forget_seen(self) -> None:
        for device in self.devices.values():
            if device.temporary and device.path in self.daemon.objects:
                device.remove()

    async def _listen(self) -> None:
        due: dict[str, float] = {}
        heard: Counter[str] = Counter()
        while True:
            await asyncio.sleep(SCAN_STEP_S)
            now_s = self.daemon.now_s()
            for sensor in self.daemon.air():
                interval_s = sensor.firmware.advertising_interval_s(sensor.tick(now_s))
                if not sensor.advertises or interval_s is None:
                    continue
                if now_s < due.get(sensor.address, 0.0) or not self._wanted(sensor):
                    continue
                due[sensor.address] = now_s + interval_s
                heard[sensor.address] += 1
                # Signal strength wavers, so that every advertisement is worth a signal.
                wavers = 3 * (heard[sensor.address] % 2)
                self.device(sensor).heard(sensor.rssi - self._weaker() - wavers)

    def _weaker(self) -> int:
        return WEAKER_DB * int(self.name.removeprefix("hci"))

    def _wanted(self, sensor: Sensor) -> bool:
        def passes(wanted: dict[str, Any]) -> bool:
            services = wanted.get("UUIDs")
            least = wanted.get("RSSI")
            return (not services or sensor.params.service in services) and (
                least is None or sensor.rssi - self._weaker() >= least
            )

        return any(passes(wanted) for wanted in self._scanners.values())
