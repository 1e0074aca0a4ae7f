"""What one athlete has shown so far over one distance: the memory of a judgement."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sledmon.judge.advice import after_change
from sledmon.judge.baseline import Unresisted, best_two
from sledmon.judge.belief import Belief
from sledmon.judge.loss import Losses
from sledmon.judge.params import JudgeParams
from sledmon.judge.shape import ShapeLog
from sledmon.judge.tired import Tiredness
from sledmon.judge.variation import Variation, VariationLog
from sledmon.results import UNKNOWN, Measured, Rep

Pull = tuple[float, str]
NO_SURFACE = "another surface"
_RECENT = 4
"""Reps that advice looks back on: enough to even out luck, few enough to know fatigue."""


class _Pulled(NamedTuple):
    """One loaded rep's decrement, as advice needs it."""

    resistance_kg: float
    set_number: int
    surface: str
    decrement: Measured
    """Its sigma is that of the rep alone."""


def is_valid(rep: Rep) -> bool:
    """Whether a rep may teach anything about its athlete."""
    return (
        rep.estimates.complete
        and not rep.excluded
        and rep.estimates.trust != "poor"
        and rep.estimates.window.velocity_mps.known
    )


def who(rep: Rep) -> tuple[str, float]:
    """Whose own a rep is compared with: the athlete's over the same distance."""
    return rep.conditions.athlete, round(rep.conditions.distance_m, 6)


def resistance_of(rep: Rep) -> float:
    """Sled and plates to 0.1 kg: 20 lb are typed as 9.07 or 9.1 kg."""
    return round(rep.conditions.resistance_kg, 1)


def pull_of(rep: Rep) -> Pull:
    """What an athlete pulls over what: reps are alike where both are."""
    return resistance_of(rep), rep.conditions.surface


@dataclass(slots=True)
class Stream:
    """An athlete over one distance. Unresisted reps are known from the start, others as they come.

    So a later unresisted rep changes earlier verdicts, as contract.md has it; a later loaded one
    never does.
    """

    params: JudgeParams
    unresisted: dict[str, list[Measured]] = field(default_factory=dict)
    """By surface."""
    variation_log: VariationLog = field(default_factory=VariationLog)
    shapes: ShapeLog = field(default_factory=ShapeLog)
    in_set: dict[tuple[int, Pull], Losses] = field(default_factory=dict)
    in_session: dict[Pull, Losses] = field(default_factory=dict)
    loaded: list[_Pulled] = field(default_factory=list)
    tired: Tiredness = field(init=False)
    _own: dict[str, Unresisted | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tired = Tiredness(self.params)

    @classmethod
    def of(cls, reps: Iterable[Rep], params: JudgeParams) -> "Stream":
        """Begin with all unresisted reps of a session."""
        stream = cls(params)
        for rep in reps:
            if rep.conditions.unresisted and is_valid(rep):
                velocity = rep.estimates.window.velocity_mps
                stream.unresisted.setdefault(rep.conditions.surface, []).append(velocity)
                stream.variation_log.add(pull_of(rep), velocity, params.strange_step)
        return stream

    def own_baseline(self, surface: str) -> Unresisted | None:
        """From this session's unresisted reps on the same surface, else on any, with a wider error.

        None where there are too few.
        """
        if surface not in self._own:
            self._own[surface] = self._find_baseline(surface)
        return self._own[surface]

    def _find_baseline(self, surface: str) -> Unresisted | None:
        least = self.params.least_baseline_reps
        same = best_two(self.unresisted.get(surface, []), least_reps=least)
        if same is not None or not self.unresisted:
            return same
        most = max(self.unresisted, key=lambda name: (len(self.unresisted[name]), name))
        other = best_two(self.unresisted[most], least_reps=least)
        widened = self.params.foreign_surface
        return other and replace(other, widened=widened, note=most or NO_SURFACE)

    def variation(self) -> Variation:
        """The athlete's rep-to-rep variation as known now."""
        return self.variation_log.variation(self.params)

    def decrement(self, velocity: Measured, baseline: Unresisted, variation: Variation) -> Belief:
        """Decrement of one rep: positive is slower than unresisted."""
        parts = []
        for weight, cv in variation.parts:
            free = baseline.at(cv)
            ratio = velocity.value / free.value
            own = math.hypot(cv, velocity.sigma / velocity.value)
            parts.append((weight, 1.0 - ratio, ratio * math.hypot(own, free.sigma / free.value)))
        return Belief.of(parts)

    def losses(self, rep: Rep) -> tuple[Losses, Losses]:
        """In the set and in the session, at this rep's resistance and on its surface."""
        pull = pull_of(rep)
        return (
            self.in_set.setdefault((rep.conditions.set_number, pull), Losses()),
            self.in_session.setdefault(pull, Losses()),
        )

    def pulled(self, rep: Rep, decrement: Measured, variation: Variation) -> None:
        """Remember a loaded rep for advice."""
        velocity, conditions = rep.estimates.window.velocity_mps, rep.conditions
        cv = variation.measured.value
        own = (1.0 - decrement.value) * math.hypot(cv, velocity.sigma / velocity.value)
        self.loaded.append(
            _Pulled(
                conditions.resistance_kg,
                conditions.set_number,
                conditions.surface,
                Measured(decrement.value, own),
            )
        )
        in_set = self.losses(rep)[0]
        self.tired.add(conditions.set_number, len(in_set.velocities), in_set.of_last_two(variation))

    def next_decrement(self, rep: Rep, baseline: Unresisted, variation: Variation) -> Measured:
        """Expected of the next rep at this load, from the latest loaded ones of this set."""
        conditions, params = rep.conditions, self.params
        alike = [
            each
            for each in self.loaded
            if (each.set_number, each.surface) == (conditions.set_number, conditions.surface)
        ][-_RECENT:]
        if not alike:
            return UNKNOWN
        tired, to_kg = self.tired, conditions.resistance_kg
        rows = []
        for reps_ago, each in enumerate(reversed(alike), 1):
            here = after_change(each.decrement, tired.now, each.resistance_kg, to_kg, params)
            rows.append((1.0 / here.sigma**2, here.value, reps_ago))
        weight = sum(row[0] for row in rows)
        age = sum(row[0] * row[2] for row in rows) / weight
        value = sum(row[0] * row[1] for row in rows) / weight + age * tired.growth.value
        free = baseline.at(variation.measured.value)
        common = (1.0 - value) * free.sigma / free.value
        sigma = math.hypot(math.sqrt(1.0 / weight), common, age * tired.growth.sigma)
        return Belief.of([(1.0, value, sigma)]).given(params.usual_decrement).measured


def missing_for_baseline(reps: Iterable[Rep], like: Rep, params: JudgeParams | None = None) -> int:
    """How many more unresisted reps make a baseline for a rep's athlete over its distance."""
    params = params or JudgeParams()
    stream = Stream.of((rep for rep in reps if who(rep) == who(like)), params)
    most = max((len(velocities) for velocities in stream.unresisted.values()), default=0)
    return max(0, params.least_baseline_reps - most)


def streams_of(reps: Sequence[Rep], params: JudgeParams) -> dict[tuple[str, float], Stream]:
    """A stream for every athlete and distance, with its unresisted reps in it."""
    mine: dict[tuple[str, float], list[Rep]] = {}
    for rep in reps:
        mine.setdefault(who(rep), []).append(rep)
    return {key: Stream.of(own, params) for key, own in mine.items()}
