"""Sensors that speak the sledmon profile: notifications to samples on session time."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from sledmon.decode.device_clock import DeviceClock
from sledmon.decode.order import Order, Place
from sledmon.errors import WireError
from sledmon.samples import (
    Device,
    EncoderBlock,
    Fault,
    FloatArray,
    Gap,
    ImuBlock,
    IntArray,
    Packet,
)
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.wire.descriptor import Descriptor, Kind, unpack_descriptor
from sledmon.wire.stream import (
    EDGE_INTERVAL_TICKS,
    TICK_MODULUS,
    TICKS_PER_SECOND,
    Flags,
    Header,
    unpack_encoder,
    unpack_imu,
)

Output = EncoderBlock | ImuBlock | Gap | Fault

FASTEST_CORD_MPS = 15.0
"""No athlete and no reel moves cord faster; a larger step is a damaged count."""
_FORGETTING = 0.995  # per notification: the sample period follows temperature over some 20 s
_SILENT_S = 1.0


class SensorDecoder(Protocol):
    """What a layout's decoder offers; a new sensor model is one of these and a row in LAYOUTS."""

    @property
    def period_s(self) -> float:
        """The sample period as measured; NaN before anything came."""

    def connected(self, descriptor: bytes) -> None:
        """Take the descriptor read at a connection; WireError if it cannot be used."""

    def push(self, packets: Sequence[tuple[int, Packet]]) -> list[Output]:
        """Decode packets, each with its ordinal."""

    def finish(self, received_ns: int) -> list[Output]:
        """What was still due when the recording ended."""


class Parsed(NamedTuple):
    """One notification, unpacked."""

    header: Header
    body: npt.NDArray[np.generic]
    """(n, ...) raw samples."""
    offset_s: FloatArray | None
    """(n,) times after the first sample of an edge-timed encoder; None: evenly spaced."""


class _Accepted(NamedTuple):
    time_s: float
    period_s: float
    ordinal: int
    body: npt.NDArray[np.generic]
    offset_s: FloatArray | None
    clipped: bool


BlockT = TypeVar("BlockT", EncoderBlock, ImuBlock)


