"""What a sensor's stream shows of its keeping to firmware_notes. Pure."""

import itertools
import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from sledmon.decode.device_clock import least_slope
from sledmon.errors import WireError
from sledmon.samples import FloatArray, IntArray
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.wire.descriptor import Descriptor, Features, Kind
from sledmon.wire.stream import (
    SEQUENCE_MODULUS,
    TICK_MODULUS,
    TICKS_PER_SECOND,
    Flags,
    unpack_encoder,
    unpack_header,
    unpack_imu,
)

RATE_TOLERANCE: Final = 0.03
STEADINESS: Final = 0.001
STEADY_OVER_S: Final = 10.0
SPACING_US: Final = 50.0
LONGEST_NOTIFICATION_S: Final = 0.1
MOST_NOTIFICATIONS_HZ: Final = 250.0
CRYSTAL_PPM: Final = 50.0
_CRYSTAL: Final = "crystal against this computer's"
_KNOWN_FLAGS: Final = int(Flags.CLIPPED | Flags.OVERFLOW | Flags.RESENT | Flags.EDGE_TIMED)


class Outcome(StrEnum):
    """How one requirement is met."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    SEEN = "seen"
    """Told, not required: it depends on the link, or cannot be known from here."""


class Finding(NamedTuple):
    """One requirement of firmware_notes, what it demands, what was seen."""

    requirement: str
    demand: str
    seen: str
    outcome: Outcome


class Arrival(NamedTuple):
    """One notification and when it came."""

    received_ns: int
    payload: bytes


def passed(requirement: str, demand: str, seen: str, holds: bool) -> Finding:
    """A finding that is a pass or a failure."""
    return Finding(requirement, demand, seen, Outcome.PASS if holds else Outcome.FAIL)


def stream_findings(descriptor: Descriptor, arrivals: Sequence[Arrival]) -> list[Finding]:
    """Judge an undisturbed stream: from START on, nothing resent in it."""
    findings: list[Finding] = []
    rows: list[_Row] = []
    refused: list[str] = []
    for arrival in arrivals:
        try:
            rows.append(_row(descriptor, arrival))
        except WireError as error:
            refused.append(str(error))
    findings.append(
        passed(
            "notifications are readable",
            "all",
            f"{len(rows)} of {len(arrivals)}" + (f"; {refused[0]}" if refused else ""),
            bool(rows) and not refused,
        )
    )
    if len(rows) < 3:
        return findings
    return findings + _of_rows(descriptor, rows)


class _Row(NamedTuple):
    received_s: float
    sequence: int
    tick: int
    flags: int
    samples: int
    unmarked_clipping: bool


def _row(descriptor: Descriptor, arrival: Arrival) -> _Row:
    header = unpack_header(arrival.payload)
    clipped = False
    if descriptor.kind is Kind.IMU:
        raw = unpack_imu(arrival.payload).raw
        samples = len(raw)
        at_end = bool(np.any((raw == -32768) | (raw == 32767)))
        clipped = at_end and not header.flags & Flags.CLIPPED
    else:
        samples = len(unpack_encoder(arrival.payload).counts)
    received_s = arrival.received_ns / NANOSECONDS_PER_SECOND
    return _Row(received_s, header.sequence, header.tick, header.flags, samples, clipped)


def _of_rows(descriptor: Descriptor, rows: list[_Row]) -> list[Finding]:
    received_s = np.array([row.received_s for row in rows])
    samples = np.array([row.samples for row in rows])
    ahead = np.diff([row.sequence for row in rows]) % SEQUENCE_MODULUS
    tick_s = _unwrapped_s([row.tick for row in rows])
    period_s = descriptor.sample_period_ns / NANOSECONDS_PER_SECOND
    edge_timed = bool(descriptor.features & Features.EDGE_TIMED)
    flags = list(itertools.accumulate((row.flags for row in rows), int.__or__))[-1]
    lost = int(np.sum(ahead - 1)) if np.all((ahead > 0) & (ahead < 1000)) else -1
    span_s = float(tick_s[-1] - tick_s[0])
    longest_s = float(samples.max()) * period_s
    findings = [
        passed("sequence", "counts up", "jumps" if lost < 0 else "counts up", lost >= 0),
        Finding("lost on the way", "", _lost_text(lost, len(rows)), Outcome.SEEN),
        passed("ticks", "run forward", f"over {span_s:.1f} s", bool(np.all(np.diff(tick_s) > 0))),
        passed(
            "samples held in a notification",
            f"at most {1000 * LONGEST_NOTIFICATION_S:.0f} ms",
            f"{1000 * longest_s:.0f} ms",
            edge_timed or longest_s <= LONGEST_NOTIFICATION_S * (1 + 1e-9),
        ),
        passed(
            "notifications",
            f"at most {MOST_NOTIFICATIONS_HZ:.0f} a second",
            f"{len(rows) / max(span_s, 1e-9):.1f}",
            len(rows) / max(span_s, 1e-9) <= MOST_NOTIFICATIONS_HZ,
        ),
        passed(
            "reserved flags", "0", f"0x{flags & ~_KNOWN_FLAGS:02x}", not flags & ~_KNOWN_FLAGS
        ),
        passed(
            "RESENT", "only what was asked for again", _yes(flags & Flags.RESENT),
            not flags & Flags.RESENT,
        ),
    ]  # fmt: skip
    if descriptor.kind is Kind.IMU:
        unmarked = sum(row.unmarked_clipping for row in rows)
        findings.append(
            passed("clipped channels", "marked CLIPPED", f"{unmarked} unmarked", not unmarked)
        )
    if not edge_timed:
        findings += _sampling(tick_s, samples, ahead, period_s)
    return [*findings, *_timing(tick_s, received_s)]


def _sampling(
    tick_s: FloatArray, samples: IntArray, ahead: IntArray, period_s: float
) -> list[Finding]:
    """Rate, steadiness and spacing, from ticks of notifications that follow each other."""
    steps = np.where(ahead == 1, samples[:-1], 0).astype(float)
    intact = steps > 0
    if not np.any(intact):
        return []
    rate_hz = float(steps[intact].sum() / np.diff(tick_s)[intact].sum())
    nominal_hz = 1.0 / period_s
    off = rate_hz / nominal_hz - 1.0
    findings = [
        passed(
            "sampling rate",
            f"within 3 % of {nominal_hz:.0f} Hz",
            f"{rate_hz:.2f} Hz ({100 * off:+.2f} %)",
            abs(off) <= RATE_TOLERANCE,
        )
    ]
    spacing_us = float(np.std(np.diff(tick_s)[intact] - steps[intact] / rate_hz)) * 1e6
    findings.append(
        passed(
            "spacing of samples",
            f"within {SPACING_US:.0f} us rms",
            f"{spacing_us:.1f} us between notifications",
            spacing_us <= SPACING_US * math.sqrt(2.0),
        )
    )
    rates = []
    for begin_s in np.arange(tick_s[0], tick_s[-1] - STEADY_OVER_S, STEADY_OVER_S):
        here = intact & (tick_s[:-1] >= begin_s) & (tick_s[1:] < begin_s + STEADY_OVER_S)
        if here.sum() > 10:
            rates.append(float(steps[here].sum() / np.diff(tick_s)[here].sum()))
    if len(rates) > 1:
        drift = float(np.max(np.abs(np.diff(rates)))) / rate_hz
        findings.append(
            passed(
                "steadiness of the rate",
                f"less than {100 * STEADINESS:g} % in {STEADY_OVER_S:.0f} s",
                f"{100 * drift:.3f} %",
                drift < STEADINESS,
            )
        )
    return findings


def _timing(tick_s: FloatArray, received_s: FloatArray) -> list[Finding]:
    """Clock drift and the link's delays, from arrivals against ticks."""
    offset_s = received_s - tick_s
    rate, doubt = least_slope(tick_s, offset_s)
    drift_ppm, doubt_ppm = -1e6 * rate, 1e6 * doubt
    seen = f"{drift_ppm:+.0f} +- {doubt_ppm:.0f} ppm"
    demand = f"within {CRYSTAL_PPM:.0f} ppm"
    if not doubt_ppm < CRYSTAL_PPM / 2:
        seen = f"not to be told in {tick_s[-1]:.0f} s; listen longer"
        finding = Finding(_CRYSTAL, demand, seen, Outcome.SEEN)
    else:
        finding = passed(_CRYSTAL, demand, seen, abs(drift_ppm) <= CRYSTAL_PPM + 2.0 * doubt_ppm)
        offset_s = offset_s - rate * tick_s
    findings = [finding]
    p50, p95 = np.percentile(offset_s - offset_s.min(), (50, 95)) * 1000
    findings.append(
        Finding("delay above the least", "", f"p50 {p50:.1f}, p95 {p95:.1f} ms", Outcome.SEEN)
    )
    interval_s = connection_interval_s(received_s)
    text = "not to be seen" if math.isnan(interval_s) else f"about {1000 * interval_s:.2f} ms"
    findings.append(Finding("connection interval", "15 ms is best", text, Outcome.SEEN))
    return findings


