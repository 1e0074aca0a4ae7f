"""The shape of one rep's velocity curve against the athlete's own (METHODS.md)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from sledmon.judge.params import JudgeParams
from sledmon.results import NAN, UNKNOWN, CurvePoint, Measured

_USUAL_REPS = 4.0
"""The usual scatter of the last quarter counts as much as so many reps."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """Where a rep differs from the athlete's own curve; ratios, positive is slower."""

    within_rep_drop: Measured = UNKNOWN
    """What fell away in the last quarter, against the quarter before it."""
    valley: float = NAN
    """Deepest dip that was made good again."""
    valley_cost: float = 0.0
    """What dips took off the window velocity."""
    late_start: float = NAN
    """How much slower the beginning was than the end."""
    late_start_cost: float = 0.0
    """What a start that was never made good took off the window velocity."""


@dataclass(slots=True)
class _Own:
    """Curves of one athlete's valid reps at one resistance."""

    logs: list[list[float]] = field(default_factory=list)

    @property
    def mean(self) -> list[float]:
        return [sum(column) / len(self.logs) for column in zip(*self.logs, strict=True)]


@dataclass(slots=True)
class ShapeLog:
    """Valid curves so far, by resistance."""

    own: dict[float, _Own] = field(default_factory=dict)
    squares: float = 0.0
    """Of last quarters about the mean of those before them at the same resistance."""
    freedom: float = 0.0

    def add(self, resistance_kg: float, curve: Sequence[CurvePoint]) -> None:
        """Take one more valid rep; one that was not seen whole says nothing."""
        logs = _logs(curve)
        if not logs:
            return
        own = self.own.setdefault(resistance_kg, _Own())
        if own.logs:
            n = len(own.logs)
            self.squares += (_late(logs) - _late(own.mean)) ** 2 * n / (n + 1)
            self.freedom += 1.0
        own.logs.append(logs)

    def shape(
        self, resistance_kg: float, curve: Sequence[CurvePoint], params: JudgeParams
    ) -> Shape:
        """How a rep differs from the athlete's other ones, best from those at the same resistance.

        Without any, or with a rep that was not seen whole, nothing is known.
        """
        logs = _logs(curve)
        same = self.own.get(resistance_kg)
        own = same or self.own.get(0.0) or next(iter(self.own.values()), None)
        if not logs or own is None:
            return Shape()
        other_load = own is not same
        off = [now - usual for now, usual in zip(logs, own.mean, strict=True)]
        variance = (_USUAL_REPS * params.late_ratio_sd**2 + self.squares) / (
            _USUAL_REPS + self.freedom
        )
        sigma = math.sqrt(variance * (1.0 + 1.0 / len(own.logs)))
        if other_load:
            sigma = math.hypot(sigma, params.other_load_ratio_sd)
        valley, valley_cost = _valley(off)
        late_start, late_cost = _late_start(off)
        if not other_load:
            # At the same load the athlete's own level is known, not only how the rep ended.
            late_cost = max(late_cost, min(late_start, -_mean(off[_WINDOW])))
        least = params.other_load_late_start if other_load else params.least_late_start
        ratio = math.exp(_late(logs) - _late(own.mean))
        return Shape(
            within_rep_drop=Measured(1.0 - ratio, ratio * sigma),
            valley=valley,
            valley_cost=valley_cost if valley >= params.least_valley else 0.0,
            late_start=late_start,
            late_start_cost=late_cost if late_start >= least else 0.0,
        )


def _logs(curve: Sequence[CurvePoint]) -> list[float]:
    """Logarithms of velocity; empty unless the whole curve was seen."""
    if len(curve) < _POINTS or any(not point.velocity_mps.value > 0 for point in curve):
        return []
    return [math.log(point.velocity_mps.value) for point in curve]


_POINTS = 10
_FIRST = slice(0, 2)
_WINDOW = slice(5, 10)
_BEFORE = slice(5, 8)
_LAST = slice(8, 10)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _late(logs: Sequence[float]) -> float:
    """The last quarter against the one before it."""
    return _mean(logs[_LAST]) - _mean(logs[_BEFORE])


def _valley(off: Sequence[float]) -> tuple[float, float]:
    """Depth of the deepest dip below both its shoulders, and what dips cost in the window."""
    deepest = 0.0
    costs = []
    for i in range(1, _POINTS - 1):
        left = max(range(1, i + 1), key=off.__getitem__)
        right = max(range(i, _POINTS), key=off.__getitem__)
        if left == right:
            level = off[i]
        else:
            level = off[left] + (off[right] - off[left]) * (i - left) / (right - left)
        deepest = max(deepest, min(off[left], off[right]) - off[i])
        costs.append(max(0.0, level - off[i]))
    return deepest, sum(costs[_WINDOW.start - 1 :]) / (_POINTS - _WINDOW.start)


def _late_start(off: Sequence[float]) -> tuple[float, float]:
    """How much slower the first fifth was than the last, and what of it was left in the window."""
    end = _mean(off[_LAST])
    return end - _mean(off[_FIRST]), _mean([max(0.0, end - each) for each in off[_WINDOW]])
