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
    ahead_agreed_s: float = 1.0
    """... where the sequence agrees: whatever came before may all have been held up."""
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
    dropped: bool = False
    """The sensor says that it dropped samples before these."""
    edge_timed: bool = False
    """Samples come when edges do: at any distance up to one sample period."""
    relinked: bool = False
    """The first since the sensor was connected anew: it may have been stopped in between."""

    @property
    def free(self) -> bool:
        """Its tick may run ahead of its sequence."""
        return self.dropped or self.edge_timed


class Placed(NamedTuple):
    """The verdict on one notification."""

    place: Place
    start_s: float
    due_s: float
    """Where its sequence puts its first sample; ``start_s`` where that is not known."""
    sequence: int
    """The one that is believed."""
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
        "_length_before_s",
        "_off_s",
        "_params",
        "_received_s",
        "_seen",
        "_sequence",
        "_start_s",
        "_suspect",
        "_tick",
    )

    def __init__(self, params: OrderParams | None = None) -> None:
        self._params = params or OrderParams()
        self.restart()

    def restart(self) -> None:
        """Forget everything: the sensor counts from a new zero."""
        self._tick: int | None = None  # newest, unwrapped
        self._sequence = 0
        self._start_s = 0.0
        self._end_s = 0.0
        self._length_before_s = 0.0
        self._off_s = 0.0  # how far the newest tick lay from where it was due
        self._received_s = 0.0
        self._least_offset = float("inf")
        self._seen: deque[tuple[int, int, float]] = deque(maxlen=self._params.remember)
        self._gaps: deque[_Gap] = deque(maxlen=self._params.remember)
        self._suspect: Arrived | None = None

    @property
    def end_s(self) -> float:
        """Where the next sample is due."""
        return self._end_s

    def regular(
        self, sequence: int, tick: int, received_s: float, period_s: float, period_error: float
    ) -> tuple[float, float] | None:
        """Where a notification starts and is due, if it plainly follows the newest; else None.

        What ``place`` would say of it, at a third of the cost: nearly every one is such.
        """
        if self._tick is None or (sequence - self._sequence) % SEQUENCE_MODULUS != 1:
            return None
        step = (tick - self._tick) % TICK_MODULUS
        if step > _HALF_TICKS or received_s - self._received_s > self._params.silent_s:
            return None
        start_s = (self._tick + step) / TICKS_PER_SECOND
        span_s = self._end_s - self._start_s
        due_s = self._start_s + span_s
        slack_s = min(self._params.tick_s, 0.5 * period_s)
        if span_s > 0 and abs(start_s - due_s) <= slack_s + self._off_s + period_error * span_s:
            return start_s, due_s
        return None

    def place(self, arrived: Arrived, period_s: float, period_error: float) -> Placed:
        """Say where a notification belongs; follow with ``accept`` where it is used as the newest.

        ``period_error`` is the ratio by which ``period_s`` may be wrong.
        """
        if self._tick is None:
            start_s = arrived.tick / TICKS_PER_SECOND
            return Placed(Place.NEXT, start_s, start_s, arrived.sequence)
        start_s = self._unwrap(self._tick, arrived) / TICKS_PER_SECOND
        slack_s = min(self._params.tick_s, 0.5 * period_s)
        jump = (arrived.sequence - self._sequence) % SEQUENCE_MODULUS
        length_s = self._end_s - self._start_s
        # Each is as long as the newest; or as the one before it, when the newest was cut short.
        spans_s = (length_s, max(length_s, self._length_before_s))
        for span_s in () if arrived.edge_timed else spans_s:
            wraps = round(((start_s - self._start_s) / span_s - jump) / SEQUENCE_MODULUS)
            steps = jump + wraps * SEQUENCE_MODULUS
            due_s = self._start_s + steps * span_s
            drift_s = period_error * steps * span_s
            if steps > 0 and abs(start_s - due_s) <= slack_s + self._off_s + drift_s:
                contiguous = steps == 1 and span_s == length_s
                if not contiguous and self._impossible(
                    arrived, start_s, self._params.ahead_agreed_s
                ):
                    break
                gap = not contiguous and start_s > self._end_s + 0.5 * period_s
                lost = steps - 1 if gap else 0
                return Placed(Place.NEXT, start_s, due_s, arrived.sequence, gap, lost, contiguous)
        if abs(start_s - self._end_s) <= slack_s:
            sequence = (self._sequence + 1) % SEQUENCE_MODULUS
            return Placed(Place.NEXT, start_s, self._end_s, sequence)
        if start_s < self._end_s:
            return self._older(arrived, start_s, period_s, slack_s)
        reason = self._impossible(arrived, start_s, self._params.ahead_s)
        silent_s = arrived.received_s - self._received_s
        stopped = arrived.relinked and self._may_have_stopped(arrived, start_s, period_s, slack_s)
        if not reason and (arrived.free or stopped or silent_s > self._params.silent_s):
            return self._ahead(arrived, start_s, period_s)
        return self._suspected(arrived, start_s, period_s, reason)

    def accept(self, arrived: Arrived, placed: Placed, samples_s: float) -> None:
        """Take a notification as the newest; ``samples_s`` again, by what its tick taught."""
        if placed.place is Place.RESTART:
            self.restart()
        if placed.gap:
            after = (self._sequence + 1) % SEQUENCE_MODULUS
            self._gaps.append(_Gap(self._end_s, placed.start_s, after, placed.lost_packets))
        self.advance(
            placed.sequence,
            arrived.tick,
            arrived.received_s,
            placed.start_s,
            placed.due_s,
            samples_s,
        )
        self._seen[-1] = (arrived.sequence, arrived.tick, arrived.received_s)

    def advance(
        self,
        sequence: int,
        tick: int,
        received_s: float,
        start_s: float,
        due_s: float,
        samples_s: float,
    ) -> None:
        """Go on from a notification that starts there and was due there."""
        params = self._params
        # Comparisons instead of min and max: this runs for every packet.
        silent_s = received_s - self._received_s
        drift_s = params.ahead_rate * silent_s if silent_s > 0.0 else 0.0
        end_s = start_s + samples_s
        off_s = abs(start_s - due_s)
        self._length_before_s = samples_s if self._tick is None else self._end_s - self._start_s
        self._tick = round(start_s * TICKS_PER_SECOND)
        self._sequence = sequence
        self._off_s = off_s if off_s < params.tick_s else params.tick_s
        self._start_s = start_s
        self._end_s = end_s
        self._received_s = received_s
        least, offset = self._least_offset + drift_s, received_s - end_s
        self._least_offset = offset if offset < least else least
        self._seen.append((sequence, tick, received_s))
        self._suspect = None

    def _unwrap(self, newest: int, arrived: Arrived) -> int:
        step = (arrived.tick - newest + _HALF_TICKS) % TICK_MODULUS - _HALF_TICKS
        silent = (arrived.received_s - self._received_s) * TICKS_PER_SECOND
        if silent > 0.25 * TICK_MODULUS:
            # A silence of many minutes may span whole wraps: let the arrivals say how many.
            step += TICK_MODULUS * round((silent - step) / TICK_MODULUS)
        return newest + step

    def _impossible(self, arrived: Arrived, start_s: float, ahead_s: float) -> str:
        """Why the tick cannot be true; it may be late by any queue, but hardly early."""
        silent_s = max(arrived.received_s - self._received_s, 0.0)
        offset_s = arrived.received_s - start_s - arrived.samples_s
        early_s = self._least_offset - offset_s
        if early_s > ahead_s + self._params.ahead_rate * silent_s:
            return f"its tick runs {early_s:.3f} s ahead of any likely arrival"
        if -early_s > self._params.behind_s:
            return f"its tick lies {-early_s:.0f} s back"
        return ""

    def _ahead(self, arrived: Arrived, start_s: float, period_s: float) -> Placed:
        """Next after a gap of which only ticks and arrivals tell."""
        lost = (arrived.sequence - self._sequence - 1) % SEQUENCE_MODULUS
        if arrived.edge_timed:
            gap = lost > 0 or start_s > self._end_s + 1.5 * period_s
            return Placed(Place.NEXT, start_s, start_s, arrived.sequence, gap, lost)
        gap = start_s > self._end_s + 0.5 * period_s
        # No more notifications than samples can be missing.
        lost = lost if lost <= round((start_s - self._end_s) / period_s) else 0
        return Placed(Place.NEXT, start_s, start_s, arrived.sequence, gap, lost if gap else 0)

    def _may_have_stopped(
        self, arrived: Arrived, start_s: float, period_s: float, slack_s: float
    ) -> bool:
        """Whether all that was numbered meanwhile fits before it, a sample each at least.

        Without a link the MTU is the smallest, and notifications are as short as it makes them.
        """
        numbered = (arrived.sequence - self._sequence - 1) % SEQUENCE_MODULUS
        return start_s >= self._end_s + numbered * period_s - slack_s

    def _suspected(
        self, arrived: Arrived, start_s: float, period_s: float, impossible: str
    ) -> Placed:
        """Believe a second notification that bears out the first: samples dropped, or a restart."""
        before, self._suspect = self._suspect, arrived
        if before is not None and self._bear_out(before, arrived, period_s):
            if start_s >= self._end_s and not impossible:
                return self._ahead(arrived, start_s, period_s)
            start_s = arrived.tick / TICKS_PER_SECOND
            return Placed(Place.RESTART, start_s, start_s, arrived.sequence)
        reason = impossible or "its tick is not where its sequence puts it"
        return Placed(Place.IMPOSSIBLE, start_s, start_s, arrived.sequence, reason=reason)

    def _bear_out(self, before: Arrived, arrived: Arrived, period_s: float) -> bool:
        jump = (arrived.sequence - before.sequence) % SEQUENCE_MODULUS
        apart_s = ((arrived.tick - before.tick) % TICK_MODULUS) / TICKS_PER_SECOND
        off_s = abs(apart_s - jump * before.samples_s)
        near = off_s <= 0.5 * period_s + 0.05 * apart_s or (arrived.free and apart_s < 1.0)
        return 0 < jump < self._params.restart_jump and near

    def _older(self, arrived: Arrived, start_s: float, period_s: float, slack_s: float) -> Placed:
        sequence = arrived.sequence
        for seen in self._seen:
            if seen[:2] == (sequence, arrived.tick) and (
                arrived.resent or arrived.received_s - seen[2] <= self._params.repeat_s
            ):
                return Placed(Place.REPEATED, start_s, start_s, sequence)
        reason = self._impossible(arrived, start_s, self._params.ahead_s)
        for gap in () if reason else self._gaps:
            nth = (sequence - gap.sequence) % SEQUENCE_MODULUS
            if nth >= gap.packets:
                continue
            due_s = gap.from_s + (gap.to_s - gap.from_s) * nth / gap.packets
            end_s = start_s + arrived.samples_s
            # Where notifications were of one length, each has its place; else a sample each fits.
            least_s = 0.0 if arrived.free else period_s
            from_s = gap.from_s + nth * least_s
            to_s = gap.to_s - (gap.packets - nth - 1) * least_s
            length_s = gap.packets * arrived.samples_s
            even = not arrived.free and abs(gap.to_s - gap.from_s - length_s) <= arrived.samples_s
            fits = from_s - slack_s <= start_s and end_s <= to_s + slack_s
            if fits and (not even or abs(start_s - due_s) <= slack_s):
                self._gaps.remove(gap)
                self._gaps.append(_Gap(gap.from_s, start_s, gap.sequence, nth))
                after = (sequence + 1) % SEQUENCE_MODULUS
                self._gaps.append(_Gap(end_s, gap.to_s, after, gap.packets - nth - 1))
                self._seen.append((sequence, arrived.tick, arrived.received_s))
                return Placed(Place.LATE, start_s, start_s, sequence)
        reason = reason or "its samples overlap samples that already came"
        if arrived.resent:
            return Placed(Place.IMPOSSIBLE, start_s, start_s, sequence, reason=reason)
        return self._suspected(arrived, start_s, period_s, reason)
