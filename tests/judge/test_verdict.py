"""Zones and flags: arithmetic, honesty, what may be recomputed and what never changes."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.judge import Judge, judge_reps
from sledmon.judge.baseline import BEST_TWO_OF, best_two, carried
from sledmon.plan import Plan, parse_plan
from sledmon.results import NAN, Measured, Rep
from tests.judge.reps import PARAMS, free, in_turn, judged, rep


def test_without_a_baseline_nothing_is_guessed() -> None:
    *_, last = judged([*free()[:2], rep(3, 3.0)])
    assert (last.zone, last.flag, last.certainty) == ("unknown", None, "within-error")
    assert not last.velocity_decrement.known
    assert math.isnan(last.probability)


def test_when_the_third_unresisted_rep_ends_earlier_verdicts_are_known() -> None:
    first, second, third = free()
    resisted = rep(4, 3.0)
    assert judged([first, second, resisted])[2].zone == "unknown"
    assert judged([first, second, resisted, replace(third, number=5)])[2].zone == "strength"


def test_the_decrement_is_one_minus_the_ratio_to_an_unflattered_baseline() -> None:
    *_, last = judged([*free(5.0), rep(4, 4.0)])
    assert 1 - 4.0 / 5.0 - 0.015 < last.velocity_decrement.value < 1 - 4.0 / 5.0
    assert 0.008 < last.velocity_decrement.sigma < 0.03


def test_a_brought_baseline_stands_before_the_session_s_own() -> None:
    (verdict,) = judged([rep(1, 4.0)], baseline=Measured(5.0, 0.05))
    assert verdict.velocity_decrement.value == pytest.approx(0.2)
    *_, last = judged([*free(4.2), rep(4, 4.0)], baseline=Measured(5.0, 0.05))
    assert last.velocity_decrement.value == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("velocity_mps", "zone", "flag"),
    [
        (4.95, "speed", None),
        (4.45, "transition", None),  # 10.5 %: within error of the line
        (4.10, "transition", "watch"),
        (3.30, "strength", "strength-load"),
    ],
)
def test_zones_follow_the_value_and_flags_the_probability(
    velocity_mps: float, zone: str, flag: str | None
) -> None:
    verdict = judged([*free(), rep(4, velocity_mps)])[-1]
    assert (verdict.zone, verdict.flag) == (zone, flag)
    assert (flag is None) == (verdict.probability < PARAMS.likely)
    assert verdict.line == ("decrement 0.25" if flag == "strength-load" else "decrement 0.10")


def test_a_12_percent_drop_measured_badly_is_within_error() -> None:
    verdict = judged([*free(), rep(4, 4.4, sigma_mps=0.3)])[-1]
    assert (verdict.certainty, verdict.flag) == ("within-error", None)


@pytest.mark.parametrize("trouble", [{"trust": "poor"}, {"excluded": True}])
def test_a_rep_that_cannot_be_trusted_is_never_flagged(trouble: dict) -> None:
    verdict = judged([*free(), rep(4, 3.0, **trouble)])[-1]
    assert verdict.flag is None
    assert verdict.probability > 0.99, "it is still said how surely the line is crossed"


def test_a_rep_that_stopped_short_is_unknown() -> None:
    verdict = judged([*free(), rep(4, NAN)])[-1]
    assert (verdict.zone, verdict.flag) == ("unknown", None)
    assert not verdict.velocity_loss.known


@pytest.mark.parametrize(
    "other", [{"athlete": "B"}, {"distance_m": 4.572}, {"excluded": True}, {"trust": "poor"}]
)
def test_foreign_and_bad_reps_make_no_baseline(other: dict) -> None:
    spoilt = free(5.0, **other)
    assert judged([*spoilt, rep(4, 3.0)])[-1].zone == "unknown"


def test_a_baseline_of_another_surface_is_used_with_a_warning_and_a_wider_error() -> None:
    same = judged([*free(surface="turf"), rep(4, 4.2, surface="turf")])[-1]
    other = judged([*free(surface="grass"), rep(4, 4.2, surface="turf")])[-1]
    assert other.velocity_decrement.sigma > 1.5 * same.velocity_decrement.sigma
    assert other.notes == ("the baseline was run on grass: its error is wider",)
    assert same.notes == ()
    both = [*free(surface="grass"), *free(4.8, surface="turf"), rep(7, 4.2, surface="turf")]
    assert judged(both)[-1].notes == (), "the same surface is preferred where it is there"


def test_unresisted_reps_are_the_baseline_and_not_judged_by_it() -> None:
    assert {(v.zone, v.certainty, v.flag) for v in judged(free())} == {("baseline", "clear", None)}


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("", [None, "watch", "strength-load"]),
        ("[lines]\nstrength = 0.1", [None, "strength-load", "strength-load"]),
        ("[lines]\nspeed = 0.2", [None, None, "strength-load"]),
        ("[athletes.A]\nspeed = 0.02\nstrength = 0.5", ["watch", "watch", "watch"]),
        ("[athletes.B]\nspeed = 0.02", [None, "watch", "strength-load"]),
        ("target = 'transition'", [None, None, "strength-load"]),
        ("target = 'strength'", [None, None, None]),
    ],
)
def test_lines_are_those_of_the_plan_and_of_the_athlete(text: str, flags: list) -> None:
    for velocity_mps, flag in zip((4.7, 4.2, 3.3), flags, strict=True):
        assert judged([*free(), rep(4, velocity_mps)], parse_plan(text))[-1].flag == flag


def test_a_later_loaded_rep_never_changes_an_earlier_verdict() -> None:
    reps = [*free(), *in_turn(4, (4.6, 4.3, 4.5, 3.9, 4.4, 4.2))]
    whole = judged(reps)
    for end in range(4, len(reps)):
        assert judged(reps[:end]) == whole[:end]


@given(st.data())
def test_judging_rep_by_rep_is_judging_all_at_once(data: st.DataObject) -> None:
    kinds = st.sampled_from(["free", "loaded", "bad", "other"])
    drawn = data.draw(st.lists(st.tuples(kinds, st.floats(3.0, 5.2)), max_size=14))
    reps: list[Rep] = []
    stage = Judge(PARAMS)
    for number, (kind, velocity_mps) in enumerate(drawn, 1):
        reps.append(
            rep(
                number,
                velocity_mps,
                unresisted=kind == "free",
                trust="poor" if kind == "bad" else "good",
                athlete="B" if kind == "other" else "A",
                load_kg=0.0 if kind == "free" else 5.0,
            )
        )
        plans = [Plan()] * number
        nothing = [None] * number
        assert repr(stage.judge(reps, nothing, plans)) == repr(judge_reps(reps, nothing, PARAMS))


def test_correcting_an_earlier_rep_judges_all_of_them_again() -> None:
    reps = [*free(), rep(4, 4.1), rep(5, 4.1)]
    stage, nothing, plans = Judge(PARAMS), [None] * 5, [Plan()] * 5
    before = stage.judge(reps, nothing, plans)
    without = [replace(reps[0], excluded=True), *reps[1:]]
    assert stage.judge(without, nothing, plans)[4].verdict.zone == "unknown"
    assert repr(stage.judge(reps, nothing, plans)) == repr(before)


def test_the_best_two_are_flattered_by_what_order_statistics_say() -> None:
    baseline = best_two([Measured(v, 0.0) for v in (4.9, 5.1, 5.0)])
    assert baseline is not None
    excess, spread = BEST_TWO_OF[3]
    assert baseline.at(0.02).value == pytest.approx(5.05 / (1 + excess * 0.02))
    assert baseline.at(0.02).sigma == pytest.approx(baseline.at(0.02).value * spread * 0.02)
    assert best_two([Measured(5.0, 0.0)] * 2) is None


def test_a_carried_baseline_grows_less_sure_with_age_and_distance_from_home() -> None:
    today, nothing = carried(Measured(5.0, 0.05), age_days=0, same_surface=True)
    assert today.sigma == pytest.approx(0.05)
    assert nothing == ()
    week, quiet = carried(Measured(5.0, 0.05), age_days=7, same_surface=True)
    old, warned = carried(Measured(5.0, 0.05), age_days=40, same_surface=True)
    grass, told = carried(Measured(5.0, 0.05), age_days=0, same_surface=False)
    assert today.sigma < week.sigma < old.sigma
    assert today.sigma < grass.sigma
    assert quiet == ()
    assert "40 days old" in warned[0]
    assert "another surface" in told[0]
