"""Sensors that speak the sledmon profile: notifications to samples on session time."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import groupby
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from sledmon.decode.device_clock import DeviceClock
from sledmon.decode.order import Arrived, Order, Place, Placed
from sledmon.errors import WireError
from sledmon.results import Measured
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
from sledmon.wire.descriptor import Descriptor, Features, Kind, unpack_descriptor
from sledmon.wire.limits import FASTEST_CORD_MPS, LONGEST_CORD_M
from sledmon.wire.stream import (
    EDGE_INTERVAL_TICKS,
    TICKS_PER_SECOND,
    VERSION,
    Flags,
    Header,
    NotificationRun,
    unpack_encoder,
    unpack_imu,
    unpack_run,
)

Output = EncoderBlock | ImuBlock | Gap | Fault

COUNT_MODULUS = 1 << 32
_REMEMBERED_S = 20.0  # the sample period follows temperature
_NOMINAL_ERROR = 0.05  # firmware keeps 3 %
_LEARNT_ERROR = 1e-3
_TICK_ERROR_S = 4e-4  # of two ticks
_SILENT_S = 1.0
_SURELY = 0.6  # of the fastest cord: 9 m/s, beyond any backpedal; below it no count is doubted
_EDGE_INTERVAL_S = EDGE_INTERVAL_TICKS / TICKS_PER_SECOND
# Plain numbers: an IntFlag takes 1 us to test.
_CLIPPED, _RESENT, _EDGE_TIMED = int(Flags.CLIPPED), int(Flags.RESENT), int(Flags.EDGE_TIMED)
_OVERFLOW = int(Flags.OVERFLOW)


class SensorDecoder(Protocol):
    """What a layout's decoder offers; a new sensor model is one of these and a row in LAYOUTS."""

    @property
    def period_s(self) -> float:
        """The sample period as measured; NaN before anything came."""

    @property
    def drift(self) -> Measured:
        """Rate of the device's clock against the host's, minus one; unknown if none is fitted."""

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


class SamplePeriod:
    """An IMU's oscillator may be 3 % off; consecutive ticks say by how much."""

    def __init__(self, nominal_s: float) -> None:
        self.period_s = nominal_s
        """As measured against the device's own crystal."""
        self.sigma = _NOMINAL_ERROR
        """Ratio by which the mean period may be wrong."""
        self.error = _NOMINAL_ERROR
        """Ratio by which the next samples may be spaced otherwise."""
        self._ticks_s = 0.0
        self._samples = 0.0

    def learn(self, took_s: float, samples: int) -> None:
        """Take the ticks from one notification's first sample to the next one's."""
        keep = 1.0 - took_s / _REMEMBERED_S if took_s < _REMEMBERED_S else 0.0
        self._ticks_s = self._ticks_s * keep + took_s
        self._samples = self._samples * keep + samples
        self.period_s = self._ticks_s / self._samples
        sigma = _TICK_ERROR_S / self._ticks_s
        self.sigma = sigma if sigma < _NOMINAL_ERROR else _NOMINAL_ERROR
        error = _LEARNT_ERROR + sigma
        self.error = error if error < _NOMINAL_ERROR else _NOMINAL_ERROR