class ProfileDecoder(ABC, Generic[BlockT]):
    """Layout ``sledmon-1``, tabled in firmware_notes; what both sensors share."""

    device: Device
    kind: Kind

    def __init__(self) -> None:
        self._order = Order()
        self.clock = DeviceClock()
        self._descriptor: Descriptor | None = None
        self._segment = 0
        self._nominal_s = float("nan")
        self._ticks_s = 0.0
        self._samples = 0.0
        self._before: tuple[float, int] | None = None  # start and samples of the last in order
        self._last_time_s = float("nan")
        self._last_received_ns = 0

    @property
    def period_s(self) -> float:
        """The sample period as measured against the device's own crystal."""
        return self._ticks_s / self._samples if self._samples else self._nominal_s

    def connected(self, descriptor: bytes) -> None:
        """A changed boot id is a restart: new zero, new ticks, new clock."""
        fresh = unpack_descriptor(descriptor)
        if fresh.kind is not self.kind:
            raise WireError(f"the sensor connected as {self.device} calls itself {fresh.kind.name}")
        before, self._descriptor = self._descriptor, fresh
        if before is None or fresh.sample_period_ns != before.sample_period_ns:
            self._nominal_s = fresh.sample_period_ns / NANOSECONDS_PER_SECOND
            self._ticks_s = self._samples = 0.0
            self._before = None
        if before is not None and (before.serial, before.boot_id) != (fresh.serial, fresh.boot_id):
            self._order.restart()
            self._restarted()

    def push(self, packets: Sequence[tuple[int, Packet]]) -> list[Output]:
        """Blocks, gaps and faults, in order of arrival."""
        out: list[Output] = []
        descriptor = self._descriptor
        if descriptor is None:
            reason = "came before any descriptor was read"
            return [Fault(self.device, packet.received_ns, reason) for _, packet in packets]
        accepted: list[_Accepted] = []
        for ordinal, packet in packets:
            try:
                parsed = self._parse(packet.payload, descriptor)
            except WireError as error:
                out.append(Fault(self.device, packet.received_ns, str(error)))
                continue
            self._take(ordinal, packet.received_ns, parsed, accepted, out)
        self._emit(accepted, out)
        return out

    def finish(self, received_ns: int) -> list[Output]:
        """A sensor silent for more than a second at the end left a gap there."""
        end_s = received_ns / NANOSECONDS_PER_SECOND
        start_s = self._last_time_s + self.period_s
        silent_s = (received_ns - self._last_received_ns) / NANOSECONDS_PER_SECOND
        if not (silent_s > _SILENT_S and end_s > start_s):
            return []
        return [Gap(self.device, start_s, end_s, 0, round((end_s - start_s) / self.period_s))]

    def _take(
        self,
        ordinal: int,
        received_ns: int,
        parsed: Parsed,
        accepted: list[_Accepted],
        out: list[Output],
    ) -> None:
        header, body, offset_s = parsed
        period_s = self.period_s
        if offset_s is None:
            last_s = (len(body) - 1) * period_s
            samples_s = last_s + period_s
        else:
            last_s = float(offset_s[-1])
            samples_s = last_s + EDGE_INTERVAL_TICKS / TICKS_PER_SECOND
        received_s = received_ns / NANOSECONDS_PER_SECOND
        due_s = self._order.end_s
        placed = self._order.place(
            header.sequence,
            header.tick,
            received_s,
            samples_s,
            period_s,
            resent=bool(header.flags & Flags.RESENT),
        )
        place, start_s = placed.place, placed.start_s
        if place is Place.REPEATED:
            return
        if place is Place.IMPOSSIBLE:
            out.append(Fault(self.device, received_ns, placed.reason))
            return
        clipped = bool(header.flags & Flags.CLIPPED)
        if place is Place.LATE:
            time_s = start_s + self.clock.offset_s
            self._emit(accepted, out)
            late = [_Accepted(time_s, period_s, ordinal, body, offset_s, clipped)]
            self._emit(late, out, late=True)
            return
        if place is Place.RESTART:
            self._emit(accepted, out)
            self._restarted()
        first = self._before is None
        room_s = period_s if first else max(start_s - due_s + period_s, 0.0)
        time_s = start_s + self.clock.update(start_s + last_s, received_s, room_s)
        if placed.gap and not first:
            lost = round((start_s - placed.gap_from_s) / period_s)
            gap_s = self._last_time_s + period_s
            out.append(Gap(self.device, gap_s, time_s, placed.lost_packets, lost))
        self._learn_period(placed.contiguous, start_s, header, len(body))
        accepted.append(_Accepted(time_s, self.period_s, ordinal, body, offset_s, clipped))
        self._last_time_s = time_s + last_s
        self._last_received_ns = received_ns

    def _learn_period(self, contiguous: bool, start_s: float, header: Header, samples: int) -> None:
        """The oscillator of an IMU may be 3 % off; consecutive first ticks say by how much."""
        if header.flags & Flags.EDGE_TIMED:
            self._before = (start_s, samples)
            return
        if self._before is not None and contiguous and not header.flags & Flags.OVERFLOW:
            took_s = start_s - self._before[0]
            if abs(took_s / (self._before[1] * self._nominal_s) - 1.0) < 0.1:
                self._ticks_s = self._ticks_s * _FORGETTING + took_s
                self._samples = self._samples * _FORGETTING + self._before[1]
        self._before = (start_s, samples)

    def _restarted(self) -> None:
        self.clock = DeviceClock()
        self._segment += 1
        self._before = None

    def _emit(self, accepted: list[_Accepted], out: list[Output], *, late: bool = False) -> None:
        descriptor = self._descriptor
        if descriptor is None or not accepted:
            return
        lengths = np.array([len(a.body) for a in accepted])
        starts = np.repeat([a.time_s for a in accepted], lengths)
        record = np.repeat(np.array([a.ordinal for a in accepted], np.int64), lengths)
        first = np.repeat(np.cumsum(lengths) - lengths, lengths)
        within = np.arange(len(first)) - first
        if all(a.offset_s is None for a in accepted):
            time_s = starts + within * np.repeat([a.period_s for a in accepted], lengths)
        else:
            time_s = starts + np.concatenate(
                [
                    np.arange(len(a.body)) * a.period_s if a.offset_s is None else a.offset_s
                    for a in accepted
                ]
            )
        body = np.concatenate([a.body for a in accepted])
        clipped = np.repeat([a.clipped for a in accepted], lengths)
        out.append(self._block(descriptor, time_s, body, record, clipped, late=late))
        accepted.clear()

    @abstractmethod
    def _parse(self, payload: bytes, descriptor: Descriptor) -> Parsed:
        """Unpack one notification; WireError where its values are impossible."""

    @abstractmethod
    def _block(
        self,
        descriptor: Descriptor,
        time_s: FloatArray,
        body: npt.NDArray[np.generic],
        record: IntArray,
        clipped: npt.NDArray[np.bool_],
        *,
        late: bool,
    ) -> BlockT:
        """Scale raw samples to a block."""


