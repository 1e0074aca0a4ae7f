"""What to do next, in the user's own plates (METHODS.md)."""

import math
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

from sledmon.judge.params import JudgeParams
from sledmon.plan import Plan
from sledmon.results import Conditions, Measured

_STANDARD = NormalDist()
_LEAST_RATIO = 0.01
_ABOUT_KG = 0.05
"""Plates are typed as 9.07 or 9.1 kg for 20 lb."""


class Advice(NamedTuple):
    """One thing to do."""

    kind: str
    """A key of ``wording.ADVICE``."""
    mass_kg: float = math.nan
    seconds: float = math.nan


def zone_limits(plan: Plan, athlete: str) -> tuple[float, float]:
    """Decrements between which the plan's target zone lies.

    >>> zone_limits(Plan(target="transition"), "Ann")
    (0.1, 0.25)
    """
    lines = plan.lines_of(athlete)
    return {
        "speed": (-math.inf, lines.speed),
        "transition": (lines.speed, lines.strength),
        "strength": (lines.strength, math.inf),
    }[plan.target]


def plates_advice(
    decrement: Measured, tired: Measured, conditions: Conditions, plan: Plan, params: JudgeParams
) -> Advice | None:
    """The smallest change of plates that brings the next rep into the target zone.

    Parameters
    ----------
    decrement : Measured
        Expected of the next rep at this load, without its own luck; a ratio.
    tired : Measured
        How much of it is fatigue, which no plate takes off.
    conditions : Conditions
        Load and sled of the rep, kg.
    plan : Plan
        Target zone, its lines, plates at hand.
    params : JudgeParams
        How decrement follows mass, and how sure advice must be.

    Returns
    -------
    Advice or None
        The smallest change that reaches the zone with probability 0.93. Where none does: all
        plates off for a trial if that is more likely than not to reach it, else a lighter sled; of
        plates to add those that most likely do, and None where none is more likely than not.

    Examples
    --------
    >>> rep = Conditions(load_kg=9.07, sled_kg=15.0)
    >>> advice = plates_advice(
    ...     Measured(0.12, 0.01), Measured(0.01, 0.01), rep, Plan(), JudgeParams()
    ... )
    >>> advice.kind, round(advice.mass_kg / 0.45359237)
    ('take-off', 20)
    """
    low, high = zone_limits(plan, conditions.athlete)
    heavy = decrement.value > low
    likeliest, to_add = 0.5, None
    for mass_kg in _sums(plan.plates_kg):
        if heavy and mass_kg > conditions.load_kg + _ABOUT_KG:
            break
        changed_kg = conditions.resistance_kg + (-mass_kg if heavy else mass_kg)
        to_kg = max(conditions.sled_kg, changed_kg)
        expected = after_change(decrement, tired, conditions.resistance_kg, to_kg, params)
        reached = _between(expected, low, high)
        if reached >= params.advice_surety:
            return Advice("take-off" if heavy else "add", mass_kg)
        if reached >= likeliest:
            likeliest, to_add = reached, Advice("add", mass_kg)
    if not heavy:
        return to_add
    if conditions.load_kg <= _ABOUT_KG:
        return Advice("lighter-sled")
    from_kg, to_kg = conditions.resistance_kg, conditions.sled_kg
    expected = after_change(decrement, tired, from_kg, to_kg, params)
    enough = _between(expected, low, high) >= 0.5
    return Advice("take-all-off" if enough else "all-off-and-lighter", conditions.load_kg)


def after_change(
    decrement: Measured, tired: Measured, from_kg: float, to_kg: float, params: JudgeParams
) -> Measured:
    """Decrement with another sled mass, on the same surface; what is fatigue stays.

    >>> half = after_change(Measured(0.2, 0.01), Measured(0.0, 0.0), 30.0, 15.0, JudgeParams())
    >>> round(half.value, 3)
    0.111
    """
    ratio = max(to_kg / from_kg, _LEAST_RATIO)
    factor = ratio**params.load_exponent
    pull = (decrement.value - tired.value) * factor
    model = pull * params.load_model_error * math.log2(ratio)
    doubt = math.hypot(decrement.sigma * factor, tired.sigma * (1.0 - factor), model)
    return Measured(pull + tired.value, doubt)


def _between(expected: Measured, low: float, high: float) -> float:
    below = _STANDARD.cdf((high - expected.value) / expected.sigma)
    return below - _STANDARD.cdf((low - expected.value) / expected.sigma)


@lru_cache(maxsize=64)
def _sums(plates_kg: tuple[float, ...]) -> tuple[float, ...]:
    """Every mass that some of the plates make up, lightest first."""
    sums = {0.0}
    for plate in plates_kg:
        sums |= {round(mass + plate, 6) for mass in sums}
    return tuple(sorted(sums - {0.0}))