def silent_end(
    device: Device, last_s: float, period_s: float, last_received_ns: int, received_ns: int
) -> list[Output]:
    """The gap that a sensor left which was silent for more than a second when all ended."""
    end_s = received_ns / NANOSECONDS_PER_SECOND
    start_s = last_s + period_s
    silent_s = (received_ns - last_received_ns) / NANOSECONDS_PER_SECOND
    if not (silent_s > _SILENT_S and end_s > start_s and math.isfinite(start_s)):
        return []
    return [Gap(device, start_s, end_s, 0, round((end_s - start_s) / period_s))]


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
        self._refused = ""
        self._segment = 0
        self._fresh = True  # nothing came yet in this segment
        self._relinked = False  # nothing came yet since the last connection
        self._period = SamplePeriod(float("nan"))
        self._before: tuple[float, int] | None = None  # start and samples of the newest
        self._last_time_s = float("-inf")
        self._last_received_ns = 0

    @property
    def period_s(self) -> float:
        """The sample period as measured against the device's own crystal."""
        return self._period.period_s

    @property
    def drift(self) -> Measured:
        """Of the crystal since the last restart."""
        return self.clock.drift

    def connected(self, descriptor: bytes) -> None:
        """A changed boot id is a restart: new zero, new ticks, new clock."""
        self._refused = "came after a descriptor that could not be used"
        fresh = unpack_descriptor(descriptor)
        if fresh.kind is not self.kind:
            raise WireError(f"the sensor connected as {self.device} calls itself {fresh.kind.name}")
        self._refused = ""
        self._relinked = True
        before, self._descriptor = self._descriptor, fresh
        if before is None or fresh.sample_period_ns != before.sample_period_ns:
            self._period = SamplePeriod(fresh.sample_period_ns / NANOSECONDS_PER_SECOND)
            self._before = None
        if before is not None and (before.serial, before.boot_id) != (fresh.serial, fresh.boot_id):
            self._order.restart()
            self._restarted()

    def push(self, packets: Sequence[tuple[int, Packet]]) -> list[Output]:
        """Blocks, gaps and faults, in order of arrival."""
        out: list[Output] = []
        descriptor = self._descriptor
        if descriptor is None or self._refused:
            reason = self._refused or "came before any descriptor was read"
            return [Fault(self.device, packet.received_ns, reason) for _, packet in packets]
        edge_timed = Features.EDGE_TIMED in Features(descriptor.features)
        accepted: list[_Accepted] = []
        for _, group in groupby(packets, key=lambda item: len(item[1].payload)):
            alike = list(group)
            run = None if edge_timed else self._read([packet.payload for _, packet in alike])
            for i, (ordinal, packet) in enumerate(alike):
                if run is not None and self._took_regular(run, i, ordinal, packet, accepted):
                    continue
                try:
                    parsed = self._parse(packet.payload, descriptor)
                    if bool(parsed.header.flags & _EDGE_TIMED) != edge_timed:
                        raise WireError("its flag EDGE_TIMED is not that of the descriptor")
                    self._take(ordinal, packet.received_ns, parsed, accepted, out)
                except WireError as error:
                    out.append(Fault(self.device, packet.received_ns, str(error)))
        self._emit(accepted, out)
        return out

    def finish(self, received_ns: int) -> list[Output]:
        """A sensor silent for more than a second at the end left a gap there."""
        return silent_end(
            self.device, self._last_time_s, self.period_s, self._last_received_ns, received_ns
        )

    def _took_regular(
        self, run: NotificationRun, i: int, ordinal: int, packet: Packet, accepted: list[_Accepted]
    ) -> bool:
        """Take the i-th of many alike if nothing about it is unusual: what ``_take`` would do.

        Nearly every notification is such; this is three times as fast.
        """
        before = self._before
        samples = run.body.shape[1]
        flags = run.flags[i]
        if before is None or before[1] != samples or flags & ~_CLIPPED:
            return False
        if self._fresh or self._relinked:
            return False
        if run.version[i] != VERSION:
            return False
        received_s = packet.received_ns / NANOSECONDS_PER_SECOND
        period = self._period
        sequence, tick = run.sequence[i], run.tick[i]
        place = self._order.regular(sequence, tick, received_s, period.period_s, period.error)
        if place is None or not self._plain(run, i, place[0]):
            return False
        start_s, due_s = place
        period.learn(start_s - before[0], samples)
        self._before = (start_s, samples)
        period_s = period.period_s
        last_s = (samples - 1) * period_s
        self._order.advance(sequence, tick, received_s, start_s, due_s, samples * period_s)
        learnt_s = min(start_s, due_s) + last_s * (1.0 - period.sigma)
        least_s = self._last_time_s + 0.5 * period_s - start_s
        time_s = start_s + self.clock.update(learnt_s, received_s, least_s)
        body = self._unwrapped(run.body[i], late=False)
        accepted.append(_Accepted(time_s, period_s, ordinal, body, None, flags != 0))
        self._last_time_s = time_s + last_s
        self._last_received_ns = packet.received_ns
        return True

    def _take(
        self,
        ordinal: int,
        received_ns: int,
        parsed: Parsed,
        accepted: list[_Accepted],
        out: list[Output],
    ) -> None:
        header, body, offset_s = parsed
        received_s = received_ns / NANOSECONDS_PER_SECOND
        arrived = Arrived(
            header.sequence,
            header.tick,
            received_s,
            self._extent_s(parsed)[1],
            bool(header.flags & _RESENT),
            bool(header.flags & _OVERFLOW),
            bool(header.flags & _EDGE_TIMED),
            self._relinked,
        )
        period = self._period
        placed = self._order.place(arrived, period.period_s, period.error)
        if placed.place is Place.REPEATED:
            return
        if placed.place is Place.IMPOSSIBLE:
            raise WireError(placed.reason)
        placed = self._checked(parsed, placed)
        start_s, due_s = placed.start_s, self._order.end_s
        clipped = bool(header.flags & _CLIPPED)
        if placed.place is Place.LATE:
            self._emit(accepted, out)
            time_s = start_s + self.clock.offset_s
            body = self._unwrapped(body, late=True)
            late = [_Accepted(time_s, period.period_s, ordinal, body, offset_s, clipped)]
            self._emit(late, out, late=True)
            return
        self._relinked = False
        if placed.place is Place.RESTART:
            self._emit(accepted, out)
            self._restarted()
        packet_samples = self._before[1] if self._before else 0
        self._learn_period(placed, arrived, len(body))
        last_s, samples_s = self._extent_s(parsed)
        self._order.accept(arrived, placed, samples_s)
        # A last sample put too late, by its neighbours or by a period not yet learnt, would look
        # like the shortest way there ever was.
        surely_s = last_s * (1.0 - period.sigma) if offset_s is None else last_s
        learnt_s = min(start_s, placed.due_s) + surely_s
        apart_s = 0.5 * period.period_s if offset_s is None else _EDGE_INTERVAL_S
        least_s = self._last_time_s + apart_s - start_s
        time_s = start_s + self.clock.update(learnt_s, received_s, least_s)
        self._tell_gap(placed, due_s, time_s, packet_samples, out)
        body = self._unwrapped(body, late=False)
        accepted.append(_Accepted(time_s, period.period_s, ordinal, body, offset_s, clipped))
        self._last_time_s = time_s + last_s
        self._last_received_ns = received_ns

    def _extent_s(self, parsed: Parsed) -> tuple[float, float]:
        """From the first sample to the last, and to where the next one may come."""
        if parsed.offset_s is None:
            period_s = self._period.period_s
            return (len(parsed.body) - 1) * period_s, len(parsed.body) * period_s
        last_s = float(parsed.offset_s[-1])
        return last_s, last_s + _EDGE_INTERVAL_S

    def _tell_gap(
        self, placed: Placed, due_s: float, time_s: float, packet_samples: int, out: list[Output]
    ) -> None:
        period_s = self._period.period_s
        gap_s = self._last_time_s + period_s
        if placed.gap:
            lost = round((placed.start_s - due_s) / period_s)
            by_sequence = placed.lost_packets * packet_samples
            if by_sequence and abs(lost - by_sequence) <= self._period.error * by_sequence + 1:
                lost = by_sequence
            out.append(Gap(self.device, gap_s, time_s, placed.lost_packets, lost))
        elif self._fresh and gap_s + 0.5 * period_s < time_s and math.isfinite(gap_s):
            lost = round((time_s - gap_s) / period_s)
            out.append(Gap(self.device, gap_s, time_s, 0, lost))
        self._fresh = False

    def _learn_period(self, placed: Placed, arrived: Arrived, samples: int) -> None:
        """Consecutive first ticks are a whole number of samples apart."""
        if self._before is not None and placed.contiguous and not arrived.free:
            self._period.learn(placed.start_s - self._before[0], self._before[1])
        self._before = (placed.start_s, samples)

    def _restarted(self) -> None:
        self.clock = DeviceClock()
        self._segment += 1
        self._before = None
        self._fresh = True

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

    def _read(self, payloads: Sequence[bytes]) -> NotificationRun | None:
        """Notifications of one length, read at once."""
        return unpack_run(payloads, imu=self.kind is Kind.IMU)

    @abstractmethod
    def _plain(self, run: NotificationRun, i: int, start_s: float) -> bool:
        """Whether the i-th one's values need no second look."""

    @abstractmethod
    def _parse(self, payload: bytes, descriptor: Descriptor) -> Parsed:
        """Unpack one notification; WireError where its values are impossible."""

    @abstractmethod
    def _checked(self, parsed: Parsed, placed: Placed) -> Placed:
        """Compare with what came before: WireError to refuse, or a restart instead."""

    @abstractmethod
    def _unwrapped(self, body: npt.NDArray[np.generic], *, late: bool) -> npt.NDArray[np.generic]:
        """Carry raw samples on from those before."""

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


