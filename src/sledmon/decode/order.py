"""The order of one sensor's notifications: what is new, late, repeated, lost, or impossible.

Ticks say *when*, sequence numbers say *how many*, and each is checked against the other: a tick
that is not where the sequence puts it is not believed until the next notification agrees with it,
so that one damaged number neither moves samples nor spoils a clock. Arrival times decide only
where the two cannot: after dropped samples, long silences and restarts. All times here are
unwrapped device seconds.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from sledmon.wire.stream import SEQUENCE_MODULUS, TICK_MODULUS, TICKS_PER_SECOND

_HALF_TICKS: Final = TICK_MODULUS // 2
_WRAP_S: Final = TICK_MODULUS / TICKS_PER_SECOND


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

    tick_s: float = 0.002
    """A tick may lie this far from where its neighbours put it, or half a sample period if that
    is less; firmware keeps 0.2 ms."""
    ahead_s: float = 0.05
    """Ticks may run ahead of what arrivals allow by this much before they are called impossible."""
    ahead_rate: float = 400e-6
    """... and by this ratio of the time since the last notification: two bad crystals."""
    behind_s: float = 30.0
    """Older than this on arrival, it was not merely delayed: no radio holds one so long."""
    silent_s: float = 30.0
    """After so long a silence the sensor may have stopped sampling, and numbering, meanwhile."""
    repeat_s: float = 2.0
    """Only within this time does a notification come twice without being asked for."""
    restart_jump: int = 100
    """Two notifications further apart than this do not bear each other out."""
    remember: int = 512
    """How many notifications and gaps are remembered for telling repeated from late."""


class Arrived(NamedTuple):
    """What is known of a notification before it has a place."""

    sequence: int
    tick: int
    received_s: float
    samples_s: float
    """From its first sample to where the next one is due."""
    resent: bool = False
    free: bool = False
    """Its tick may run ahead of its sequence: samples were dropped, or come as edges do."""


class Placed(NamedTuple):
    """The verdict on one notification."""

    place: Place
    start_s: float
    due_s: float
    """Where its sequence puts its first sample; where that is unknown, ``start_s``."""
    gap: bool = False
    lost_packets: int = 0
    contiguous: bool = False
    reason: str = ""


class _Gap(NamedTuple):
    from_s: float
    to_s: float
    sequence: int
    packets: int


class Order:
    """Keeps the order of one sensor's notifications through wraps, losses and restarts."""

    __slots__ = (
        "_end_s",
        "_gaps",
        "_least_offset",
        "_params",
        "_received_s",
        "_seen",
        "_sequence",
        "_span_s",
        "_start_s",
        "_suspect",
        "_unwrapped",
    )

    def __init__(self, params: OrderParams | None = None) -> None:
        self._params = params or OrderParams()
        self.restart()

    def restart(self) -> None:
        """Forget everything: the sensor counts from a new zero."""
        self._unwrapped: int | None = None
        self._sequence = 0
        self._start_s = 0.0
        self._end_s = 0.0
        self._span_s = 0.0
        self._received_s = 0.0
        self._least_offset = float("inf")
        self._seen: deque[tuple[int, int, float]] = deque(maxlen=self._params.remember)
        self._gaps: deque[_Gap] = deque(maxlen=self._params.remember)
        self._suspect: Arrived | None = None

    @property
    def end_s(self) -> float:
        """Where the next sample is due."""
        return self._end_s

    def place(self, arrived: Arrived, period_s: float, period_error: float) -> Placed:
        """Say where a notification belongs; ``accept`` must follow if it is used as the newest.

        ``period_error`` is the ratio by which ``period_s`` may be wrong.
        """
        if self._unwrapped is None:
            start_s = arrived.tick / TICKS_PER_SECOND
            return Placed(Place.NEXT, start_s, start_s)
        start_s = self._unwrap(arrived) / TICKS_PER_SECOND
        slack_s = min(self._params.tick_s, 0.5 * period_s)
        apart_s = start_s - self._start_s
        # Notifications are as long as this one, or as the last before it was cut short.
        for span_s in {self._end_s - self._start_s, self._span_s}:
            jump = (arrived.sequence - self._sequence) % SEQUENCE_MODULUS
            jump += SEQUENCE_MODULUS * round((apart_s / span_s - jump) / SEQUENCE_MODULUS)
            due_s = self._start_s + jump * span_s
            if jump > 0 and abs(start_s - due_s) <= slack_s + period_error * jump * span_s:
                contiguous = jump == 1 and due_s < self._end_s + slack_s
                gap = not contiguous and start_s > self._end_s + 0.5 * period_s
                return Placed(Place.NEXT, start_s, due_s, gap, jump - 1, contiguous)
        if abs(start_s - self._end_s) <= slack_s:
            return Placed(Place.NEXT, start_s, self._end_s)
        if start_s < self._end_s:
            return self._older(arrived, start_s, slack_s)
        elapsed_s = arrived.received_s - self._received_s
        reason = self._impossible(arrived, start_s - period_s)
        if reason or not (arrived.free or elapsed_s > self._params.silent_s):
            reason = reason or "its tick is not where its sequence puts it"
            return self._suspected(arrived, start_s, period_s, reason)
        return self._ahead(arrived, start_s, period_s)

    def accept(self, arrived: Arrived, placed: Placed) -> None:
        """Take a notification, its ``samples_s`` by the newest period, as the newest there is."""
        if placed.place is Place.RESTART:
            self.restart()
        sequence, received_s, start_s = arrived.sequence, arrived.received_s, placed.start_s
        first = self._unwrapped is None
        unwrapped = arrived.tick if first else self._unwrap(arrived)
        margin_s = self._params.ahead_rate * max(received_s - self._received_s, 0.0)
        if placed.gap:
            after = (self._sequence + 1) % SEQUENCE_MODULUS
            self._gaps.append(_Gap(self._end_s, start_s, after, placed.lost_packets))
        self._seen.append((sequence, arrived.tick, received_s))
        expected = (self._sequence + 1) % SEQUENCE_MODULUS
        by_tick_alone = placed.due_s == self._end_s and not placed.contiguous
        self._sequence = expected if by_tick_alone and not first else sequence
        self._span_s = max(arrived.samples_s, arrived.samples_s if first else self._length_s)
        self._unwrapped = unwrapped
        self._received_s = received_s
        self._start_s = start_s
        self._end_s = start_s + arrived.samples_s
        self._least_offset = min(self._least_offset + margin_s, received_s - self._end_s)
        self._suspect = None
