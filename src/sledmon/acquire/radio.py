"""What a radio offers: sensors heard, and links to them. Bluetooth is one, the twin another."""

from collections.abc import AsyncGenerator, Callable
from typing import NamedTuple, Protocol

from sledmon.errors import SledmonError

Received = Callable[[bytes], None]
"""Called in the radio's loop the moment a notification arrives; must return at once."""


class RadioError(SledmonError):
    """There is no radio to use, or it is off; nothing can be heard until that is mended."""


class LinkError(SledmonError):
    """One sensor could not be reached, or was lost in the middle of a request."""


class Sighting(NamedTuple):
    """A sensor heard just now."""

    address: str  # as the operating system names it: on macOS not the sensor's own
    name: str
    services: frozenset[str]
    signal_dbm: int | None = None
    battery_percent: int | None = None
    adapter: str = ""


class Link(Protocol):
    """One connection; every failure is a ``LinkError``."""

    @property
    def signal_dbm(self) -> int | None:
        """How strongly the sensor was heard right before it was connected; None: not known."""

    @property
    def payload_bytes(self) -> int:
        """The longest notification that this link carries, as far as is known; else 0."""

    def has(self, characteristic: str) -> bool:
        """Whether the sensor has that characteristic."""

    async def read(self, characteristic: str) -> bytes:
        """The value of a characteristic."""

    async def write(self, characteristic: str, payload: bytes, *, response: bool) -> None:
        """Write a characteristic, waiting for the sensor's acknowledgement or not."""

    async def subscribe(self, characteristic: str, received: Received) -> None:
        """Have ``received`` called with each notification or indication."""

    async def gone(self) -> str:
        """Wait until the link is lost; the reason, in words."""

    async def close(self) -> None:
        """End the link within a bounded time; harmless when repeated or lost already."""


class Radio(Protocol):
    """One radio; a ``RadioError`` says how to mend it."""

    def sightings(self) -> AsyncGenerator[Sighting, None]:
        """Sensors, each time one is heard, until the generator is closed."""

    async def connect(self, address: str) -> Link:
        """Wait, without limit, until that sensor is heard; then try once to connect."""