def _nearest(count: int, before: int) -> int:
    """The number equal to ``count`` modulo 2**32 that lies nearest to ``before``."""
    half = COUNT_MODULUS // 2
    return before + (count - before + half) % COUNT_MODULUS - half


class ImuDecoder(ProfileDecoder[ImuBlock]):
    """The belt IMU of the sledmon profile."""

    device: Device = "imu"
    kind = Kind.IMU

    def _parse(self, payload: bytes, descriptor: Descriptor) -> Parsed:
        header, raw = unpack_imu(payload)
        return Parsed(header, raw, None)

    def _plain(self, run: NotificationRun, i: int, start_s: float) -> bool:
        return True

    def _checked(self, parsed: Parsed, placed: Placed) -> Placed:
        return placed

    def _unwrapped(self, body: npt.NDArray[np.generic], *, late: bool) -> npt.NDArray[np.generic]:
        return body

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
        # Unwrapped counts to go on from, and when: the newest; the one before, if that is doubtful.
        self._counts: list[tuple[int, float]] = []
        self._doubtful = False
        self._largest: list[int] = []  # steps within each notification that was read at once
        self._first: list[int] = []
        self._suspect: tuple[int, float] | None = None  # refused; a second like it is a restart

    def _read(self, payloads: Sequence[bytes]) -> NotificationRun | None:
        run = super()._read(payloads)
        if run is not None:
            steps = np.abs(np.diff(run.body, axis=1))
            self._largest = np.max(steps, axis=1, initial=0).tolist()
            self._first = run.body[:, 0].tolist()
        return run

    def _plain(self, run: NotificationRun, i: int, start_s: float) -> bool:
        descriptor = self._descriptor
        if descriptor is None or len(self._counts) != 1:
            return False
        fastest = FASTEST_CORD_MPS * descriptor.counts_per_m
        if self._largest[i] > fastest * self.period_s + descriptor.resolution_counts:
            return False
        if not self._follows(self._first[i], start_s, self._counts[0], share=_SURELY):
            return False
        self._doubtful = False
        return True

    def _parse(self, payload: bytes, descriptor: Descriptor) -> Parsed:
        header, counts, ticks = unpack_encoder(payload)
        steps = counts[1:] - counts[:-1]
        fastest = FASTEST_CORD_MPS * descriptor.counts_per_m
        offset_s = None
        if ticks is None:
            largest = max(map(abs, steps.tolist()), default=0)
            too_fast = largest > fastest * self.period_s + descriptor.resolution_counts
        else:
            offset_s = ticks / TICKS_PER_SECOND
            spacing_s = np.diff(offset_s)
            if np.any(spacing_s <= 0):
                raise WireError("two edges bear the same time")
            reach = fastest * spacing_s + descriptor.resolution_counts
            too_fast = bool(np.any(np.abs(steps) > reach))
        if too_fast:
            raise WireError(f"cord faster than {FASTEST_CORD_MPS:g} m/s between two samples")
        return Parsed(header, counts, offset_s)

    def _restarted(self) -> None:
        super()._restarted()
        self._counts = []

    def _checked(self, parsed: Parsed, placed: Placed) -> Placed:
        """Cord has its limits; two notifications that agree on other counts are a restart."""
        if not self._counts or placed.place is Place.RESTART:
            return placed
        first, start_s = int(parsed.body[0]), placed.start_s
        self._doubtful = not self._follows(first, start_s, self._counts[0], share=_SURELY)
        if any(self._follows(first, start_s, before) for before in self._counts):
            return placed
        if placed.place is Place.NEXT:
            suspect, self._suspect = self._suspect, (int(parsed.body[-1]), start_s)
            if suspect is not None and self._follows(first, start_s, suspect):
                start_s = parsed.header.tick / TICKS_PER_SECOND
                return Placed(Place.RESTART, start_s, start_s, parsed.header.sequence)
        raise WireError(f"cord faster than {FASTEST_CORD_MPS:g} m/s since the last count")

    def _follows(
        self, count: int, start_s: float, before: tuple[int, float], share: float = 1.0
    ) -> bool:
        """Whether cord can have moved so far since, at a share of its fastest."""
        if self._descriptor is None:
            return False
        reach_m = min(share * FASTEST_CORD_MPS * abs(start_s - before[1]), LONGEST_CORD_M)
        reach = reach_m * self._descriptor.counts_per_m + self._descriptor.resolution_counts
        return abs(_nearest(count, before[0]) - before[0]) <= reach

    def _unwrapped(self, body: npt.NDArray[np.generic], *, late: bool) -> npt.NDArray[np.generic]:
        first = int(body[0])
        shift = _nearest(first, self._counts[0][0]) - first if self._counts else 0
        counts: IntArray = body.astype(np.int64) + shift
        if not late:
            newest = (int(counts[-1]), self._order.end_s - self.period_s)
            self._counts = [newest, *self._counts[:1]] if self._doubtful else [newest]
            self._doubtful, self._suspect = False, None
        return counts

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
        return EncoderBlock(
            segment=self._segment,
            time_s=time_s,
            count=body.astype(np.float64),
            record=record,
            counts_per_m=descriptor.counts_per_m,
            resolution_counts=descriptor.resolution_counts,
            late=late,
        )
