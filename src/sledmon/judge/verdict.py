"""Zone and flag of each rep from the velocity decrement (METHODS.md).

First version: load zones and the two flags on the decrement. Velocity loss, causes and advice
stand as unknown until they are built.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from sledmon.results import NAN, UNKNOWN, Measured, Rep, Verdict

_Who = tuple[str, float]

BEST_TWO_OF: dict[int, tuple[float, float]] = {
    3: (0.4234, 0.6243),
    4: (0.6631, 0.5792),
    5: (0.8294, 0.5496),
    6: (0.9547, 0.5275),
    7: (1.0545, 0.5096),
    8: (1.1383, 0.4959),
    9: (1.2091, 0.4852),
    10: (1.2701, 0.4741),
    11: (1.3246, 0.4662),
    12: (1.3723, 0.4582),
}
"""Mean and SD of the mean of the two best of n standard normal draws (2 million draws each)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgeParams:
    """Lines and what is assumed of the athlete; every line is borrowed from forward sled work."""

    speed_line: float = 0.10
    """Decrement at which work leaves the speed zone; science.md 1.2 A."""
    strength_line: float = 0.25
    """Decrement at which work enters the strength zone; science.md 1.2 A."""
    rep_cv: float = 0.02
    """The athlete's rep-to-rep variation until it is learnt: backward sprints show 1.3-4.3 %,
    science.md 1.4."""
    likely: float = 0.80
    """Probability from which a line counts as crossed."""
    clear: float = 0.95
    """Probability from which it counts as clearly crossed."""
    least_baseline_reps: int = 3
    """Unresisted reps needed for a baseline."""


def judge_reps(
    reps: Sequence[Rep], brought: Sequence[Measured | None], params: JudgeParams
) -> tuple[Rep, ...]:
    """Give each rep its verdict from all reps of the session so far.

    Parameters
    ----------
    reps : sequence of Rep
        In order of start; their verdicts are ignored.
    brought : sequence of Measured or None
        For each rep the baseline window velocity (m/s) that an event brought, if any.
    params : JudgeParams
        Lines and assumptions.

    Returns
    -------
    tuple of Rep
        The same reps with verdicts. Decrement is ``1 - v / v_free`` on the window velocity, a
        ratio; positive is slower. Its sigma holds the rep's and the baseline's measurement errors
        and the athlete's variation in both, so that probabilities speak of the expected decrement
        at this load today.
    """
    free: dict[_Who, list[Measured]] = {}
    for rep in reps:
        if _may_be_baseline(rep):
            free.setdefault(_who(rep), []).append(rep.estimates.window.velocity_mps)
    own = {who: _baseline(velocities, params) for who, velocities in free.items()}
    return tuple(
        replace(rep, verdict=_verdict(rep, baseline or own.get(_who(rep), UNKNOWN), params))
        for rep, baseline in zip(reps, brought, strict=True)
    )


def _verdict(rep: Rep, baseline: Measured, params: JudgeParams) -> Verdict:
    if rep.conditions.unresisted:
        return Verdict(zone="baseline", certainty="clear")
    decrement = _decrement(rep.estimates.window.velocity_mps, baseline, params)
    if not decrement.known:
        return Verdict()
    lines = (params.speed_line, params.strength_line)
    past = [_probability_past(decrement, line) for line in lines]
    zone, probability = _zone(decrement.value, past, params)
    judged = rep.estimates.trust != "poor" and not rep.excluded and rep.estimates.complete
    flag, stated = None, max(past)
    line = f"decrement {lines[past.index(stated)]:.2f}"
    if judged:
        for name, value, chance in (
            ("strength-load", params.strength_line, past[1]),
            ("watch", params.speed_line, past[0]),
        ):
            if chance >= params.likely:
                flag, line, stated = name, f"decrement {value:.2f}", chance
                break
    return Verdict(
        zone=zone,
        certainty=_certainty(probability, params),
        velocity_decrement=decrement,
        flag=flag,
        line=line,
        probability=stated,
    )


def _decrement(velocity: Measured, baseline: Measured, params: JudgeParams) -> Measured:
    if not (velocity.known and baseline.known):
        return UNKNOWN
    ratio = velocity.value / baseline.value
    own = math.hypot(velocity.sigma / velocity.value, params.rep_cv)
    return Measured(1.0 - ratio, ratio * math.hypot(own, baseline.sigma / baseline.value))


def _who(rep: Rep) -> _Who:
    """Whose baseline a rep is compared with: the athlete's over the same distance."""
    return rep.conditions.athlete, round(rep.conditions.distance_m, 6)


def _may_be_baseline(rep: Rep) -> bool:
    return (
        rep.conditions.unresisted
        and rep.estimates.complete
        and not rep.excluded
        and rep.estimates.trust != "poor"
        and rep.estimates.window.velocity_mps.known
    )


def _baseline(velocities: Sequence[Measured], params: JudgeParams) -> Measured:
    """Mean of the two best unresisted reps, bias removed."""
    if len(velocities) < params.least_baseline_reps:
        return Measured(NAN, NAN)
    best = sorted(velocities, reverse=True)[:2]
    mean = (best[0].value + best[1].value) / 2
    bias, spread = BEST_TWO_OF[min(len(velocities), max(BEST_TWO_OF))]
    measured = math.hypot(best[0].sigma, best[1].sigma) / 2
    return Measured(
        mean / (1.0 + bias * params.rep_cv), math.hypot(spread * params.rep_cv * mean, measured)
    )


def _probability_past(decrement: Measured, line: float) -> float:
    return 1.0 - NormalDist(decrement.value, decrement.sigma).cdf(line)


def _zone(value: float, past: list[float], params: JudgeParams) -> tuple[str, float]:
    """Zone by point value, and the probability of being in it."""
    if value <= params.speed_line:
        return "speed", 1.0 - past[0]
    if value <= params.strength_line:
        return "transition", past[0] - past[1]
    return "strength", past[1]


def _certainty(probability: float, params: JudgeParams) -> str:
    if probability >= params.clear:
        return "clear"
    return "likely" if probability >= params.likely else "within-error"
