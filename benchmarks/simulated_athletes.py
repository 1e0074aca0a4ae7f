"""Athletes, sleds and sessions as rep results, drawn with known truth, for `benchmarks.verdicts`.

Nothing of sensors is simulated: a rep is its window velocity with the error that the estimator
states, and its velocity curve. Population, in one place:

=====================  ===========================================================================
unresisted velocity    3.8-5.4 m/s over the window
rep-to-rep CV          given; normal
sled, plates           7-20 kg, 0, 5, 10 or 20 lb
friction               0.2-0.6 at 15 kg, a tenth less with every doubling (Andre 2013)
athlete                60-100 kg, pushes 4.5-6.5 N/kg at standstill, velocity falls linearly
decrement              strap at 12 degrees; 1.0-1.1 times what the steady pull gives (inertia)
fatigue                velocity lost with every rep: log-normal, median 0.7 %, two athletes in three
                       within a factor of 2.7, at most 5 %; 60 % is recovered between sets
session                3 to 5 unresisted reps, then 4 sets of 6 reps, each at one load
measurement            0.1-0.5 % of velocity, stated as it is
curve                  scatters by 0.5 % from point to point, its ends by another 0.5 %
=====================  ===========================================================================

Truth is the expected decrement of a rep: of this athlete, sled and fatigue, without the rep's own
luck, against the mean of what was expected of the unresisted reps. Expected loss is against the
mean of what was expected of the first two reps at that load.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from sledmon.results import Conditions, CurvePoint, Estimates, Measured, Rep, WindowVelocity
from sledmon.units import pounds_to_kilograms

LOADS_LB = (0.0, 5.0, 10.0, 20.0)
SETS, REPS_A_SET = 4, 6
DISTANCE_M = 9.144
_SHAPE = 1.0 - 0.62 * np.exp(-np.arange(1, 11) / 3.2)
_SHAPE /= np.mean(_SHAPE[5:])


@dataclass(frozen=True, kw_only=True, slots=True)
class Athlete:
    """One athlete with a sled on a surface, today."""

    cv: float
    free_mps: float
    mass_kg: float
    force_npkg: float
    sled_kg: float
    friction: float
    inertia: float
    fatigue: float
    """Velocity lost with every rep, a ratio."""

    def decrement(self, load_kg: float) -> float:
        """Expected decrement of a fresh rep."""
        total_kg = self.sled_kg + load_kg
        friction = self.friction * (total_kg / 15.0) ** math.log2(0.9)
        angle = math.radians(12.0)
        pull_n = (
            friction * total_kg * 9.81 * math.cos(angle)
            / (math.cos(angle) + friction * math.sin(angle))
        )  # fmt: skip
        return float(self.inertia * pull_n / (self.force_npkg * self.mass_kg))

    def load_for(self, decrement: float) -> float:
        """Plates at which a fresh rep has a decrement; may be negative. By halving."""
        low, high = -self.sled_kg + 0.01, 400.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.decrement(middle) < decrement else (low, middle)
        return low


def draw_athlete(rng: np.random.Generator, cv: float) -> Athlete:
    """One of the population."""
    return Athlete(
        cv=cv,
        free_mps=rng.uniform(3.8, 5.4),
        mass_kg=rng.uniform(60.0, 100.0),
        force_npkg=rng.uniform(4.5, 6.5),
        sled_kg=rng.uniform(7.0, 20.0),
        friction=rng.uniform(0.2, 0.6),
        inertia=rng.uniform(1.0, 1.1),
        fatigue=min(0.05, 0.007 * math.exp(rng.standard_normal())),
    )


@dataclass(kw_only=True, slots=True)
class Run:
    """Reps as they come, with what is true of each."""

    athlete: Athlete
    rng: np.random.Generator
    reps: list[Rep] = field(default_factory=list)
    expected: list[float] = field(default_factory=list)
    """Expected velocity by rep, as a ratio of the fresh unresisted one."""
    tired: float = 0.0
    """Velocity lost to fatigue by now, a ratio."""

    def rep(
        self,
        load_kg: float | None,
        set_number: int,
        *,
        decrement: float = math.nan,
        shape: np.ndarray | None = None,
        trust: str = "good",
        slack_s: float = math.nan,
        cost: float = 0.0,
        seen: float = 1.0,
    ) -> Rep:
        """One more rep; ``load_kg`` None: unresisted. ``decrement`` instead of the athlete's own.

        ``shape`` multiplies the curve; ``cost`` is what it takes off the window velocity. ``seen``
        is what a sensor in trouble makes of velocity, a ratio.
        """
        athlete, rng = self.athlete, self.rng
        if math.isnan(decrement):
            decrement = 0.0 if load_kg is None else athlete.decrement(load_kg)
        expected = 1.0 - (1.0 - decrement) * (1.0 - self.tired)
        self.expected.append(1.0 - expected)
        sigma = rng.uniform(0.001, 0.005)
        luck = (1.0 + athlete.cv * rng.standard_normal()) * (1.0 + sigma * rng.standard_normal())
        velocity = athlete.free_mps * (1.0 - expected) * (1.0 - cost) * luck * seen
        curve = velocity / (1.0 - cost) * _SHAPE * (1.0 + 0.005 * rng.standard_normal(10))
        curve *= 1.0 + 0.005 * rng.standard_normal() * np.linspace(-1.0, 1.0, 10)
        if shape is not None:
            curve = curve * shape
        measured = Measured(velocity, velocity * sigma)
        number = len(self.reps) + 1
        estimates = Estimates(
            start_s=60.0 * number,
            end_s=60.0 * number + 2.5,
            complete=True,
            splits=(),
            mean_velocity_mps=measured,
            window=WindowVelocity(from_m=4.572, to_m=DISTANCE_M, velocity_mps=measured),
            peak_velocity_mps=measured,
            curve=tuple(
                CurvePoint(
                    distance_m=DISTANCE_M * k / 10,
                    velocity_mps=Measured(float(value), float(value) * 0.005),
                )
                for k, value in enumerate(curve, 1)
            ),
            slack_s=slack_s,
            trust=trust,
        )
        unresisted = load_kg is None
        conditions = Conditions(
            set_number=set_number,
            unresisted=unresisted,
            load_kg=load_kg or 0.0,
            sled_kg=0.0 if unresisted else athlete.sled_kg,
            surface="turf",
            distance_m=DISTANCE_M,
        )
        self.reps.append(
            Rep(number=number, conditions=conditions, estimates=estimates, start_rule="")
        )
        self.tired = 1.0 - (1.0 - self.tired) * (1.0 - athlete.fatigue)
        return self.reps[-1]

    def expected_decrement(self, index: int) -> float:
        """Decrement expected of a rep against its athlete's unresisted ones."""
        free = [
            e for e, rep in zip(self.expected, self.reps, strict=True) if rep.conditions.unresisted
        ]
        return float(1.0 - self.expected[index] / np.mean(free))

    def expected_loss(self, index: int, *, in_set: bool) -> float:
        """Loss expected of a rep against its first two at the same load, in set or session."""
        here = self.reps[index].conditions
        same = [
            i
            for i, rep in enumerate(self.reps[: index + 1])
            if rep.conditions.resistance_kg == here.resistance_kg
            and (not in_set or rep.conditions.set_number == here.set_number)
        ]
        return float(1.0 - self.expected[index] / np.mean([self.expected[i] for i in same[:2]]))


def session(athlete: Athlete, rng: np.random.Generator) -> Run:
    """A whole session of the population."""
    run = Run(athlete=athlete, rng=rng)
    for _ in range(int(rng.integers(3, 6))):
        run.rep(None, 1)
    run.tired *= 0.4
    for number in range(2, SETS + 2):
        load_kg = pounds_to_kilograms(float(rng.choice(LOADS_LB)))
        for _ in range(REPS_A_SET):
            run.rep(load_kg, number)
        run.tired *= 0.4
    return run