def connection_interval_s(received_s: FloatArray) -> float:
    """The interval at whose multiples notifications arrive; NaN where none stands out.

    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> events = np.cumsum(rng.integers(1, 5, 400)) * 0.015 + rng.uniform(0, 0.003, 400)
    >>> round(connection_interval_s(events), 5)
    0.015
    """
    # Bluetooth offers multiples of 1.25 ms from 7.5 ms on. A true interval's half fits too, but
    # less well: jitter is a larger part of it.
    candidates = np.arange(6, 81) * 0.00125
    phases = np.exp(2j * np.pi * np.outer(1.0 / candidates, received_s - received_s[0]))
    # Over a long time the two clocks drift apart by more than an interval: look at short spans.
    pieces = np.array_split(np.arange(len(received_s)), max(1, len(received_s) // 100))
    fit = np.mean([np.abs(phases[:, piece].mean(axis=1)) for piece in pieces], axis=0)
    best = int(np.argmax(fit))
    return float(candidates[best]) if fit[best] > 0.7 else math.nan


def _unwrapped_s(ticks: list[int]) -> FloatArray:
    steps = np.diff(ticks) % TICK_MODULUS
    steps = np.where(steps > TICK_MODULUS // 2, steps - TICK_MODULUS, steps)
    return np.concatenate([[0.0], np.cumsum(steps)]) / TICKS_PER_SECOND


def _lost_text(lost: int, came: int) -> str:
    if lost < 0:
        return "not to be told"
    return f"{lost} of {came + lost} ({100 * lost / (came + lost):.2f} %)"


def _yes(flag: int) -> str:
    return "set" if flag else "never"
