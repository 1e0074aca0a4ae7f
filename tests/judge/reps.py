"""Reps made of results, for the tests of verdicts."""

import math
from collections.abc import Sequence

from sledmon.judge import JudgeParams, judge_reps
from sledmon.plan import Plan
from sledmon.results import (
    NAN,
    UNKNOWN,
    Conditions,
    CurvePoint,
    Estimates,
    Measured,
    Rep,
    Verdict,
    WindowVelocity,
)

PARAMS = JudgeParams()
SLED_KG = 15.0
FREE_MPS = 5.0
GAP_S = 60.0


def rep(
    number: int,
    velocity_mps: float,
    *,
    unresisted: bool = False,
    trust: str = "good",
    excluded: bool = False,
    athlete: str = "A",
    set_number: int = 1,
    load_kg: float = 0.0,
    surface: str = "turf",
    distance_m: float = 9.144,
    sigma_mps: float = 0.01,
    curve: Sequence[float] = (),
    slack_s: float = NAN,
    start_s: float = NAN,
) -> Rep:
    """A rep of a window velocity; NaN: it stopped short."""
    known = not math.isnan(velocity_mps)
    velocity = Measured(velocity_mps, sigma_mps) if known else UNKNOWN
    start_s = GAP_S * number if math.isnan(start_s) else start_s
    estimates = Estimates(
        start_s=start_s,
        end_s=start_s + 2.5 if known else NAN,
        complete=known,
        splits=(),
        mean_velocity_mps=velocity,
        window=WindowVelocity(from_m=distance_m / 2, to_m=distance_m, velocity_mps=velocity),
        peak_velocity_mps=velocity,
        curve=tuple(
            CurvePoint(distance_m=distance_m * k / 10, velocity_mps=Measured(v, 0.01))
            for k, v in enumerate(curve, 1)
        ),
        slack_s=slack_s,
        trust=trust,
    )
    conditions = Conditions(
        athlete=athlete,
        set_number=set_number,
        unresisted=unresisted,
        load_kg=load_kg,
        sled_kg=0.0 if unresisted else SLED_KG,
        surface=surface,
        distance_m=distance_m,
    )
    return Rep(
        number=number,
        conditions=conditions,
        estimates=estimates,
        start_rule="first-movement 0.10 m/s",
        excluded=excluded,
    )


def free(velocity_mps: float = FREE_MPS, count: int = 3, **other: object) -> list[Rep]:
    """Unresisted reps, numbered from 1."""
    return [rep(n, velocity_mps, unresisted=True, **other) for n in range(1, count + 1)]  # type: ignore[arg-type]


def in_turn(first: int, velocities_mps: Sequence[float], **other: object) -> list[Rep]:
    """Loaded reps, numbered from ``first``."""
    return [rep(first + i, v, **other) for i, v in enumerate(velocities_mps)]  # type: ignore[arg-type]


def judged(
    reps: Sequence[Rep], plan: Plan | None = None, baseline: Measured | None = None
) -> list[Verdict]:
    """Their verdicts."""
    plans = [plan or Plan()] * len(reps)
    return [r.verdict for r in judge_reps(reps, [baseline] * len(reps), PARAMS, plans)]
