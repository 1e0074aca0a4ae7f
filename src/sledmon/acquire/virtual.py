"""The twin's sensors behind the interface of a radio: found, connected and streamed like any.

A virtual sensor is the reference firmware fed with the twin's samples, behind the twin's radio. All
its times are those of the event loop that it runs in, so that in a ``WarpedLoop`` a session plays
the same, to the nanosecond, at any speed.
"""

import asyncio
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

import numpy as np

from sledmon.acquire.radio import Link, LinkError, Received, Sighting
from sledmon.samples import Device
from sledmon.twin import FaultLevel, SimulatedSensor, SimulatedSession, fault_level
from sledmon.twin.air import Air
from sledmon.twin.firmware import AttError, Firmware
from sledmon.twin.firmware_params import FirmwareParams
from sledmon.twin.imu import ImuSamples
from sledmon.twin.radio import PROCESSING_S, SUPERVISION_S
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.wire import uuids
from sledmon.wire.descriptor import unpack_descriptor
from sledmon.wire.stream import ATT_OVERHEAD_BYTES

ADDRESSES: Final[dict[Device, str]] = {"imu": "demo-belt", "encoder": "demo-tether"}
ADVERTISING_S: Final = 0.1
ATT_MTU: Final = 247
BATTERY_PERCENT: Final = 86
SIGNAL_DBM: Final = -58
CHARACTERISTICS: Final = frozenset(
    (
        uuids.STREAM,
        uuids.DESCRIPTOR,
        uuids.CONTROL,
        uuids.CLOCK,
        uuids.BATTERY_LEVEL,
        uuids.MODEL_NUMBER,
        uuids.SERIAL_NUMBER,
        uuids.FIRMWARE_REVISION,
        uuids.HARDWARE_REVISION,
    )
)


class VirtualRadio:
    """A radio that hears the two sensors of one simulated session, which begins now."""

    def __init__(self, session: SimulatedSession) -> None:
        faults = fault_level(session.params.faults)
        began_s = asyncio.get_running_loop().time()
        seeds = np.random.SeedSequence((session.params.seed, 1)).spawn(len(session.sensors))
        self._sensors = {
            ADDRESSES[device]: _VirtualSensor(
                sensor,
                faults,
                Air(faults, session.stalls, session.duration_s, seed),
                began_s,
            )
            for (device, sensor), seed in zip(session.sensors.items(), seeds, strict=True)
        }

    async def sightings(self) -> AsyncGenerator[Sighting, None]:
        """Both sensors, whenever they advertise."""
        while True:
            for address, sensor in self._sensors.items():
                if sensor.is_heard:
                    yield Sighting(
                        address=address,
                        name=sensor.name,
                        services=frozenset((sensor.firmware.params.service,)),
                        signal_dbm=SIGNAL_DBM,
                        battery_percent=sensor.firmware.battery_percent,
                    )
            await asyncio.sleep(ADVERTISING_S)

    async def connect(self, address: str) -> Link:
        """Wait until the sensor is heard, then connect."""
        sensor = self._sensors.get(address)
        if sensor is None:
            raise LinkError(f"{address} is no sensor of the demo; see: sledmon scan --demo")
        async with aclosing(self.sightings()) as sightings:
            async for heard in sightings:
                if heard.address == address and sensor.is_in_range:
                    break
        return sensor.connect()


class _VirtualSensor:
    """Firmware, its samples, and the fate of its links."""

    def __init__(
        self, sensor: SimulatedSensor, faults: FaultLevel, air: Air, began_s: float
    ) -> None:
        self.faults = faults
        self.air = air
        self.name = sensor.link.name
        self._sensor = sensor
        self._began_s = began_s
        self._taken = 0
        self._link: _VirtualLink | None = None
        self._restarts = [outage.back_s for outage in sensor.link.outages if outage.restart]
        self.firmware = Firmware(_firmware_params(sensor, faults), self.tick_at(0.0))
        self.firmware.set_battery(BATTERY_PERCENT)

    def now_s(self) -> float:
        """Session time."""
        return asyncio.get_running_loop().time() - self._began_s

    def tick_at(self, time_s: float) -> int:
        """The sensor's own unwrapped tick."""
        return int(self._sensor.clock.tick_at(np.array([time_s]))[0])

    @property
    def is_heard(self) -> bool:
        """Whether it advertises: before the moment at which the session connects it, too."""
        began = self.now_s() >= self._sensor.link.connected_s
        return self._link is None and (self.is_in_range or not began)

    @property
    def is_in_range(self) -> bool:
        """Whether it can be connected."""
        return self.next_outage_s(self.now_s()) > self.now_s()

    def next_outage_s(self, after_s: float) -> float:
        """When the radio falls silent next; in the past while it is silent."""
        if after_s < self._sensor.link.connected_s:
            return -math.inf
        for outage in self._sensor.link.outages:
            if after_s < outage.back_s:
                return outage.lost_s - SUPERVISION_S
        return math.inf

    def connect(self) -> "_VirtualLink":
        """A host has connected."""
        self.advance(self.now_s())
        self.firmware.connect(self.tick_at(self.now_s()), ATT_MTU)
        self._link = _VirtualLink(self)
        return self._link

    def disconnect(self) -> None:
        """The link has ended, whoever ended it."""
        self._link = None
        self.advance(self.now_s())
        self.firmware.disconnect(self.tick_at(self.now_s()))

    def advance(self, until_s: float) -> None:
        """Let the firmware take what was sampled by then, and restart where it did."""
        while self._restarts and self._restarts[0] <= until_s:
            back_s = self._restarts.pop(0)
            self._take(back_s)
            self.firmware.restart(self.tick_at(back_s))
        self._take(until_s)

    def _take(self, until_s: float) -> None:
        samples = self._sensor.samples
        end = int(np.searchsorted(samples.time_s, until_s - PROCESSING_S, "right"))
        span = slice(self._taken, max(self._taken, end))
        self._taken = span.stop
        values = samples.raw if isinstance(samples, ImuSamples) else samples.count
        self.firmware.take(samples.tick[span], values[span].astype(np.int64))


