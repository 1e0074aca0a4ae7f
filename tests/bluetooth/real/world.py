"""Tier 3: the world of the real bluetoothd; what it cannot do on order skips the test."""

from typing import NoReturn

import pytest

from sledmon.twin.firmware_params import FirmwareParams
from tests.bluetooth.fake_bluez.sensor import Motion
from tests.bluetooth.fake_radio import FakeRadio
from tests.bluetooth.fake_world import FakeSensor, FakeWorld

DISCONNECT_S = 2.0
"""bluetoothd waits so long before it closes a link."""


def _only_the_fake(what: str) -> NoReturn:
    pytest.skip(f"the real bluetoothd cannot be told to {what}")


class RealSensor(FakeSensor):
    """The same firmware and the same faults of the air; its attribute protocol is real."""

    def refuse_connects(self, times: int, why: str = "timeout") -> None:
        """Not on order."""
        _only_the_fake("refuse a connect")

    def never_resolve(self, never: bool = True) -> None:
        """Not on order."""
        _only_the_fake("leave services unresolved")

    def signal(self, rssi: int) -> None:
        """Bumble's air has one strength."""
        _only_the_fake("hear a sensor more weakly")


class RealWorld(FakeWorld):
    """A ``World``; hci0 is on and nothing is in the air."""

    abilities = frozenset({"adapters", "forget", "power"})

    def __init__(self, radio: FakeRadio) -> None:
        self._radio = radio
        self.disconnect_s = DISCONNECT_S
        radio.ask("begin")

    def power_on(self, params: FirmwareParams, motion: Motion | None = None) -> RealSensor:
        """A sensor that advertises."""
        address = self._radio.ask("put_on", params, motion or Motion())
        return RealSensor(self._radio, address, params)

    def timing(self, **seconds: float) -> None:
        """Its times are its own."""
        if seconds != {"disconnect_s": DISCONNECT_S}:
            _only_the_fake("take another time")

    def calls(self, member: str) -> int:
        """The real daemon does not count."""
        _only_the_fake(f"count its calls of {member}")
