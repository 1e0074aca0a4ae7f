"""WitMotion sensors: frames without time or number to samples whose times rest on arrivals."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sledmon.decode.arrival_clock import ArrivalClock, ArrivalClockParams
from sledmon.decode.sensor import Output, silent_end
from sledmon.errors import WireError
from sledmon.results import UNKNOWN, Measured
from sledmon.samples import Device, Fault, Gap, ImuBlock, Packet
from sledmon.units import NANOSECONDS_PER_SECOND, STANDARD_GRAVITY_MPS2
from sledmon.wire.witmotion import (
    ACC_G_PER_COUNT,
    GYR_DPS_PER_COUNT,
    RATE_REGISTER,
    SAMPLE,
    rate_of,
    split_frames,
    unpack_rate,
    unpack_registers,
    unpack_sample,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class WitMotionParams:
    """When samples are taken for lost, which nothing tells but arrivals."""

    silent_s: float = 0.15
    """A longer silence is looked into: were they held up or lost?"""
    look_s: float = 0.1
    """... for so long: what was held up comes at once."""
    watch_s: float = 2.0
    """If no arrival of so long a time was quick, some samples are missing, ..."""
    late_s: float = 0.012
    """... where they were at least so late, ..."""
    late_periods: float = 1.5
    """... and by so many periods."""
    young_late_s: float = 0.04
    """... and by so much more when times have just settled, by less as the rate is known better."""
    clock: ArrivalClockParams = field(default_factory=ArrivalClockParams)


class _Arrived(NamedTuple):
    ordinal: int
    received_ns: int
    raw: list[np.ndarray]

    @property
    def received_s(self) -> float:
        return self.received_ns / NANOSECONDS_PER_SECOND


class WitMotionDecoder:
    """Layout ``witmotion-1``, tabled in firmware_notes/witmotion.md."""

    def __init__(self, device: Device, params: WitMotionParams | None = None) -> None:
        self._device: Device = device
        self._params = params or WitMotionParams()
        self._refused = "came before any descriptor was read"
        self._segment = 0
        self._clock: ArrivalClock | None = None
        self._rate_hz = math.nan
        self._rest = b""
        self._in_step = False  # a whole frame has come since the connection
        self._held: list[_Arrived] = []
        self._late: deque[tuple[float, float]] = deque()  # arrival and lateness, of watch_s
        self._watched_from_s = math.inf
        self._last_time_s = float("-inf")
        self._last_received_ns = 0
        self._owed: list[Output] = []

    @property
    def period_s(self) -> float:
        """The sample period as arrivals tell it."""
        return self._clock.period_s if self._clock else math.nan

    @property
    def drift(self) -> Measured:
        """Unknown: it sends no time."""
        return UNKNOWN

    def connected(self, descriptor: bytes) -> None:
        """Nothing ties samples over a reconnection: a new segment."""
        self._refused = "came after a descriptor that could not be used"
        if self._device != "imu":
            raise WireError("a WitMotion sensor is no tether encoder")
        rate_hz = unpack_rate(descriptor)
        self._refused = ""
        self._begin_segment(rate_hz, self._owed)
        self._rest, self._in_step = b"", False

    def push(self, packets: Sequence[tuple[int, Packet]]) -> list[Output]:
        """Blocks, gaps and faults, in order of arrival."""
        out, self._owed = self._owed, []
        for ordinal, packet in packets:
            if self._refused:
                out.append(Fault(self._device, packet.received_ns, self._refused))
                continue
            split = split_frames(self._rest, packet.payload)
            self._rest = split.rest
            if split.skipped and self._in_step:
                reason = f"{split.skipped} bytes belong to no frame: a part was lost"
                out.append(Fault(self._device, packet.received_ns, reason))
            raw = [unpack_sample(frame) for frame in split.frames if frame.startswith(SAMPLE)]
            for frame in split.frames:
                if not frame.startswith(SAMPLE):
                    self._told(frame, packet.received_ns, out)
            if raw:
                self._in_step = True
                self._arrive(_Arrived(ordinal, packet.received_ns, raw), out)
        return out

    def finish(self, received_ns: int) -> list[Output]:
        """What was still being looked into; then the silence at the end, if any."""
        out, self._owed = self._owed, []
        self._look(out)
        return out + silent_end(
            self._device, self._last_time_s, self.period_s, self._last_received_ns, received_ns
        )

    def _begin_segment(self, rate_hz: float, out: list[Output]) -> None:
        self._look(out)
        if math.isfinite(self._last_time_s):
            self._segment += 1
        known = self._clock is not None and rate_hz == self._rate_hz
        self._clock = ArrivalClock(self.period_s if known else 1.0 / rate_hz, self._params.clock)
        self._rate_hz = rate_hz
        self._watched_from_s = math.inf

    def _told(self, frame: bytes, received_ns: int, out: list[Output]) -> None:
        """The sensor says at what rate it streams; what it says counts."""
        registers = unpack_registers(frame)
        if registers.first != RATE_REGISTER:
            return
        try:
            rate_hz = rate_of(registers.values[0])
        except WireError as error:
            out.append(Fault(self._device, received_ns, str(error)))
            return
        if rate_hz != self._rate_hz:
            self._begin_segment(rate_hz, out)

    def _arrive(self, arrived: _Arrived, out: list[Output]) -> None:
        silent_s = (arrived.received_ns - self._last_received_ns) / NANOSECONDS_PER_SECOND
        self._last_received_ns = arrived.received_ns
        clock = self._clock
        going_on = clock is not None and not math.isnan(clock.last_s)
        if self._held or (going_on and silent_s > self._params.silent_s):
            self._held.append(arrived)
            if arrived.received_s - self._held[0].received_s >= self._params.look_s:
                self._look(out)
            return
        self._take(arrived, arrived.ordinal, out)

    def _look(self, out: list[Output]) -> None:
        """After a silence: what came at once was held up; what is late for good was lost."""
        held, self._held = self._held, []
        clock = self._clock
        if not held or clock is None:
            return
        samples, least_s = 0, math.inf
        for arrived in held:
            samples += len(arrived.raw)
            least_s = min(least_s, clock.late_s(samples, arrived.received_s))
        self._lose(least_s, held[0].received_s, out)
        for arrived in held:
            self._take(arrived, held[-1].ordinal, out)

    def _lose(self, late_s: float, received_s: float, out: list[Output]) -> None:
        """Take for lost as many samples as so much lateness is worth."""
        params, clock = self._params, self._clock
        if clock is None:
            return
        age = max(clock.age(received_s), 1e-3)
        doubt_s = params.late_s + params.young_late_s / age
        if not late_s > max(doubt_s, params.late_periods * clock.period_s):
            return
        lost = int(late_s / clock.period_s)
        due_s = clock.last_s + clock.period_s
        clock.skip(lost)
        self._watched_from_s = math.inf
        out.append(Gap(self._device, due_s, clock.last_s + clock.period_s, 0, lost))

    def _watch(self, late_s: float, received_s: float, out: list[Output]) -> None:
        """Losses too short for a silence: nothing has come quickly for a while."""
        late, watch_s = self._late, self._params.watch_s
        if math.isinf(self._watched_from_s):
            late.clear()
            self._watched_from_s = received_s
        late.append((received_s, late_s))
        while received_s - late[0][0] > watch_s:
            late.popleft()
        clock = self._clock
        if clock and clock.age(received_s) > 1.0 and received_s - self._watched_from_s >= watch_s:
            self._lose(min(one for _, one in late), received_s, out)

    def _take(self, arrived: _Arrived, ordinal: int, out: list[Output]) -> None:
        clock = self._clock
        if clock is None:
            return
        received_s, count = arrived.received_s, len(arrived.raw)
        self._watch(clock.late_s(count, received_s), received_s, out)
        before_s = clock.last_s
        fresh = math.isnan(before_s)
        last_s = clock.take(count, received_s)
        if fresh:
            # Not before what an earlier segment ended with.
            before_s = max(last_s - count * clock.period_s, self._last_time_s)
            last_s = clock.last_s = max(last_s, before_s + 0.5 * count * clock.period_s)
        time_s = before_s + (last_s - before_s) * np.arange(1, count + 1) / count
        due_s = self._last_time_s + clock.period_s
        if fresh and time_s[0] > due_s + 0.5 * clock.period_s and math.isfinite(due_s):
            lost = round((float(time_s[0]) - due_s) / clock.period_s)
            out.append(Gap(self._device, due_s, float(time_s[0]), 0, lost))
        self._last_time_s = float(time_s[-1])
        raw = np.array(arrived.raw)[:, :6]
        out.append(
            ImuBlock(
                segment=self._segment,
                time_s=time_s,
                acc_sensor_mps2=raw[:, :3] * (ACC_G_PER_COUNT * STANDARD_GRAVITY_MPS2),
                gyr_sensor_radps=raw[:, 3:] * math.radians(GYR_DPS_PER_COUNT),
                clipped=np.any((raw <= -32768) | (raw >= 32767), axis=1),
                record=np.full(count, ordinal, np.int64),
                arrival_timed=True,
            )
        )
