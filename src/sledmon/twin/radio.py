"""Firmware's queue, the radio link and the host's operating system: when which bytes arrive.

Timing model: SOURCES 6.2 and firmware_notes, *Radio*. A notification waits for the next connection
event, an event may be missed, the host may be deaf for a while; within a link the order never
changes.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from sledmon.samples import Connected, Device, FloatArray, IntArray, Lost, Packet
from sledmon.twin.faults import FaultLevel
from sledmon.twin.imu import ACC_MPS2_PER_COUNT, GYR_RADPS_PER_COUNT, NOMINAL_RATE_HZ, ImuSamples
from sledmon.twin.reel import ReelSamples
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.wire.descriptor import Descriptor, Features, Kind, pack_descriptor
from sledmon.wire.stream import (
    SEQUENCE_MODULUS,
    TICK_MODULUS,
    VERSION,
    Flags,
    Header,
    pack_encoder,
    pack_imu,
)

LAYOUT: Final = "sledmon-1"
PROCESSING_S: Final = 0.0004
"""From the last sample of a notification until the firmware could queue it."""
AIR_S: Final = 0.0006
"""From the connection event to the host's Bluetooth controller."""
OS_JITTER_S: Final = (0.001, 0.004)
SUBSCRIBED_S: Final = 0.12
"""From connected until notifications flow."""
SUPERVISION_S: Final = 0.42
"""Silence after which the host calls a link lost: what BlueZ asks for."""
BURST_S: Final = (0.05, 0.30)
PACKET_SPACING_NS: Final = 50_000
"""Two notifications of one event reach the host at least so far apart."""


class Notification(NamedTuple):
    """Bytes that the firmware queues, and when (session time, before its dither)."""

    ready_s: float
    payload: bytes


class Outage(NamedTuple):
    """A link that is lost at ``lost_s``, silent shortly before, and back at ``back_s``."""

    lost_s: float
    back_s: float
    restart: bool = False
    """The sensor came back newly started."""


