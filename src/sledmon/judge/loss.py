"""Velocity lost since the first reps at the same resistance (METHODS.md)."""

import math
from dataclasses import dataclass, field

from sledmon.judge.belief import Belief
from sledmon.judge.variation import Variation
from sledmon.results import Measured

_BEST_OF_TWO = 1.0 / math.sqrt(math.pi)  # mean of the larger of two normal draws
_VARIANCE = 1.0 - 1.0 / math.pi  # its variance
# Variance of the mean of the last two reps less the larger of the first two, and of one rep less
# it, by how many reps there are; with two or three of them some are the same reps.
_TWO_REPS = {3: _VARIANCE, 4: 0.5 + _VARIANCE}
_ONE_REP = {2: _VARIANCE, 3: 1.0 + _VARIANCE}


@dataclass(slots=True)
class Losses:
    """Valid reps in a row at one resistance, in a set or in a session."""

    velocities: list[Measured] = field(default_factory=list)
    sets: list[int] = field(default_factory=list)
    """Set of each."""

    def add(self, velocity: Measured, set_number: int) -> None:
        """Take one more valid rep."""
        self.velocities.append(velocity)
        self.sets.append(set_number)

    def forget_last(self) -> None:
        """Take the last one back."""
        self.velocities.pop()
        self.sets.pop()

    def of_last(self, variation: Variation) -> Belief:
        """Loss of the last rep against the better of the first two; empty for the first one."""
        reps = len(self.velocities)
        if reps < 2:
            return Belief()
        return self._against_best(self.velocities[-1:], _ONE_REP[min(reps, 3)], variation)

    def of_last_two(self, variation: Variation) -> Belief:
        """Mean loss of the last two reps of one set; empty before the third rep of all.

        Rest between sets takes fatigue back: reps on both sides of it do not speak of one state.
        """
        reps = len(self.velocities)
        if reps < 3 or self.sets[-1] != self.sets[-2]:
            return Belief()
        return self._against_best(self.velocities[-2:], _TWO_REPS[min(reps, 4)], variation)

    def of_one_before(self, variation: Variation) -> Belief:
        """Loss of the rep before the last one."""
        return Losses(self.velocities[:-1], self.sets[:-1]).of_last(variation)

    def _against_best(self, now: list[Measured], variance: float, variation: Variation) -> Belief:
        first = max(self.velocities[:2])
        mean = sum(velocity.value for velocity in now) / len(now)
        error = math.hypot(*(velocity.sigma / velocity.value for velocity in (*now, first)))
        error /= math.sqrt(len(now))
        parts = []
        for weight, cv in variation.parts:
            scatter = math.hypot(cv, first.sigma / first.value)
            ratio = mean / first.value * (1.0 + _BEST_OF_TWO * scatter)
            sigma = ratio * math.hypot(math.sqrt(variance) * cv, error)
            parts.append((weight, 1.0 - ratio, sigma))
        return Belief.of(parts)
