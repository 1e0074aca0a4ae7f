"""One measurement of a Polar sensor: its samples in SI, its period, and values between samples."""

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sledmon.decode.sensor import SamplePeriod
from sledmon.errors import WireError
from sledmon.samples import FloatArray
from sledmon.units import STANDARD_GRAVITY_MPS2
from sledmon.wire.polar import Measurement
from sledmon.wire.polar_frames import COMPRESSED, PolarFrame
from sledmon.wire.polar_greeting import Stream

BoolArray = npt.NDArray[np.bool_]
_I16_ENDS: Final = (-32768, 32767)


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamParams:
    """What is believed of stamps and values."""

    stamp_s: float = 0.0004
    """How far two stamps may be off together: a 32.768 kHz timer read in an interrupt."""
    bridge: float = 1.5
    """Samples further apart than so many periods say nothing of what lies between."""
    end_of_range: float = 0.995
    """At this share of the range a value may have been cut off."""


class Samples(NamedTuple):
    """Samples of one measurement, in device time and SI."""

    device_s: FloatArray
    """(n,)"""
    value: FloatArray
    """(n, 3) m/s^2 or rad/s."""
    clipped: BoolArray
    """(n,) an axis stood at the end of its range."""

    def part(self, first: int | None, last: int | None) -> "Samples":
        """Those from one index up to another."""
        here = slice(first, last)
        return Samples(self.device_s[here], self.value[here], self.clipped[here])

    def joined(self, other: "Samples") -> "Samples":
        """These and later ones."""
        return Samples(
            np.concatenate([self.device_s, other.device_s]),
            np.concatenate([self.value, other.value]),
            np.concatenate([self.clipped, other.clipped]),
        )


NO_SAMPLES: Final = Samples(np.empty(0), np.empty((0, 3)), np.empty(0, np.bool_))


class Track:
    """One measurement's place in device time."""

    def __init__(self, stream: Stream, params: StreamParams) -> None:
        self.stream = stream
        self.period = SamplePeriod(1.0 / stream.rate_hz)
        self.last_s = math.nan
        """Device time of its newest sample; NaN before any."""
        self._params = params

    def place(self, frame: PolarFrame, stamp_s: float) -> tuple[Samples, int]:
        """A frame's samples, and how many are missing before them; it becomes the newest."""
        value, clipped = in_si(frame, self.stream, self._params)
        lost = self._lost(stamp_s, len(value))
        self.last_s = stamp_s
        before = np.arange(len(value), dtype=np.float64)[::-1]
        device_s = stamp_s - before * self.period.period_s
        return Samples(device_s, value, clipped), lost

    def _lost(self, stamp_s: float, samples: int) -> int:
        if math.isnan(self.last_s):
            return 0
        period = self.period
        took_s = stamp_s - self.last_s
        missing_s = took_s - samples * period.period_s
        doubt_s = self._params.stamp_s + period.error * samples * period.period_s
        doubt_s = max(0.5 * period.period_s, doubt_s)
        if missing_s > doubt_s:
            return max(1, round(missing_s / period.period_s))
        if missing_s >= -doubt_s:
            period.learn(took_s, samples)
        return 0


def in_si(frame: PolarFrame, stream: Stream, params: StreamParams) -> tuple[FloatArray, BoolArray]:
    """(n, 3) m/s^2 or rad/s, and which samples stand at the end of the range."""
    counted = frame.form == COMPRESSED
    if counted and math.isnan(stream.factor):
        raise WireError(
            f"{frame.measurement.name} frames of form 0x80 came without a factor: connect again"
        )
    scale = 1.0 if math.isnan(stream.factor) or not frame.form & COMPRESSED else stream.factor
    unit = math.radians(1.0)
    if frame.measurement is Measurement.ACC:
        unit = STANDARD_GRAVITY_MPS2
        scale *= 1.0 if counted else 1e-3
    value = frame.raw.astype(np.float64) * scale
    ends = params.end_of_range * stream.range_units
    clipped = np.any(np.abs(value) >= (math.inf if math.isnan(ends) else ends), axis=1)
    if counted and frame.measurement is Measurement.GYRO:
        # 2000 deg/s is a name: 16 bits of 0.07 deg/s reach to 2293.
        clipped = np.any((frame.raw <= _I16_ENDS[0]) | (frame.raw >= _I16_ENDS[1]), axis=1)
    return value * unit, clipped


def values_at(
    samples: Samples, device_s: FloatArray, period_s: float, params: StreamParams
) -> tuple[FloatArray, BoolArray]:
    """(n, 3) values at device times by straight lines, and whether either end was cut off.

    NaN before the first and after the last sample, and between two that are too far apart.
    """
    value = np.full((len(device_s), 3), np.nan)
    if len(samples.device_s) < 2:
        return value, np.zeros(len(device_s), np.bool_)
    right = np.clip(np.searchsorted(samples.device_s, device_s), 1, len(samples.device_s) - 1)
    left = right - 1
    span_s = samples.device_s[right] - samples.device_s[left]
    share = (device_s - samples.device_s[left]) / span_s
    known = (share >= 0) & (share <= 1) & (span_s <= params.bridge * period_s)
    between = samples.value[left]
    between = between + share[:, None] * (samples.value[right] - between)
    value[known] = between[known]
    return value, known & (samples.clipped[left] | samples.clipped[right])