class Boot(NamedTuple):
    """One life of a sensor's firmware."""

    from_s: float
    """Session time of the first sample that it may send."""
    boot_id: int
    first_sequence: int
    new_zero: bool
    """Ticks and counts begin anew with this boot."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """The fate of one device's connection."""

    device: Device
    name: str
    descriptors: tuple[bytes, ...]
    """As read at each connection: the first, and the one after each outage."""
    connected_s: float
    outages: tuple[Outage, ...]

    def carries(self, time_s: float) -> bool:
        """Whether a connection event at that time exists."""
        if time_s < self.connected_s + SUBSCRIBED_S:
            return False
        return not any(
            outage.lost_s - SUPERVISION_S <= time_s < outage.back_s + SUBSCRIBED_S
            for outage in self.outages
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What became of one device's notifications."""

    records: tuple[Connected | Lost | Packet, ...]
    sent: int
    lost: int


def describe_imu(serial: str, boot_id: int, samples: int) -> bytes:
    """The belt's descriptor as its firmware answers."""
    return pack_descriptor(
        Descriptor(
            kind=Kind.IMU,
            serial=serial,
            sample_period_ns=round(NANOSECONDS_PER_SECOND / NOMINAL_RATE_HZ),
            boot_id=boot_id,
            features=Features.DITHER,
            samples_per_notification=samples,
            acc_mps2_per_count=ACC_MPS2_PER_COUNT,
            gyr_radps_per_count=GYR_RADPS_PER_COUNT,
        )
    )


def describe_encoder(
    serial: str, boot_id: int, samples: int, rate_hz: float, counts_per_m: float
) -> bytes:
    """The tether's descriptor as its firmware answers."""
    return pack_descriptor(
        Descriptor(
            kind=Kind.ENCODER,
            serial=serial,
            sample_period_ns=round(NANOSECONDS_PER_SECOND / rate_hz),
            boot_id=boot_id,
            features=Features.DITHER,
            samples_per_notification=samples,
            counts_per_m=counts_per_m,
            resolution_counts=1.0,
        )
    )


def boots(
    outages: tuple[Outage, ...], from_s: float, boot_id: int, first_sequence: int
) -> tuple[Boot, ...]:
    """The lives of one sensor's firmware: the first, and one for every restart."""
    again = [outage.back_s + SUBSCRIBED_S for outage in outages if outage.restart]
    return (
        Boot(from_s, boot_id, first_sequence, False),
        *(
            Boot(start_s, (boot_id + k) % (1 << 32), 0, True)
            for k, start_s in enumerate(again, start=1)
        ),
    )


def imu_notifications(
    samples: ImuSamples, lives: tuple[Boot, ...], size: int
) -> Iterator[Notification]:
    """Pack everything sampled."""
    for boot, i, k in _pieces(samples.time_s, lives, size):
        here = slice(i, i + size)
        flags = Flags.CLIPPED if samples.clipped[here].any() else 0
        tick = int(samples.tick[i]) - _zero(boot, samples.time_s, samples.tick)
        sequence = (boot.first_sequence + k) % SEQUENCE_MODULUS
        header = Header(VERSION, sequence, tick % TICK_MODULUS, int(flags))
        yield Notification(float(samples.time_s[i + size - 1]), pack_imu(header, samples.raw[here]))


def encoder_notifications(
    samples: ReelSamples, lives: tuple[Boot, ...], size: int
) -> Iterator[Notification]:
    """Pack everything sampled."""
    for boot, i, k in _pieces(samples.time_s, lives, size):
        here = slice(i, i + size)
        tick = int(samples.tick[i]) - _zero(boot, samples.time_s, samples.tick)
        counts = samples.count[here] - _zero(boot, samples.time_s, samples.count)
        sequence = (boot.first_sequence + k) % SEQUENCE_MODULUS
        header = Header(VERSION, sequence, tick % TICK_MODULUS, 0)
        yield Notification(float(samples.time_s[i + size - 1]), pack_encoder(header, counts))


def _pieces(
    time_s: FloatArray, lives: tuple[Boot, ...], size: int
) -> Iterator[tuple[Boot, int, int]]:
    """Each notification: its boot, the index of its first sample, its place within the boot."""
    for boot, following in zip(lives, (*lives[1:], None), strict=True):
        begin = int(np.searchsorted(time_s, boot.from_s))
        end = len(time_s)
        if following is not None:
            end = int(np.searchsorted(time_s, following.from_s))
        for k, i in enumerate(range(begin, end - size + 1, size)):
            yield boot, i, k


def _zero(boot: Boot, time_s: FloatArray, values: IntArray) -> int:
    """What a counter that began anew with ``boot`` is behind by."""
    if not boot.new_zero:
        return 0
    return int(values[np.searchsorted(time_s, boot.from_s)])


def draw_stalls(rng: np.random.Generator, faults: FaultLevel, end_s: float) -> list[Outage]:
    """When the host is deaf to all radios at once: once in every minute."""
    stalls = []
    for minute in range(math.ceil(end_s / 60.0)):
        start_s = 60.0 * minute + rng.uniform(3.0, 59.0)
        stalls.append(Outage(start_s, start_s + faults.stall_s * rng.uniform(0.4, 1.0)))
    return stalls if faults.stall_s else []


def deliver(
    link: Link,
    notifications: Iterator[Notification],
    faults: FaultLevel,
    stalls: list[Outage],
    end_s: float,
    seed: np.random.SeedSequence,
) -> Delivery:
    """Carry one device's notifications to the host."""
    rng = np.random.default_rng(seed)
    interval_s = faults.connection_interval_s
    anchor_s = rng.uniform(0.0, interval_s)
    bursts = draw_bursts(rng, faults, end_s)
    records: list[Connected | Lost | Packet] = list(_link_records(link, end_s))
    sent = lost = 0
    last_event = -1
    last_queued_s = 0.0
    last_ns = 0
    for ready_s, payload in notifications:
        dither_s, jitter_s, luck = rng.uniform(size=3).tolist()
        queued_s = max(last_queued_s, ready_s + PROCESSING_S + dither_s * interval_s)
        last_queued_s = queued_s
        event = max(last_event, math.ceil((queued_s - anchor_s) / interval_s))
        # Within one event all that wait are sent; a new event may be missed.
        if event > last_event and faults.missed_event_probability:
            while rng.uniform() < faults.missed_event_probability:
                event += 1
        last_event = event
        event_s = anchor_s + event * interval_s
        sent += 1
        in_burst = inside(bursts, event_s)
        dropped = in_burst if faults.lost_in_bursts else luck < faults.lost_ratio
        if dropped or not link.carries(event_s):
            lost += 1
            continue
        arrival_s = arrives_s(event_s, stalls, jitter_s)
        received_ns = max(last_ns + PACKET_SPACING_NS, round(arrival_s * NANOSECONDS_PER_SECOND))
        if received_ns >= end_s * NANOSECONDS_PER_SECOND:
            # Still under way when the recording ended.
            break
        last_ns = received_ns
        records.append(Packet(received_ns, link.device, payload))
    return Delivery(records=tuple(records), sent=sent, lost=lost)


def _link_records(link: Link, end_s: float) -> Iterator[Connected | Lost]:
    def connected(time_s: float, descriptor: bytes) -> Connected:
        return Connected(_ns(time_s), link.device, LAYOUT, descriptor, link.name)

    yield connected(link.connected_s, link.descriptors[0])
    for outage, descriptor in zip(link.outages, link.descriptors[1:], strict=True):
        if outage.lost_s < end_s:
            yield Lost(_ns(outage.lost_s), link.device, "connection timed out")
        if outage.back_s < end_s:
            yield connected(outage.back_s, descriptor)


def arrives_s(event_s: float, stalls: list[Outage], jitter: float) -> float:
    """When what a connection event carried reaches the host; ``jitter`` is drawn in [0, 1)."""
    heard_s = event_s + AIR_S
    for stall in stalls:
        if stall.lost_s <= heard_s < stall.back_s:
            heard_s = stall.back_s
    low_s, high_s = OS_JITTER_S
    return heard_s + low_s + (high_s - low_s) * jitter


def draw_bursts(
    rng: np.random.Generator, faults: FaultLevel, end_s: float
) -> list[tuple[float, float]]:
    """When notifications are lost, where they are lost in bursts."""
    mean_s = (BURST_S[0] + BURST_S[1]) / 2
    out = []
    at_s = 0.0
    while faults.lost_in_bursts:
        at_s += rng.exponential(mean_s / faults.lost_ratio)
        if at_s > end_s:
            break
        until_s = at_s + rng.uniform(*BURST_S)
        out.append((at_s, until_s))
        at_s = until_s
    return out


def inside(bursts: list[tuple[float, float]], time_s: float) -> bool:
    """Whether a moment lies in one of the spans."""
    return any(start_s <= time_s < end_s for start_s, end_s in bursts)


def _ns(time_s: float) -> int:
    return round(time_s * NANOSECONDS_PER_SECOND)
