"""A sensor in the air: firmware, crystal and motion, and what happens to its packets on the way."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from sledmon.samples import IntArray
from sledmon.twin.firmware import Firmware, Outgoing
from sledmon.twin.firmware_params import FirmwareParams
from sledmon.wire import uuids
from sledmon.wire.descriptor import Kind
from sledmon.wire.stream import TICKS_PER_SECOND
from tests.twin.sampled import counts, imu_samples


@dataclass(frozen=True, kw_only=True, slots=True)
class Motion:
    """What a sensor measures, and how well its clocks run."""

    samples: IntArray | None = None
    """(n, 6) raw values or (n,) counts, the last one held; None: samples that tell their number."""
    waits: bool = False
    """The first sample is held until the test lets all move."""
    start_tick: int = 1_000_000_000
    crystal_ppm: float = 0.0
    rate_error: float = 0.0
    """Of the true sampling rate against the nominal one, a ratio."""
    att_mtu: int = 247
    """What the sensor can do; the fake bluetoothd offers 517."""


class Delivered(NamedTuple):
    """A notification or indication that reached the host's radio."""

    sent_ns: int
    """CLOCK_MONOTONIC when bluetoothd signalled it."""
    characteristic: str
    payload: bytes


class Spoil(NamedTuple):
    """What is done to one stream notification on its way."""

    how: str
    """duplicate, late, garbage or lose."""
    delay_s: float = 0.0
    payload: bytes = b""


class Carrier(Protocol):
    """A connection, as the sensor sees it."""

    def hear(self, out: Outgoing) -> None:
        """The host's radio has received this."""

    def end(self, reason: str) -> None:
        """The link breaks: ``timeout`` (silence first) or ``remote`` (the sensor hangs up)."""

    def recover(self) -> None:
        """The silence is over, perhaps in time."""


class Sensor:
    """One sensor; times are the event loop's seconds."""

    def __init__(self, params: FirmwareParams, address: str, motion: Motion) -> None:
        self.params = params
        self.address = address
        self.motion = motion
        self.firmware = Firmware(params, motion.start_tick)
        self.powered = True
        self.in_range = True
        self.stalled = False
        """The link stands but carries nothing."""
        self.rssi = -55
        self.resolves = True
        self.refusals: deque[str] = deque()
        self.spoils: deque[Spoil] = deque()
        self.version: int | None = None
        """Major protocol version that it claims instead of its own."""
        self.delivered: list[Delivered] = []
        self.lost: list[bytes] = []
        """Stream notifications that the firmware had sent and nobody heard."""
        self.reachable = asyncio.Event()
        self.link: Carrier | None = None
        """The present connection."""
        self._began_s = asyncio.get_running_loop().time()
        self._next_tick = float(motion.start_tick)
        self._taken = 0
        self._waits = motion.waits
        self.refresh()

    @property
    def advertises(self) -> bool:
        """Whether it can be heard and is free."""
        return self.powered and self.in_range and not self.firmware.connected

    def refresh(self) -> None:
        """Wake or hold whoever waits to connect; call after any change."""
        if self.advertises:
            self.reachable.set()
        else:
            self.reachable.clear()

    def tick(self, now_s: float) -> int:
        """Its crystal."""
        rate = TICKS_PER_SECOND * (1.0 + self.motion.crystal_ppm * 1e-6)
        return self.motion.start_tick + int((now_s - self._began_s) * rate)

    def sample(self, now_s: float) -> None:
        """Let the firmware have every sample up to now."""
        now = self.tick(now_s)
        period = TICKS_PER_SECOND / (self.firmware.rate_hz * (1.0 + self.motion.rate_error))
        n = int((now - self._next_tick) / period) + 1
        if n <= 0 or not self.powered:
            return
        place = np.arange(n)
        if self.firmware.streaming or self.params.kind is Kind.ENCODER:
            tick = (self._next_tick + period * place).astype(np.int64)
            self.firmware.take(tick, self._values(self._taken + place * (not self._waits)))
        self._next_tick += period * n
        if not self._waits:
            self._taken += n

    def move(self, now_s: float) -> None:
        """Go on from the first sample, should it have been held until now."""
        self.sample(now_s)
        self._waits = False

    def connect(self, now_s: float) -> None:
        """A link begins."""
        self.sample(now_s)
        self.firmware.connect(self.tick(now_s), self.motion.att_mtu)
        self.refresh()

    def disconnect(self, now_s: float) -> None:
        """It ends, and the sensor knows."""
        self.sample(now_s)
        self.firmware.disconnect(self.tick(now_s))
        self.refresh()

    def restart(self, now_s: float, first_tick: int) -> None:
        """Off and on within the firmware; the link must be broken apart from this."""
        self.sample(now_s)
        self.firmware.restart(self.tick(now_s), first_tick)
        self._next_tick = float(self.tick(now_s))
        self.refresh()

    def carry(self, now_s: float, room: int) -> list[Outgoing]:
        """One connection event: what the host's radio hears, spoilt as ordered."""
        self.sample(now_s)
        if self.stalled:
            return []
        heard: list[Outgoing] = []
        for out in self.firmware.outgoing(self.tick(now_s), room):
            if out.characteristic == uuids.STREAM:
                heard += self._through_the_air(out)
            else:
                heard.append(out)
        return heard

    def lose(self, unheard: list[Outgoing]) -> None:
        """What the firmware's radio had taken when the link died."""
        self.lost += [out.payload for out in unheard if out.characteristic == uuids.STREAM]

    def read(self, characteristic: str) -> bytes:
        """As the host reads it."""
        value = self.firmware.read(characteristic)
        if characteristic == uuids.DESCRIPTOR and self.version is not None:
            return bytes([self.version]) + value[1:]
        return value

    def inject(self, payload: bytes) -> None:
        """A stream notification that the firmware never made."""
        if self.link is not None:
            self.link.hear(Outgoing(uuids.STREAM, payload))

    def log(self, out: Outgoing) -> None:
        """Bluetoothd has it."""
        self.delivered.append(Delivered(time.monotonic_ns(), *out))  # noqa: TID251

    def _arrive_late(self, out: Outgoing) -> None:
        if self.link is None:
            self.lost.append(out.payload)
        else:
            self.link.hear(out)

    def _values(self, k: IntArray) -> IntArray:
        if self.motion.samples is not None:
            return self.motion.samples[np.minimum(k, len(self.motion.samples) - 1)]
        return imu_samples(k) if self.params.kind is Kind.IMU else counts(k)

    def _through_the_air(self, out: Outgoing) -> list[Outgoing]:
        if self.version is not None:
            out = out._replace(payload=bytes([self.version]) + out.payload[1:])
        if not self.spoils:
            return [out]
        spoil = self.spoils.popleft()
        match spoil.how:
            case "duplicate":
                return [out, out]
            case "late":
                loop = asyncio.get_running_loop()
                loop.call_later(spoil.delay_s, self._arrive_late, out)
                return []
            case "garbage":
                self.lost.append(out.payload)
                return [out._replace(payload=spoil.payload)]
            case _:
                self.lost.append(out.payload)
                return []
