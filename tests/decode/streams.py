"""Hand-made sensors whose every sample is known, and what a decoder makes of records."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from sledmon.decode import Decoded, Decoder
from sledmon.decode.device_clock import DeviceClockParams
from sledmon.samples import (
    DEVICES,
    Connected,
    Device,
    EncoderBlock,
    FloatArray,
    Gap,
    ImuBlock,
    Packet,
    Record,
)
from sledmon.twin import SessionParams, SimulatedSession, simulate
from sledmon.wire.descriptor import Descriptor, Kind, pack_descriptor
from sledmon.wire.stream import Header, pack_encoder, pack_imu

DELAY_S = 0.004
UNSEEN_S = DELAY_S - DeviceClockParams().least_delay_s
"""What the usual smallest delay leaves of it."""


@cache
def session(**choices: Any) -> SimulatedSession:
    return simulate(SessionParams(**choices))


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """Its k-th notification begins ``k * samples`` samples after ``first_s``."""

    device: Device = "imu"
    samples: int = 10
    nominal_s: float = 0.005
    rate: float = 1.0
    """True sample rate over the nominal one."""
    first_s: float = 1.0
    tick: int = 123_456_789
    """At session time 0."""
    ppm: float = 0.0
    sequence: int = 700
    boot_id: int = 1
    count: int = 5000
    speed_counts_per_s: float = 1000.0

    @property
    def period_s(self) -> float:
        return self.nominal_s / self.rate

    def times(self, k: int) -> FloatArray:
        place = np.arange(k * self.samples, (k + 1) * self.samples, dtype=np.float64)
        return self.first_s + place * self.period_s

    def counts(self, k: int) -> np.ndarray:
        moved = np.round(self.times(k) * self.speed_counts_per_s).astype(np.int64)
        return self.count + moved

    def header(self, k: int, flags: int = 0) -> Header:
        tick = self.tick + round(self.times(k)[0] * 1e6 * (1 + self.ppm * 1e-6))
        return Header(1, (self.sequence + k) % (1 << 16), tick % (1 << 32), flags)

    def descriptor(self) -> Descriptor:
        return Descriptor(
            kind=Kind.IMU if self.device == "imu" else Kind.ENCODER,
            serial="HAND-MADE",
            sample_period_ns=round(self.nominal_s * 1e9),
            boot_id=self.boot_id,
            samples_per_notification=self.samples,
            acc_mps2_per_count=0.005,
            gyr_radps_per_count=0.001,
            counts_per_m=5000.0,
        )

    def connected(self, at_s: float = 0.5) -> Connected:
        return Connected(
            round(at_s * 1e9), self.device, "sledmon-1", pack_descriptor(self.descriptor())
        )

    def packet(self, k: int, delay_s: float = DELAY_S, flags: int = 0) -> Packet:
        header = self.header(k, flags)
        if self.device == "imu":
            raw = np.zeros((self.samples, 6), np.int16)
            raw[:, 0] = (k * self.samples + np.arange(self.samples)) % 30_000
            payload = pack_imu(header, raw)
        else:
            payload = pack_encoder(header, self.counts(k))
        return Packet(round((self.times(k)[-1] + delay_s) * 1e9), self.device, payload)

    def packets(self, numbers: Iterable[int], **how: Any) -> list[Packet]:
        return [self.packet(k, **how) for k in numbers]


def tether(**choices: Any) -> Sensor:
    return Sensor(**{"device": "encoder", "nominal_s": 0.01, **choices})


def decode(records: Sequence[Record], cuts: Iterable[int] = ()) -> Decoded:
    """What came out in all, with the records cut at these places."""
    decoder = Decoder()
    edges = [0, *sorted({c % (len(records) + 1) for c in cuts}), len(records)]
    parts = [decoder.push(records[a:b], a) for a, b in pairwise(edges) if b > a]
    parts.append(decoder.finish(records[-1].received_ns))
    return Decoded(
        tuple(b for p in parts for b in p.imu),
        tuple(b for p in parts for b in p.encoder),
        tuple(g for p in parts for g in p.gaps),
        tuple(f for p in parts for f in p.faults),
    )


def blocks(decoded: Decoded, device: Device) -> tuple[ImuBlock, ...] | tuple[EncoderBlock, ...]:
    return decoded.imu if device == "imu" else decoded.encoder


@dataclass(frozen=True)
class Samples:
    """All samples of one sensor, joined in the order in which they came out."""

    segment: np.ndarray
    time_s: np.ndarray
    values: np.ndarray
    clipped: np.ndarray
    record: np.ndarray
    late: np.ndarray

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Samples) and all(
            np.array_equal(getattr(self, name), getattr(other, name), equal_nan=True)
            for name in ("segment", "time_s", "values", "clipped", "record", "late")
        )

    __hash__ = None  # type: ignore[assignment]

    def where(self, which: np.ndarray) -> "Samples":
        return Samples(
            self.segment[which],
            self.time_s[which],
            self.values[which],
            self.clipped[which],
            self.record[which],
            self.late[which],
        )

    @property
    def in_order(self) -> "Samples":
        return self.where(~self.late)


def samples(decoded: Decoded, device: Device) -> Samples:
    rows: list[tuple[np.ndarray, ...]] = [
        (
            np.full(len(b.time_s), b.segment),
            b.time_s,
            np.column_stack([b.acc_sensor_mps2, b.gyr_sensor_radps])
            if isinstance(b, ImuBlock)
            else b.count[:, None],
            b.clipped if isinstance(b, ImuBlock) else np.zeros(len(b.time_s), bool),
            b.record,
            np.full(len(b.time_s), b.late),
        )
        for b in blocks(decoded, device)
    ]
    if not rows:
        none, never = np.empty(0), np.empty(0, bool)
        return Samples(none, none, none, none, none, never)
    return Samples(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def gaps(decoded: Decoded, device: Device) -> list[Gap]:
    return [g for g in decoded.gaps if g.device == device]


def same(first: Decoded, second: Decoded) -> bool:
    """Bit by bit, each device by itself."""
    return all(
        samples(first, device) == samples(second, device)
        and gaps(first, device) == gaps(second, device)
        and [f for f in first.faults if f.device == device]
        == [f for f in second.faults if f.device == device]
        for device in DEVICES
    )


def true_times(played: SimulatedSession, device: Device, found: Samples) -> FloatArray:
    """When the twin truly sampled what was decoded."""
    from sledmon.wire.stream import unpack_header

    clock = played.clocks[device]
    if device == "imu":
        period_s = 1.0 / played.imu.rate_hz
    else:
        period_s = (0.02 if played.params.faults == "harsh" else 0.01) * 1e6 / clock.ticks_per_s
    out = np.empty(len(found.time_s))
    for ordinal in np.unique(found.record):
        mine = np.flatnonzero(found.record == ordinal)
        record = played.records[ordinal]
        assert isinstance(record, Packet)
        near = int(clock.tick_at(found.time_s[mine[:1]])[0])
        tick = unpack_header(record.payload).tick
        unwrapped = near + (tick - near + (1 << 31)) % (1 << 32) - (1 << 31)
        out[mine] = clock.time_at(np.array([unwrapped]))[0] + np.arange(len(mine)) * period_s
    return out


def own_packets(played: SimulatedSession, device: Device) -> Iterator[tuple[int, Packet]]:
    for ordinal, record in enumerate(played.records):
        if isinstance(record, Packet) and record.device == device:
            yield ordinal, record
