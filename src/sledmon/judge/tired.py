"""How much velocity an athlete has lost to fatigue by now, for advice alone (METHODS.md)."""

import math
from dataclasses import dataclass

from sledmon.judge.belief import Belief
from sledmon.judge.params import JudgeParams
from sledmon.results import Measured

_NONE = Measured(0.0, 0.0)


@dataclass(slots=True)
class Tiredness:
    """Loss that grows with every rep of a set and goes back by half between sets."""

    params: JudgeParams
    start: Measured = _NONE
    """At the beginning of the set, against fresh."""
    growth: Measured = _NONE
    """With every rep of this set."""
    set_number: int | None = None
    reps: int = 0

    @property
    def now(self) -> Measured:
        """Velocity lost by the last rep, a ratio."""
        before = self.reps - 1
        return Measured(
            self.start.value + before * self.growth.value,
            math.hypot(self.start.sigma, before * self.growth.sigma),
        )

    def add(self, set_number: int, same_load_reps: int, two_reps_loss: Belief) -> None:
        """Take one more rep of a set: how many there were at its load, and what they lost."""
        if set_number != self.set_number:
            if self.set_number is not None:
                kept = self.params.kept_between_sets
                left, doubt = kept * self.now.value, kept * self.now.sigma
                self.start = Measured(left, math.hypot(doubt, 0.5 * left))
            self.set_number, self.reps = set_number, 0
        self.reps += 1
        self.growth = self.params.usual_growth
        if two_reps_loss:
            # The middle of the last two lies k - 2 reps behind the middle of the first two.
            loss, apart = two_reps_loss.measured, same_load_reps - 2
            seen = Belief.of([(1.0, loss.value / apart, loss.sigma / apart)])
            self.growth = seen.given(self.params.usual_growth).measured
