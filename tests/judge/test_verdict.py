"""Zones and flags on the velocity decrement: arithmetic, honesty, calibration."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sledmon.judge.verdict import BEST_TWO_OF, JudgeParams, judge_reps
from sledmon.results import (
    NAN,
    UNKNOWN,
    Conditions,
    Estimates,
    Measured,
    Rep,
    Split,
    WindowVelocity,
)

PARAMS = JudgeParams()
MEASURED_SIGMA = 0.01


def rep(
    number: int,
    velocity_mps: float,
    *,
    unresisted: bool = False,
    trust: str = "fair",
    excluded: bool = False,
    athlete: str = "A",
    distance_m: float = 9.144,
    sigma_mps: float = MEASURED_SIGMA,
) -> Rep:
    known = not math.isnan(velocity_mps)
    velocity = Measured(velocity_mps, sigma_mps) if known else UNKNOWN
    estimates = Estimates(
        start_s=30.0 * number,
        end_s=30.0 * number + 2.5 if known else NAN,
        complete=known,
        splits=(Split(distance_m=distance_m, time_s=Measured(2.5, 0.01)),),
        mean_velocity_mps=velocity,
        window=WindowVelocity(from_m=distance_m / 2, to_m=distance_m, velocity_mps=velocity),
        peak_velocity_mps=velocity,
        trust=trust,
    )
    conditions = Conditions(
        athlete=athlete,
        unresisted=unresisted,
        sled_kg=0.0 if unresisted else 15.0,
        distance_m=distance_m,
    )
    return Rep(
        number=number,
        conditions=conditions,
        estimates=estimates,
        start_rule="first-movement 0.10 m/s",
        excluded=excluded,
    )


def baseline(velocity_mps: float = 5.0) -> list[Rep]:
    return [rep(n, velocity_mps, unresisted=True) for n in (1, 2, 3)]


def judged(reps: list[Rep]) -> tuple[Rep, ...]:
    return judge_reps(reps, [None] * len(reps), PARAMS)


def test_without_a_baseline_nothing_is_guessed() -> None:
    *_, last = judged([*baseline()[:2], rep(3, 3.0)])
    assert last.verdict.zone == "unknown"
    assert last.verdict.flag is None
    assert not last.verdict.velocity_decrement.known


def test_when_the_third_unresisted_rep_ends_earlier_verdicts_are_known() -> None:
    first, second, third = baseline()
    resisted = rep(4, 3.0)
    before = judged([first, second, resisted])
    after = judged([first, second, resisted, replace(third, number=5)])
    assert before[2].verdict.zone == "unknown"
    assert after[2].verdict.zone == "strength"


def test_the_decrement_is_one_minus_the_ratio_to_an_unflattered_baseline() -> None:
    *_, last = judged([*baseline(5.0), rep(4, 4.0)])
    bias, _ = BEST_TWO_OF[3]
    free = 5.0 / (1 + bias * PARAMS.rep_cv)
    assert last.verdict.velocity_decrement.value == pytest.approx(1 - 4.0 / free)


def test_a_brought_baseline_stands_before_the_session_s_own() -> None:
    verdict = judge_reps([rep(1, 4.0)], [Measured(5.0, 0.05)], PARAMS)[0].verdict
    assert verdict.velocity_decrement.value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("velocity_mps", "zone", "flag"),
    [
        (4.95, "speed", None),
        (4.40, "transition", None),  # 11 %: within error of the line
        (4.10, "transition", "watch"),
        (3.30, "strength", "strength-load"),
    ],
)
def test_zones_follow_the_value_and_flags_the_probability(
    velocity_mps: float, zone: str, flag: str | None
) -> None:
    verdict = judged([*baseline(), rep(4, velocity_mps)])[-1].verdict
    assert (verdict.zone, verdict.flag) == (zone, flag)
    assert (flag is None) == (verdict.probability < PARAMS.likely)


def test_a_12_percent_drop_measured_badly_is_within_error() -> None:
    verdict = judged([*baseline(), rep(4, 4.4, sigma_mps=0.3)])[-1].verdict
    assert verdict.certainty == "within-error"
    assert verdict.flag is None


@pytest.mark.parametrize("trouble", [{"trust": "poor"}, {"excluded": True}])
def test_a_rep_that_cannot_be_trusted_is_never_flagged(trouble: dict) -> None:
    assert judged([*baseline(), rep(4, 3.0, **trouble)])[-1].verdict.flag is None


def test_a_rep_that_stopped_short_is_unknown() -> None:
    verdict = judged([*baseline(), rep(4, NAN)])[-1].verdict
    assert (verdict.zone, verdict.flag) == ("unknown", None)


@pytest.mark.parametrize(
    "other", [{"athlete": "B"}, {"distance_m": 4.572}, {"excluded": True}, {"trust": "poor"}]
)
def test_foreign_and_bad_reps_make_no_baseline(other: dict) -> None:
    spoilt = [rep(n, 5.0, unresisted=True, **other) for n in (1, 2, 3)]
    assert judged([*spoilt, rep(4, 3.0)])[-1].verdict.zone == "unknown"


def test_unresisted_reps_are_the_baseline_and_not_judged_by_it() -> None:
    assert {r.verdict.zone for r in judged(baseline())} == {"baseline"}


def test_the_order_statistics_are_those_of_normal_draws() -> None:
    draws = np.sort(np.random.default_rng(5).normal(size=(200_000, 12)), axis=1)
    for n, (bias, spread) in BEST_TWO_OF.items():
        best = np.sort(draws[:, :n], axis=1)[:, -2:].mean(axis=1)
        if n == 12:
            assert best.mean() == pytest.approx(bias, abs=0.01)
            assert best.std() == pytest.approx(spread, abs=0.01)
    fresh = np.sort(np.random.default_rng(6).normal(size=(200_000, 3)), axis=1)[:, -2:].mean(axis=1)
    assert fresh.mean() == pytest.approx(BEST_TWO_OF[3][0], abs=0.01)
    assert fresh.std() == pytest.approx(BEST_TWO_OF[3][1], abs=0.01)


def test_flags_at_the_stated_cv_are_true_as_often_as_they_say() -> None:
    """Athletes of CV 2 %, expected decrements evenly spread: P and truth agree within 5 points."""
    random = np.random.default_rng(9)
    stated: list[float] = []
    true: list[bool] = []
    for _ in range(6000):
        expected = random.uniform(0.02, 0.20)
        free = 5.0 * (1 + PARAMS.rep_cv * random.normal(size=3))
        velocity = 5.0 * (1 - expected) * (1 + PARAMS.rep_cv * random.normal())
        reps = [rep(n, v, unresisted=True) for n, v in enumerate(free, 1)]
        verdict = judged([*reps, rep(4, velocity)])[-1].verdict
        if verdict.flag == "watch":
            stated.append(verdict.probability)
            true.append(expected > PARAMS.speed_line)
    for low, high in ((0.80, 0.90), (0.90, 0.95), (0.95, 1.0)):
        chosen = [t for p, t in zip(stated, true, strict=True) if low <= p < high]
        share = sum(chosen) / len(chosen)
        assert low - 0.05 < share < high + 0.05, (low, high, share, len(chosen))
