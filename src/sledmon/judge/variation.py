"""How much an athlete differs from rep to rep, learnt from this session's own reps (METHODS.md)."""

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from sledmon.judge.params import JudgeParams
from sledmon.results import Measured

_STEPS = 9
_REACH = 3.0  # of the prior's standard deviations


class Variation(NamedTuple):
    """Every CV that may be true, with its weight."""

    parts: tuple[tuple[float, float], ...]
    """(weight, CV)."""

    @property
    def measured(self) -> Measured:
        """Mean and standard deviation of the CV, ratios."""
        mean = sum(weight * cv for weight, cv in self.parts)
        return Measured(mean, math.sqrt(sum(w * (cv - mean) ** 2 for w, cv in self.parts)))


@dataclass(slots=True)
class _Group:
    """Reps at one resistance, in order."""

    last: float
    differences: int = 0
    squares: float = 0.0

    @property
    def freedom(self) -> float:
        """Degrees of freedom of the mean squared difference of k + 1 reps in a row."""
        k = self.differences
        return 2.0 * k * k / (3.0 * k - 1.0) if k else 0.0


@dataclass(slots=True)
class VariationLog:
    """Differences between one rep and the next at the same resistance.

    Differences rather than deviations from a mean: fatigue comes slowly and is not variation.
    """

    groups: dict[Hashable, _Group] = field(default_factory=dict)
    measured_squares: float = 0.0
    reps: int = 0

    def add(self, group: Hashable, velocity: Measured, strange_step: float) -> None:
        """Take one more valid rep at a resistance."""
        log_velocity = math.log(velocity.value)
        self.measured_squares += (velocity.sigma / velocity.value) ** 2
        self.reps += 1
        before = self.groups.get(group)
        if before is None:
            self.groups[group] = _Group(log_velocity)
            return
        difference = log_velocity - before.last
        before.last = log_velocity
        if abs(difference) <= strange_step:
            before.differences += 1
            before.squares += difference**2

    def variation(self, params: JudgeParams) -> Variation:
        """What these reps say, with what is usual for athletes; see METHODS.md."""
        freedom = squares = 0.0
        for group in self.groups.values():
            if group.differences:
                freedom += group.freedom
                squares += group.freedom * group.squares / (2.0 * group.differences)
        measured = self.measured_squares / self.reps if self.reps else 0.0
        return learnt(freedom, squares, measured, params)


def learnt(freedom: float, squares: float, measured: float, params: JudgeParams) -> Variation:
    """Weigh every CV by how well it explains what was seen.

    Parameters
    ----------
    freedom : float
        Degrees of freedom of ``squares``; 0 where nothing was seen.
    squares : float
        Sum of squares of relative velocity, so that ``squares / freedom`` estimates its variance.
    measured : float
        Mean squared measurement error of relative velocity, which is in ``squares`` too.
    params : JudgeParams
        What is usual: log-normal about ``rep_cv``.

    Returns
    -------
    Variation
        Nine CVs and their weights.

    Examples
    --------
    >>> usual = learnt(0.0, 0.0, 0.0, JudgeParams()).measured
    >>> after_20 = learnt(20.0, 20.0 * 0.01**2, 0.0, JudgeParams()).measured
    >>> round(usual.value, 3), round(after_20.value, 3)
    (0.02, 0.011)
    """
    factor = math.log(params.rep_cv_factor)
    logs: list[tuple[float, float]] = []
    for step in range(_STEPS):
        z = _REACH * (2.0 * step / (_STEPS - 1) - 1.0)
        cv = params.rep_cv * math.exp(z * factor)
        variance = cv**2 + measured
        seen = -0.5 * freedom * math.log(variance) - 0.5 * squares / variance
        logs.append((seen - 0.5 * z * z, cv))
    top = max(log for log, _ in logs)
    weights = [(math.exp(log - top), cv) for log, cv in logs]
    total = sum(weight for weight, _ in weights)
    return Variation(tuple((weight / total, cv) for weight, cv in weights))
