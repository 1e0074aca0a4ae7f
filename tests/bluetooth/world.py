"""What Bluetooth tests need of the world around the client, whoever provides it.

Tier 2 is the fake ``org.bluez`` of this folder. Tier 3 is the real bluetoothd over a virtual radio.
The same test bodies run against both: they say what the field does through these two interfaces,
and talk to the client by unmodified bleak. A world that cannot do something lacks its word in
``abilities``, and the test skips.
"""

from typing import Protocol

from sledmon.twin.firmware_params import FirmwareParams


class WorldSensor(Protocol):
    """One sensor in the field; its commands take effect at once, from any thread."""

    address: str
    params: FirmwareParams

    def drop(self) -> None:
        """Break the link: silence, then the supervision timeout."""

    def hang_up(self) -> None:
        """The sensor itself closes the link."""

    def out_of_range(self) -> None:
        """The link times out, no advertisement is heard."""

    def back_in_range(self) -> None:
        """It can be heard and connected again."""

    def restart(self) -> None:
        """Power off and on: ticks at zero, a new boot id."""

    def battery(self, percent: int) -> None:
        """What its battery has left."""

    def notify(self, payload: bytes) -> None:
        """Send a stream notification of any bytes."""

    def delivered(self) -> list[bytes]:
        """Stream notifications that the host's stack told its clients, in order."""

    def lost(self) -> list[bytes]:
        """Stream notifications that it sent and nobody heard."""

    def next_sequence(self) -> int:
        """The number that its next notification will have."""


class World(Protocol):
    """A host with Bluetooth adapters, and sensors around it."""

    abilities: frozenset[str]
    """Of ``adapters``, ``faults``, ``forget``, ``power``."""
    disconnect_s: float
    """How long the host's stack takes to close a link."""

    def power_on(self, params: FirmwareParams) -> WorldSensor:
        """A sensor that advertises."""

    def switch(self, adapter: str, on: bool) -> None:
        """Power an adapter on or off (``power``)."""

    def pull_out(self, adapter: str) -> None:
        """Unplug an adapter (``adapters``)."""

    def plug_in(self, adapter: str) -> None:
        """Plug an adapter in (``adapters``)."""

    def forget(self, sensor: WorldSensor) -> None:
        """Let the host's stack remove a device (``forget``)."""
