"""The order of one sensor's notifications: what is new, late, repeated, lost, or impossible.

Ticks decide, because they survive reconnections and say *when*; sequence numbers only count how
many notifications a gap swallowed. All times here are unwrapped device seconds.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from sledmon.wire.stream import SEQUENCE_MODULUS, TICK_MODULUS, TICKS_PER_SECOND

_HALF_TICKS: Final = TICK_MODULUS // 2


class Place(Enum):
    """Where a notification belongs."""

    NEXT = "next"
    LATE = "late"
    REPEATED = "repeated"
    IMPOSSIBLE = "impossible"
    RESTART = "restart"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderParams:
    """What is still believed."""

    ahead_s: float = 0.02
    """Ticks may run ahead of what arrivals allow by this much before they are called impossible."""
    ahead_rate: float = 400e-6
    """... and by this ratio of the time since the last notification: two bad crystals."""
    behind_s: float = 30.0
    """Older than this on arrival, it was not merely delayed: no radio holds one so long."""
    remember: int = 512
    """How many notifications and gaps are remembered for telling repeated from late."""
    gap_periods: float = 1.5
    """A step of more than this many sample periods is a gap; contract.md."""


class Placed(NamedTuple):
    """The verdict on one notification. ``lost_packets`` counts only when a gap comes before it."""

    place: Place
    start_s: float
    gap_from_s: float = 0.0
    gap: bool = False
    lost_packets: int = 0
    contiguous: bool = False
    reason: str = ""


class Order:
    """Keeps the order of one sensor's notifications through wraps, losses and restarts."""

    __slots__ = (
        "_end_s",
        "_gaps",
        "_last_tick",
        "_least_offset",
        "_params",
        "_received_s",
        "_seen",
        "_sequence",
        "_suspect",
        "_unwrapped",
    )

    def __init__(self, params: OrderParams | None = None) -> None:
        self._params = params or OrderParams()
        self.restart()

    def restart(self) -> None:
        """Forget everything: the sensor counts from a new zero."""
        self._unwrapped: int | None = None
        self._last_tick = 0
        self._sequence = 0
        self._end_s = 0.0
        self._received_s = 0.0
        self._least_offset = float("inf")
        self._seen: deque[tuple[int, int]] = deque(maxlen=self._params.remember)
        self._gaps: deque[list[float]] = deque(maxlen=self._params.remember)
        self._suspect: tuple[int, int, float] | None = None

    @property
    def end_s(self) -> float:
        """Where the next sample is due."""
        return self._end_s

    def place(
        self,
        sequence: int,
        tick: int,
        received_s: float,
        samples_s: float,
        period_s: float,
        *,
        resent: bool = False,
    ) -> Placed:
        """Say where a notification with ``samples_s`` of samples belongs.

        ``samples_s`` is the time from its first sample to where the next one is due.
        """
        if self._unwrapped is None:
            return self._accept_first(sequence, tick, received_s, samples_s)
        step = (tick - self._last_tick + _HALF_TICKS) % TICK_MODULUS - _HALF_TICKS
        elapsed_s = received_s - self._received_s
        if elapsed_s > 0.25 * TICK_MODULUS / TICKS_PER_SECOND:
            # A silence of many minutes may span whole wraps: let the arrivals say how many.
            step += TICK_MODULUS * round(
                (elapsed_s - step / TICKS_PER_SECOND) * TICKS_PER_SECOND / TICK_MODULUS
            )
        unwrapped = self._unwrapped + step
        start_s = unwrapped / TICKS_PER_SECOND
        reason = self._impossible(start_s + samples_s - period_s, received_s, elapsed_s)
        if reason:
            return self._suspected(sequence, tick, received_s, samples_s, start_s, reason)
        if start_s < self._end_s - 0.5 * period_s:
            placed = self._older(sequence, tick, start_s, samples_s, period_s)
            if placed.place is Place.IMPOSSIBLE and not resent:
                return self._suspected(
                    sequence, tick, received_s, samples_s, start_s, placed.reason
                )
            return placed
        jump = (sequence - self._sequence) % SEQUENCE_MODULUS
        gap_from_s = self._end_s
        gap = start_s - (self._end_s - period_s) > self._params.gap_periods * period_s
        if gap:
            self._gaps.append([gap_from_s, start_s])
        # More notifications than samples are missing: the sequence number is not to be believed.
        most = round((start_s - gap_from_s) / period_s)
        lost = jump - 1 if gap and 0 < jump - 1 <= most else 0
        self._advance(sequence, tick, unwrapped, received_s, start_s + samples_s)
        self._least_offset = min(
            self._least_offset + self._params.ahead_rate * max(elapsed_s, 0.0),
            received_s - (start_s + samples_s - period_s),
        )
        return Placed(Place.NEXT, start_s, gap_from_s, gap, lost, contiguous=jump == 1 and not gap)

    def _accept_first(
        self, sequence: int, tick: int, received_s: float, samples_s: float
    ) -> Placed:
        start_s = tick / TICKS_PER_SECOND
        self._advance(sequence, tick, tick, received_s, start_s + samples_s)
        self._least_offset = received_s - start_s - samples_s
        return Placed(Place.NEXT, start_s)

    def _impossible(self, last_sample_s: float, received_s: float, elapsed_s: float) -> str:
        """Why the ticks cannot be true; they may be late by any queue, but never early."""
        margin = self._params.ahead_s + self._params.ahead_rate * max(elapsed_s, 0.0)
        ahead_s = self._least_offset - (received_s - last_sample_s)
        if ahead_s > margin:
            return f"ticks run {ahead_s:.3f} s ahead of any possible arrival"
        if -ahead_s > self._params.behind_s:
            return f"ticks lie {-ahead_s:.0f} s back"
        return ""

    def _suspected(
        self,
        sequence: int,
        tick: int,
        received_s: float,
        samples_s: float,
        start_s: float,
        reason: str,
    ) -> Placed:
        """Two notifications that agree with each other, but not with the past, are a restart."""
        before = self._suspect
        self._suspect = (sequence, tick, received_s)
        if before is not None:
            ticks_s = ((tick - before[1]) % TICK_MODULUS) / TICKS_PER_SECOND
            jump = (sequence - before[0]) % SEQUENCE_MODULUS
            near = abs(ticks_s - (received_s - before[2])) < 0.5
            if 0 < jump < 100 and 0 < ticks_s < 5.0 and near:
                self.restart()
                return self._accept_first(sequence, tick, received_s, samples_s)._replace(
                    place=Place.RESTART
                )
        return Placed(Place.IMPOSSIBLE, start_s, reason=reason)

    def _older(
        self, sequence: int, tick: int, start_s: float, samples_s: float, period_s: float
    ) -> Placed:
        if (sequence, tick) in self._seen:
            return Placed(Place.REPEATED, start_s)
        slack_s = 0.5 * period_s
        for gap in self._gaps:
            if gap[0] - slack_s <= start_s and start_s + samples_s <= gap[1] + slack_s:
                self._seen.append((sequence, tick))
                rest = [start_s + samples_s, gap[1]]
                gap[1] = start_s
                if rest[1] - rest[0] > slack_s:
                    self._gaps.append(rest)
                return Placed(Place.LATE, start_s)
        return Placed(
            Place.IMPOSSIBLE, start_s, reason="its samples overlap samples that already came"
        )

    def _advance(
        self, sequence: int, tick: int, unwrapped: int, received_s: float, end_s: float
    ) -> None:
        self._unwrapped = unwrapped
        self._last_tick = tick
        self._sequence = sequence
        self._received_s = received_s
        self._end_s = end_s
        self._suspect = None
        self._seen.append((sequence, tick))
