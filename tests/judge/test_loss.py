"""Velocity loss in set and session, the two-rep rule, rest."""

import math

import numpy as np
import pytest

from sledmon.judge.loss import Losses
from sledmon.judge.variation import Variation
from sledmon.plan import Plan, parse_plan
from sledmon.results import Measured
from tests.judge.reps import free, in_turn, judged, rep


def test_loss_counts_from_the_better_of_the_first_two_less_what_choosing_adds() -> None:
    verdicts = judged(in_turn(1, (4.5, 4.6, 4.2)))
    assert not verdicts[0].velocity_loss.known
    flattered = 1 - 4.2 / 4.6
    assert flattered - 0.02 < verdicts[2].velocity_loss.value < flattered
    assert verdicts[2].session_loss == verdicts[2].velocity_loss


def test_the_errors_of_a_loss_are_those_of_normal_draws() -> None:
    """Means and standard deviations of 20,000 sets without any true loss."""
    rng = np.random.default_rng(8)
    cv = 0.02
    known = Variation(((1.0, cv),))
    for reps in (2, 3, 4, 6):
        draws = 4.5 * (1 + cv * rng.normal(size=(20_000, reps)))
        ones, twos = [], []
        for row in draws:
            losses = Losses([Measured(float(v), 0.0) for v in row], [1] * reps)
            ones.append(losses.of_last(known).measured)
            if reps > 2:
                twos.append(losses.of_last_two(known).measured)
        for found in filter(None, (ones, twos)):
            values = np.array([one.value for one in found])
            stated = np.mean([one.sigma for one in found])
            assert values.mean() == pytest.approx(0.0, abs=0.0006)
            assert values.std() == pytest.approx(stated, rel=0.04)


def test_loss_is_told_at_equal_resistance_only() -> None:
    reps = [*in_turn(1, (4.5, 4.5), load_kg=0.0), *in_turn(3, (4.0, 4.0, 4.0), load_kg=9.07)]
    last = judged(reps)[-1]
    assert abs(last.velocity_loss.value) < 0.02


def test_loss_is_told_on_one_surface_only() -> None:
    reps = [*in_turn(1, (4.8, 4.8)), *in_turn(3, (4.3, 4.3, 4.3), surface="grass")]
    assert abs(judged(reps)[-1].velocity_loss.value) < 0.02


def test_a_new_set_begins_anew_and_the_session_does_not() -> None:
    reps = [*in_turn(1, (4.6, 4.6, 4.4)), *in_turn(4, (4.2, 4.2, 4.2), set_number=2)]
    last = judged(reps)[-1]
    assert abs(last.velocity_loss.value) < 0.02
    assert last.session_loss.value == pytest.approx(0.08, abs=0.015)


def test_one_bad_rep_ends_no_set_and_two_do() -> None:
    steady = (4.5, 4.52, 4.5, 4.51, 4.5)
    one = judged(in_turn(1, (*steady, 3.6)))
    assert one[-1].velocity_loss.value > 0.18
    assert one[-1].flag is None
    back = judged(in_turn(1, (*steady, 3.6, 4.5)))
    assert back[-1].flag is None
    two = judged(in_turn(1, (*steady, 3.85, 3.8)))
    assert (two[-1].flag, two[-1].cause) == ("fatigue", "fatigue")
    assert two[-1].line in ("loss 0.10", "session loss 0.10")
    assert two[-2].flag is None


def test_a_plan_may_stop_at_the_first_bad_rep() -> None:
    reps = in_turn(1, (4.5, 4.52, 4.5, 4.51, 4.5, 3.7))
    assert judged(reps)[-1].flag is None
    assert judged(reps, parse_plan("stop_reps = 1"))[-1].flag == "fatigue"


def test_a_loss_of_seven_percent_is_shown_and_not_flagged() -> None:
    last = judged(in_turn(1, (4.5, 4.5, 4.4, 4.3, 4.2, 4.18)))[-1]
    assert last.velocity_loss.value > 0.05
    assert last.flag is None
    assert last.notes == ("lost 6 % since the first reps of this set",)


@pytest.mark.parametrize(
    ("plan", "velocities", "advice"),
    [
        ("", (4.5, 4.5, 4.4, 3.9, 3.85), "End the set."),
        ("", (4.5, 4.5, 4.4, 3.3, 3.3), "End the session for this athlete."),
        ("rest_between_reps_s = 90", (4.5, 4.5, 4.4, 3.9, 3.85), "Rest 1:30 before the next rep."),
        ("rest_between_reps_s = 50", (4.5, 4.5, 4.4, 3.9, 3.85), "End the set."),
    ],
)
def test_fatigue_ends_the_set_or_the_session_or_asks_for_the_rest_that_was_missed(
    plan: str, velocities: tuple[float, ...], advice: str
) -> None:
    last = judged(in_turn(1, velocities), parse_plan(plan))[-1]
    assert (last.flag, last.advice) == ("fatigue", advice)


def test_rest_is_the_athlete_s_own_and_is_held_against_the_plan() -> None:
    plan = parse_plan("rest_between_reps_s = 60\nrest_between_sets_s = 180")
    reps = [
        rep(1, 4.5, start_s=100.0),
        rep(2, 4.5, start_s=110.0, athlete="B"),
        rep(3, 4.5, start_s=140.0),
        rep(4, 4.5, start_s=205.0),
        rep(5, 4.5, start_s=280.0, set_number=2),
    ]
    verdicts = judged(reps, plan)
    rests = [verdict.rest_s for verdict in verdicts]
    assert math.isnan(rests[0])
    assert math.isnan(rests[1])
    assert rests[2:] == [pytest.approx(37.5), pytest.approx(62.5), pytest.approx(72.5)]
    assert verdicts[2].notes == ("rested 0:38 of 1:00 planned",)
    assert verdicts[3].notes == ()
    assert verdicts[4].notes == ("rested 1:12 of 3:00 planned",)
    assert all(verdict.notes == () for verdict in judged(reps, Plan()))


def test_the_last_rep_of_a_planned_set_is_told_and_so_is_one_too_many() -> None:
    plan = parse_plan("rest_between_sets_s = 180\n[[set]]\nreps = 2\n[[set]]\nreps = 1\n")
    reps = [
        rep(1, 4.5),
        rep(2, 4.5, athlete="B"),
        rep(3, math.nan),  # stopped short
        rep(4, 4.5, excluded=True),
        rep(5, 4.5),
        rep(6, 4.5),
        rep(7, 4.5, set_number=2),
    ]
    told = [verdict.notes for verdict in judged(reps, plan)]
    assert told[:4] == [()] * 4
    assert told[4] == ("the set is done: 2 reps planned; rest 3:00 before the next set",)
    assert told[5] == ("rep 3 of a set of 2 by plan",)
    assert "the set is done: 1 rep planned; rest 3:00 before the next set" in told[6]
    assert all(verdict.notes == () for verdict in judged(reps, Plan()))


def test_reps_on_both_sides_of_a_rest_between_sets_do_not_end_the_next_set() -> None:
    tired = in_turn(1, (4.5, 4.5, 4.3, 4.0, 3.8))
    assert judged([*tired, rep(6, 3.9, set_number=1)])[-1].flag == "fatigue"
    assert judged([*tired, rep(6, 3.9, set_number=2)])[-1].flag is None


def test_an_unresisted_set_may_tire_too() -> None:
    last = judged(free()[:2] + in_turn(3, (4.6, 4.3, 4.2, 4.2), unresisted=True))[-1]
    assert (last.zone, last.flag) == ("baseline", "fatigue")
