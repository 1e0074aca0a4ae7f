"""Polar sensors: frames of acceleration and of angular rate to samples on one time base.

Both are stamped by one device clock, each frame with the instant of its last sample, and nothing is
numbered: a loss shows as a jump of device time. The samples are those of the accelerometer, at its
times; the angular rate is put there by a straight line between the two gyro samples around each,
and is NaN where these are too far apart or the sensor has no gyro.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np

from sledmon.decode.device_clock import DeviceClock
from sledmon.decode.polar_streams import (
    NO_SAMPLES,
    BoolArray,
    Samples,
    StreamParams,
    Track,
    values_at,
)
from sledmon.decode.sensor import Output, silent_end
from sledmon.errors import WireError
from sledmon.results import Measured
from sledmon.samples import Device, Fault, FloatArray, Gap, ImuBlock, IntArray, Packet
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.wire.polar import Measurement
from sledmon.wire.polar_frames import PolarFrame, unpack_frame
from sledmon.wire.polar_greeting import unpack_streams


@dataclass(frozen=True, kw_only=True, slots=True)
class PolarParams:
    """What is still believed, and waited for."""

    astray_s: float = 5.0
    """Device time and arrivals may part by this much: no radio holds a frame longer."""
    drift: float = 400e-6
    """... and by this ratio of the time since the last frame: two bad crystals."""
    wait_s: float = 2.0
    """An acceleration sample waits for its angular rate this long, in device time."""
    stream: StreamParams = field(default_factory=StreamParams)


class PolarDecoder:
    """Layout ``polar-pmd-1``, tabled in firmware_notes/polar.md."""

    def __init__(self, device: Device, params: PolarParams | None = None) -> None:
        self._device: Device = device
        self._params = params or PolarParams()
        self._tracks: dict[Measurement, Track] = {}
        self._refused = "came before any descriptor was read"
        self._segment = 0
        self._rejoined = False
        self._suspect: tuple[int, float] | None = None  # stamp and arrival of a refused frame
        self._last_time_s = float("-inf")
        self._last_received_ns = 0
        self._owed: list[Output] = []  # of a segment that a new descriptor ended
        self._begin_segment()

    @property
    def period_s(self) -> float:
        """The accelerometer's sample period against the device's own clock."""
        track = self._tracks.get(Measurement.ACC)
        return track.period.period_s if track else math.nan

    @property
    def drift(self) -> Measured:
        """Of the crystal, in this segment."""
        return self._clock.drift

    def connected(self, descriptor: bytes) -> None:
        """Device time runs on over a reconnection; if it does not, the next frame shows it."""
        self._refused = "came after a descriptor that could not be used"
        if self._device != "imu":
            raise WireError("a Polar sensor is no tether encoder")
        streams = unpack_streams(descriptor)
        self._refused, self._rejoined = "", True
        before = {kind: track.stream[:2] for kind, track in self._tracks.items()}
        if before == {kind: stream[:2] for kind, stream in streams.items()}:
            for kind, stream in streams.items():
                self._tracks[kind].stream = stream  # it may give another factor
            return
        if before:
            self._end_segment(None, self._owed)
        tracks = {kind: Track(stream, self._params.stream) for kind, stream in streams.items()}
        self._tracks = tracks

    def push(self, packets: Sequence[tuple[int, Packet]]) -> list[Output]:
        """Gaps, faults and blocks, each kind in order of arrival."""
        out, self._owed = self._owed, []
        for ordinal, packet in packets:
            try:
                if self._refused:
                    raise WireError(self._refused)
                self._take(ordinal, packet.received_ns, unpack_frame(packet.payload), out)
            except WireError as error:
                out.append(Fault(self._device, packet.received_ns, str(error)))
        return _joined(out)

    def finish(self, received_ns: int) -> list[Output]:
        """What waited for its angular rate goes without; then the silence at the end, if any."""
        out, self._owed = self._owed, []
        self._release(len(self._waiting_s), None, out)
        return _joined(out) + silent_end(
            self._device, self._last_time_s, self.period_s, self._last_received_ns, received_ns
        )

    def _begin_segment(self) -> None:
        self._clock = DeviceClock()
        self._fresh = True  # no acceleration came yet in this segment
        self._zero_ns: int | None = None
        self._least_offset_s = math.inf
        self._received_s = -math.inf
        self._waiting = NO_SAMPLES
        self._waiting_s: FloatArray = np.empty(0)  # session times, fixed on arrival
        self._waiting_record: IntArray = np.empty(0, np.int64)
        self._gyro = NO_SAMPLES
        for track in self._tracks.values():
            track.last_s = math.nan

    def _end_segment(self, ordinal: int | None, out: list[Output]) -> None:
        self._release(len(self._waiting_s), ordinal, out)
        self._begin_segment()
        self._segment += 1

    def _take(self, ordinal: int, received_ns: int, frame: PolarFrame, out: list[Output]) -> None:
        track = self._tracks.get(frame.measurement)
        if track is None:
            raise WireError(f"a frame of {frame.measurement.name} came, which was not started")
        received_s = received_ns / NANOSECONDS_PER_SECOND
        if self._zero_ns is None:
            self._zero_ns = frame.stamp_ns
        stamp_s = (frame.stamp_ns - self._zero_ns) / NANOSECONDS_PER_SECOND
        if stamp_s == track.last_s:
            return  # the same frame again
        reason = self._astray(track, stamp_s, received_s)
        if reason:
            if not self._is_restart(frame.stamp_ns, received_s):
                raise WireError(reason)
            self._end_segment(ordinal, out)
            self._zero_ns, stamp_s = frame.stamp_ns, 0.0
        samples, lost = track.place(frame, stamp_s)
        self._rejoined, self._suspect = False, None
        least_s = self._least_offset_s + self._drift_s(received_s)
        self._least_offset_s = min(least_s, received_s - stamp_s)
        self._received_s = received_s
        if frame.measurement is Measurement.ACC:
            self._take_acceleration(ordinal, received_ns, samples, lost, out)
        else:
            self._gyro = self._gyro.joined(samples)
        self._release(self._ready(), ordinal, out)

    def _take_acceleration(
        self, ordinal: int, received_ns: int, samples: Samples, lost: int, out: list[Output]
    ) -> None:
        period_s = self.period_s
        first_s, last_s = float(samples.device_s[0]), float(samples.device_s[-1])
        least_s = self._last_time_s + 0.5 * period_s - first_s
        received_s = received_ns / NANOSECONDS_PER_SECOND
        time_s = samples.device_s + self._clock.update(last_s, received_s, least_s)
        due_s, begin_s = self._last_time_s + period_s, float(time_s[0])
        if self._fresh and math.isfinite(due_s) and begin_s > due_s + 0.5 * period_s:
            lost = round((begin_s - due_s) / period_s)
        if lost:
            out.append(Gap(self._device, due_s, begin_s, 0, lost))
        self._fresh = False
        self._waiting = self._waiting.joined(samples)
        self._waiting_s = np.concatenate([self._waiting_s, time_s])
        record = np.full(len(time_s), ordinal, np.int64)
        self._waiting_record = np.concatenate([self._waiting_record, record])
        self._last_time_s = float(time_s[-1])
        self._last_received_ns = received_ns

    def _astray(self, track: Track, stamp_s: float, received_s: float) -> str:
        """Why a stamp cannot be true; empty if it can."""
        if math.isinf(self._least_offset_s):
            return ""
        if stamp_s < track.last_s:
            return f"its time lies {track.last_s - stamp_s:.3f} s before what already came"
        astray_s = received_s - stamp_s - self._least_offset_s
        if abs(astray_s) > self._params.astray_s + self._drift_s(received_s):
            return f"its time and its arrival part by {abs(astray_s):.0f} s"
        return ""

    def _drift_s(self, received_s: float) -> float:
        if math.isinf(self._received_s):
            return 0.0
        return self._params.drift * max(0.0, received_s - self._received_s)

    def _is_restart(self, stamp_ns: int, received_s: float) -> bool:
        """After a reconnection at once, else when a second frame bears out a first one."""
        before, self._suspect = self._suspect, (stamp_ns, received_s)
        if self._rejoined or before is None:
            return self._rejoined
        apart_s = (stamp_ns - before[0]) / NANOSECONDS_PER_SECOND
        return abs(apart_s - (received_s - before[1])) < self._params.astray_s

    def _ready(self) -> int:
        """How many samples need wait no longer."""
        waiting_s = self._waiting.device_s
        if Measurement.GYRO not in self._tracks or not len(waiting_s):
            return len(waiting_s)
        until_s = float(waiting_s[-1]) - self._params.wait_s
        if len(self._gyro.device_s):
            until_s = max(until_s, float(self._gyro.device_s[-1]))
        return int(np.searchsorted(waiting_s, until_s, side="right"))

    def _release(self, count: int, ordinal: int | None, out: list[Output]) -> None:
        """Let the oldest samples go, with the angular rate that is known of them."""
        if not count:
            return
        acc, time_s = self._waiting.part(None, count), self._waiting_s[:count]
        record = self._waiting_record[:count]
        if ordinal is not None:
            record = np.full(count, ordinal, np.int64)
        rate, clipped = np.full((count, 3), np.nan), np.zeros(count, np.bool_)
        gyro = self._tracks.get(Measurement.GYRO)
        if gyro is not None and len(self._gyro.device_s):
            rate, clipped = values_at(
                self._gyro, acc.device_s, gyro.period.period_s, self._params.stream
            )
            began = acc.device_s > self._gyro.device_s[0]
            newest_s = float(self._gyro.device_s[-1])
            if ordinal is None and acc.device_s[-1] - newest_s < 0.5 * self._params.wait_s:
                began &= acc.device_s < newest_s  # all had ended before the rest came
            out += self._unknown_runs(time_s, np.isnan(rate[:, 0]) & began)
            # The last gyro sample before what still waits is its left neighbour.
            done = int(np.searchsorted(self._gyro.device_s, acc.device_s[-1], side="right")) - 1
            self._gyro = self._gyro.part(max(0, done), None)
        out.append(
            ImuBlock(
                segment=self._segment,
                time_s=time_s,
                acc_sensor_mps2=acc.value,
                gyr_sensor_radps=rate,
                clipped=acc.clipped | clipped,
                record=record,
            )
        )
        self._waiting = self._waiting.part(count, None)
        self._waiting_s = self._waiting_s[count:]
        self._waiting_record = self._waiting_record[count:]

    def _unknown_runs(self, time_s: FloatArray, unknown: BoolArray) -> list[Output]:
        """A gap for each run of samples without their angular rate."""
        edges = np.flatnonzero(np.diff(np.concatenate([[0], unknown.astype(int), [0]])))
        return [
            Gap(self._device, float(time_s[a]), float(time_s[b - 1]) + self.period_s, 0, int(b - a))
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        ]


def _joined(out: list[Output]) -> list[Output]:
    """The same with neighbouring blocks of a segment made one."""
    blocks = [one for one in out if isinstance(one, ImuBlock)]
    joined: list[Output] = [one for one in out if not isinstance(one, ImuBlock)]
    for _, group in groupby(blocks, key=lambda block: block.segment):
        alike = list(group)
        joined.append(
            ImuBlock(
                segment=alike[0].segment,
                time_s=np.concatenate([b.time_s for b in alike]),
                acc_sensor_mps2=np.concatenate([b.acc_sensor_mps2 for b in alike]),
                gyr_sensor_radps=np.concatenate([b.gyr_sensor_radps for b in alike]),
                clipped=np.concatenate([b.clipped for b in alike]),
                record=np.concatenate([b.record for b in alike]),
            )
        )
    return joined
