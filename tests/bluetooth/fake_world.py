"""Tier 2: the world of the fake ``org.bluez``, with every fault it can do."""

from typing import Any

from sledmon.twin.firmware_params import FirmwareParams
from tests.bluetooth.fake_bluez.sensor import Delivered, Motion, Spoil
from tests.bluetooth.fake_radio import FakeRadio
from tests.bluetooth.world import WorldSensor

HASTE = {"connect_s": 0.01, "resolve_s": 0.03, "resolve_again_s": 0.02, "disconnect_s": 0.05}
"""For tests that are about something else; the defaults of ``Timing`` are the real daemon's."""


class FakeSensor:
    """A ``WorldSensor`` with more faults."""

    def __init__(self, radio: FakeRadio, address: str, params: FirmwareParams) -> None:
        self.address = address
        self.params = params
        self._radio = radio

    def drop(self) -> None:
        """Break the link: silence, then the supervision timeout."""
        self._ask("drop", "timeout")

    def hang_up(self) -> None:
        """The sensor itself closes the link."""
        self._ask("drop", "remote")

    def out_of_range(self) -> None:
        """The link times out, no advertisement is heard."""
        self._ask("move", False)

    def back_in_range(self) -> None:
        """It can be heard and connected again."""
        self._ask("move", True)

    def power_off(self) -> None:
        """Nothing is heard of it; the link times out."""
        self._ask("power", False, 0)

    def power_on(self, first_tick: int = 0) -> None:
        """A restart after ``power_off``."""
        self._ask("power", True, first_tick)

    def restart(self) -> None:
        """Power off and on: ticks at zero, a new boot id."""
        self.power_off()
        self.power_on()

    def battery(self, percent: int) -> None:
        """What its battery has left."""
        self._ask("battery", percent)

    def signal(self, rssi: int) -> None:
        """How strongly it is heard, dBm."""
        self._ask("signal", rssi)

    def refuse_connects(self, times: int, why: str = "timeout") -> None:
        """Let the next connects fail; ``why`` is a key of ``words.REFUSALS``."""
        self._ask("refuse", times, why)

    def never_resolve(self, never: bool = True) -> None:
        """Connect, but never resolve services."""
        self._ask("resolve", not never)

    def stall(self, on: bool = True) -> None:
        """The link stands and carries nothing."""
        self._ask("stall", on)

    def claim_version(self, major: int | None) -> None:
        """Another protocol version in descriptor and packets; None: its own."""
        self._ask("claim_version", major)

    def miss_samples(self) -> None:
        """The sensor itself drops samples: OVERFLOW."""
        self._ask("miss_samples")

    def duplicate(self, times: int = 1) -> None:
        """Let the next notifications arrive twice."""
        self._ask("spoil", [Spoil("duplicate")] * times)

    def delay(self, delay_s: float, times: int = 1) -> None:
        """Let the next notifications arrive late, behind newer ones."""
        self._ask("spoil", [Spoil("late", delay_s=delay_s)] * times)

    def lose(self, times: int = 1) -> None:
        """Lose the next notifications in the air."""
        self._ask("spoil", [Spoil("lose")] * times)

    def garble(self, *payloads: bytes) -> None:
        """Let these bytes arrive in place of the next notifications."""
        self._ask("spoil", [Spoil("garbage", payload=payload) for payload in payloads])

    def notify(self, payload: bytes) -> None:
        """Send a stream notification of any bytes."""
        self._ask("notify", payload)

    def delivered(self) -> list[bytes]:
        """Stream notifications that bluetoothd signalled, in order."""
        return [one.payload for one in self.deliveries()]

    def deliveries(self, since: int = 0) -> list[Delivered]:
        """The same with their times, from the ``since``-th on."""
        delivered: list[Delivered] = self._ask("delivered", since)
        return delivered

    def lost(self) -> list[bytes]:
        """Stream notifications that it sent and nobody heard."""
        lost: list[bytes] = self._ask("lost")
        return lost

    def next_sequence(self) -> int:
        """The number that its next notification will have."""
        return int(self._ask("next_sequence"))

    def state(self) -> dict[str, Any]:
        """connected, streaming, subscribed, boot_id, blinking."""
        state: dict[str, Any] = self._ask("state")
        return state

    def _ask(self, method: str, *arguments: object) -> Any:
        return self._radio.ask(method, self.address, *arguments)


class FakeWorld:
    """A ``World``; hci0 is on and nothing is in the air."""

    abilities = frozenset({"adapters", "faults", "forget", "power"})

    def __init__(self, radio: FakeRadio) -> None:
        self._radio = radio
        self._sensors = 0
        self.disconnect_s = 0.0
        radio.ask("begin")
        self.timing(**HASTE)

    def power_on(self, params: FirmwareParams, motion: Motion | None = None) -> FakeSensor:
        """A sensor that advertises."""
        self._sensors += 1
        address = f"C0:FF:EE:00:00:{self._sensors:02X}"
        self._radio.ask("add", address, params, motion or Motion())
        return FakeSensor(self._radio, address, params)

    def timing(self, **seconds: float) -> None:
        """Change fields of ``Timing``; links that stand keep theirs."""
        self.disconnect_s = seconds.get("disconnect_s", self.disconnect_s)
        self._radio.ask("timing", **seconds)

    def switch(self, adapter: str, on: bool) -> None:
        """Power an adapter on or off."""
        self._radio.ask("switch", adapter, on)

    def pull_out(self, adapter: str) -> None:
        """Unplug an adapter."""
        self._radio.ask("pull_out", adapter)

    def plug_in(self, adapter: str, powered: bool = True) -> None:
        """Plug an adapter in."""
        self._radio.ask("plug_in", adapter, powered)

    def crash(self) -> None:
        """Bluetoothd dies."""
        self._radio.ask("crash")

    def revive(self) -> None:
        """Bluetoothd starts again."""
        self._radio.ask("revive")

    def forget(self, sensor: WorldSensor) -> None:
        """Let bluetoothd remove a device."""
        self._radio.ask("forget", sensor.address)

    def set_off(self) -> None:
        """What ``Motion.waits`` begins to move."""
        self._radio.ask("set_off")

    def calls(self, member: str) -> int:
        """How often clients called a method of that name."""
        calls: list[tuple[str, str]] = self._radio.ask("calls")
        return [name for _, name in calls].count(member)

    def end(self) -> None:
        """The world ends; a fault of the fake itself fails the test."""
        problems = self._radio.ask("end")
        assert not problems, problems