class ImuDecoder(ProfileDecoder[ImuBlock]):
    """The belt IMU of the sledmon profile."""

    device: Device = "imu"
    kind = Kind.IMU

    def _parse(self, payload: bytes, descriptor: Descriptor) -> Parsed:
        header, raw = unpack_imu(payload)
        return Parsed(header, raw, None)

    def _block(
        self,
        descriptor: Descriptor,
        time_s: FloatArray,
        body: npt.NDArray[np.generic],
        record: IntArray,
        clipped: npt.NDArray[np.bool_],
        *,
        late: bool,
    ) -> ImuBlock:
        raw = body.astype(np.float64)
        return ImuBlock(
            segment=self._segment,
            time_s=time_s,
            acc_sensor_mps2=raw[:, :3] * descriptor.acc_mps2_per_count,
            gyr_sensor_radps=raw[:, 3:] * descriptor.gyr_radps_per_count,
            clipped=clipped & np.any(np.abs(raw) >= 32767, axis=1),
            record=record,
            late=late,
        )


class EncoderDecoder(ProfileDecoder[EncoderBlock]):
    """The tether encoder of the sledmon profile."""

    device: Device = "encoder"
    kind = Kind.ENCODER

    def __init__(self) -> None:
        super().__init__()
        self._count: int | None = None  # newest count, unwrapped

    def _parse(self, payload: bytes, descriptor: Descriptor) -> Parsed:
        header, counts, ticks = unpack_encoder(payload)
        steps = np.abs(np.diff(counts)) - descriptor.resolution_counts
        if ticks is None:
            spacing_s: FloatArray | float = self.period_s
            offset_s = None
        else:
            offset_s = ticks / TICKS_PER_SECOND
            spacing_s = np.diff(offset_s)
            if np.any(spacing_s <= 0):
                raise WireError("two edges bear the same time")
        if np.any(steps > FASTEST_CORD_MPS * descriptor.counts_per_m * spacing_s):
            raise WireError(f"cord faster than {FASTEST_CORD_MPS:g} m/s between two samples")
        return Parsed(header, counts, offset_s)

    def _restarted(self) -> None:
        super()._restarted()
        self._count = None

    def _block(
        self,
        descriptor: Descriptor,
        time_s: FloatArray,
        body: npt.NDArray[np.generic],
        record: IntArray,
        clipped: npt.NDArray[np.bool_],
        *,
        late: bool,
    ) -> EncoderBlock:
        counts = body.astype(np.int64)
        newest = int(counts[0]) if self._count is None else self._count
        # Each count is the one nearest to its predecessor, modulo 2**32.
        half = TICK_MODULUS // 2
        steps = np.diff(counts, prepend=newest)
        unwrapped = newest + np.cumsum((steps + half) % TICK_MODULUS - half)
        if not late:
            self._count = int(unwrapped[-1])
        return EncoderBlock(
            segment=self._segment,
            time_s=time_s,
            count=unwrapped.astype(np.float64),
            record=record,
            counts_per_m=descriptor.counts_per_m,
            resolution_counts=descriptor.resolution_counts,
            late=late,
        )