class _VirtualLink:
    """One connection to a virtual sensor."""

    def __init__(self, sensor: _VirtualSensor) -> None:
        self._sensor = sensor
        self._received: dict[str, Received] = {}
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._carrying = asyncio.create_task(self._carry())

    @property
    def signal_dbm(self) -> int | None:
        """As in its advertisements."""
        return SIGNAL_DBM

    @property
    def payload_bytes(self) -> int:
        """The longest notification."""
        return ATT_MTU - ATT_OVERHEAD_BYTES

    def has(self, characteristic: str) -> bool:
        """Whether the sensor has that characteristic."""
        return characteristic in CHARACTERISTICS

    async def read(self, characteristic: str) -> bytes:
        """The value of a characteristic, one connection interval later."""
        await self._round_trip()
        try:
            return self._sensor.firmware.read(characteristic)
        except AttError as error:
            raise LinkError(f"cannot read from it: {error}") from None

    async def write(self, characteristic: str, payload: bytes, *, response: bool) -> None:
        """Write a characteristic."""
        await self._round_trip()
        now_s = self._sensor.now_s()
        self._sensor.advance(now_s)
        try:
            self._sensor.firmware.write(characteristic, payload, self._sensor.tick_at(now_s))
        except AttError as error:
            if response:
                raise LinkError(f"cannot write to it: {error}") from None

    async def subscribe(self, characteristic: str, received: Received) -> None:
        """Have ``received`` called with what arrives."""
        await self._round_trip()
        self._received[characteristic] = received
        self._sensor.firmware.subscribe(characteristic)

    async def gone(self) -> str:
        """Wait until the link is lost."""
        return await asyncio.shield(self._lost)

    async def close(self) -> None:
        """End the link."""
        self._end("closed")
        self._carrying.cancel()
        await asyncio.wait({self._carrying})

    async def _round_trip(self) -> None:
        if self._lost.done():
            raise LinkError(self._lost.result())
        await asyncio.sleep(self._sensor.faults.connection_interval_s)
        if self._lost.done():
            raise LinkError(self._lost.result())

    async def _carry(self) -> None:
        """Live through the connection events until the radio falls silent."""
        sensor, loop = self._sensor, asyncio.get_running_loop()
        silent_s = sensor.next_outage_s(sensor.now_s())
        event_s = sensor.air.next_event_s(sensor.now_s())
        while event_s < silent_s:
            await _until(sensor, event_s)
            now_s = sensor.now_s()  # a real clock's loop wakes a little later
            sensor.advance(now_s)
            for characteristic, payload in sensor.firmware.outgoing(sensor.tick_at(now_s)):
                may_be_lost = characteristic == uuids.STREAM  # the others are acknowledged
                arrives_s = sensor.air.arrives_s(event_s, may_be_lost=may_be_lost)
                if arrives_s is not None:
                    delay_s = arrives_s - sensor.now_s()
                    loop.call_later(delay_s, self._arrive, characteristic, payload)
            event_s = sensor.air.next_event_s(event_s)
        await _until(sensor, silent_s + SUPERVISION_S)
        self._end("connection timed out")

    def _arrive(self, characteristic: str, payload: bytes) -> None:
        if not self._lost.done() and characteristic in self._received:
            self._received[characteristic](payload)

    def _end(self, reason: str) -> None:
        if not self._lost.done():
            self._lost.set_result(reason)
            self._sensor.disconnect()


async def _until(sensor: _VirtualSensor, time_s: float) -> None:
    await asyncio.sleep(max(0.0, time_s - sensor.now_s()))


def _firmware_params(sensor: SimulatedSensor, faults: FaultLevel) -> FirmwareParams:
    said = unpack_descriptor(sensor.link.descriptors[0])
    rate_hz = round(NANOSECONDS_PER_SECOND / said.sample_period_ns)
    return FirmwareParams(
        kind=said.kind,
        serial=said.serial,
        rate_hz=rate_hz,
        rates_hz=(rate_hz,),
        acc_mps2_per_count=said.acc_mps2_per_count,
        gyr_radps_per_count=said.gyr_radps_per_count,
        counts_per_m=said.counts_per_m,
        resolution_counts=said.resolution_counts,
        notification_s=said.samples_per_notification / rate_hz,
        dither_s=faults.connection_interval_s,
        first_sequence=sensor.lives[0].first_sequence,
        boot_id=said.boot_id,
        model=sensor.link.name.removesuffix(" (simulated)"),
    )
