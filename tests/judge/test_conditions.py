"""The coach's events: what applies to which rep, corrections, undo."""

import pytest

from sledmon.errors import EventError
from sledmon.judge import CoachLog
from sledmon.plan import parse_plan
from sledmon.results import Measured
from sledmon.rig import parse_rig
from sledmon.samples import Event


def log(*events: tuple[float, str, str]) -> CoachLog:
    coach = CoachLog()
    for ordinal, (time_s, kind, value) in enumerate(events):
        coach.add(Event(0, time_s, kind, value), ordinal)
    return coach


def test_a_state_event_applies_to_reps_that_start_at_or_after_it() -> None:
    coach = log((10.0, "load_kg", "5"), (20.0, "load_kg", "10"))
    loads = [coach.state_of(t, t + 3).conditions.load_kg for t in (9.9, 10.0, 19.9, 25.0)]
    assert loads == [0.0, 5.0, 5.0, 10.0]


def test_a_correction_that_comes_later_changes_the_rep_it_speaks_of() -> None:
    coach = log((10.0, "athlete", "Ann"), (30.0, "athlete", "Bo"), (10.0, "athlete", "Cy"))
    assert coach.state_of(12.0, 20.0).conditions.athlete == "Cy"
    assert coach.state_of(31.0, 40.0).conditions.athlete == "Bo"


def test_a_name_spelled_otherwise_is_the_same_athlete_as_first_spelled() -> None:
    coach = log(
        (1.0, "athlete", "Zoë K"), (10.0, "athlete", "zoe\u0308  k"), (20.0, "athlete", "Zoe")
    )
    names = [coach.state_of(t, t + 3).conditions.athlete for t in (0.0, 5.0, 12.0, 25.0)]
    assert names == ["Athlete 1", "Zoë K", "Zoë K", "Zoe"]
    assert log((1.0, "athlete", "athlete 1")).state_of(2, 5).conditions.athlete == "Athlete 1"


def test_a_baseline_holds_however_its_athlete_is_spelled() -> None:
    coach = log((1.0, "athlete", "Ann"), (2.0, "baseline", "4.5 0.05"), (10.0, "athlete", "ann"))
    assert coach.state_of(12.0, 15.0).baseline == Measured(4.5, 0.05)


def test_unresisted_reps_have_neither_sled_nor_plates() -> None:
    coach = log((0.0, "load_kg", "5"), (0.0, "unresisted", "1"))
    conditions = coach.state_of(1.0, 2.0).conditions
    assert (conditions.load_kg, conditions.sled_kg, conditions.resistance_kg) == (0.0, 0.0, 0.0)


def test_the_rig_s_sled_holds_until_an_event_says_otherwise() -> None:
    coach = log((10.0, "sled_kg", "9.5"))
    coach.set_rig(parse_rig("[sled]\nmass_kg = 12\nsurface = 'grass'\n"))
    assert coach.state_of(5.0, 9.0).conditions.sled_kg == 12.0
    assert coach.state_of(5.0, 9.0).conditions.surface == "grass"
    assert coach.state_of(11.0, 12.0).conditions.sled_kg == 9.5


def test_an_exclusion_names_a_time_inside_the_rep() -> None:
    coach = log((12.0, "exclude_rep", ""))
    assert coach.state_of(11.0, 20.0).excluded
    assert not coach.state_of(20.0, 30.0).excluded


def test_an_inclusion_takes_an_exclusion_back() -> None:
    coach = log((12.0, "exclude_rep", ""), (13.0, "include_rep", ""))
    assert not coach.state_of(11.0, 20.0).excluded


def test_undo_takes_back_the_newest_event_that_still_stands() -> None:
    coach = log((1.0, "load_kg", "5"), (1.0, "load_kg", "10"), (2.0, "undo", ""), (2.0, "undo", ""))
    assert coach.state_of(5.0, 6.0).conditions.load_kg == 0.0


def test_the_distance_is_asked_for_as_it_was_known() -> None:
    coach = log((0.0, "distance_yd", "5"), (0.0, "distance_yd", "8"))
    assert coach.distance_at(3.0, 0) == pytest.approx(4.572)
    assert coach.distance_at(3.0, 1) == pytest.approx(8 * 0.9144)


def test_a_plan_gives_distance_load_and_set_until_the_coach_says_otherwise() -> None:
    plan = "[[set]]\nunresisted = true\ndistance_yd = 5\n[[set]]\nload_lb = 10\ndistance_yd = 8"
    coach = log((0.0, "plan", plan), (100.0, "set", "2"), (150.0, "load_kg", "2.5"))
    first, second, told = (coach.state_of(t, t + 3).conditions for t in (50.0, 120.0, 160.0))
    assert first.unresisted
    assert first.distance_m == pytest.approx(4.572)
    assert not second.unresisted
    assert second.load_kg == pytest.approx(4.5359237)
    assert second.distance_m == coach.distance_at(120.0, 1) == pytest.approx(8 * 0.9144)
    assert told.load_kg == 2.5


def test_the_plan_of_a_new_set_stands_before_a_load_told_in_the_old_one() -> None:
    plan = "[[set]]\nload_lb = 5\n[[set]]\nload_lb = 20"
    coach = log((0.0, "plan", plan), (10.0, "load_kg", "1"), (100.0, "set", "2"))
    loads = [coach.state_of(t, t + 3).conditions.load_kg for t in (5.0, 50.0, 120.0)]
    assert loads == [pytest.approx(2.2679618), 1.0, pytest.approx(9.0718474)]
    assert (
        log((5.0, "load_kg", "3"), (5.0, "plan", plan)).state_of(6.0, 9.0).conditions.load_kg == 3
    )


def test_a_plan_that_says_nothing_of_load_leaves_it_as_it_was_told() -> None:
    coach = log((0.0, "load_kg", "3"), (5.0, "plan", "pure-speed"))
    assert coach.state_of(6.0, 9.0).plan.lines.strength == 0.1
    coach = log((0.0, "load_kg", "3"), (5.0, "plan", "[lines]\nspeed = 0.05"))
    assert coach.state_of(6.0, 9.0).conditions.load_kg == 3.0
    assert coach.state_of(6.0, 9.0).plan.lines.speed == 0.05


def test_a_plan_that_makes_no_sense_is_an_event_that_makes_none() -> None:
    with pytest.raises(EventError, match="unknown key 'sets'"):
        log((0.0, "plan", "sets = 3"))
    with pytest.raises(EventError, match="no plan is named 'fast'"):
        log((0.0, "plan", "fast"))


def test_a_plan_given_beforehand_stands_instead_of_the_events_own() -> None:
    coach = CoachLog(parse_plan("[lines]\nspeed = 0.2"))
    coach.add(Event(0, 0.0, "plan", "pure-speed"), 0)
    assert coach.state_of(1.0, 2.0).plan.lines.speed == 0.2


def test_edges_belong_to_the_rep_in_whose_time_their_middle_lies_and_the_newest_hold() -> None:
    coach = log((1.0, "rep_edges", "10 13"), (2.0, "rep_edges", "10.5 13"))
    assert coach.edges_of(9.0, 30.0) == (10.5, 13.0)
    assert coach.edges_of(30.0, 50.0) is None
    assert log((1.0, "rep_edges", "10 13"), (2.0, "undo", "")).edges_of(9.0, 30.0) is None


def test_missed_reps_are_named_by_a_moment_or_by_the_time_of_the_event() -> None:
    coach = log((12.0, "recover_rep", ""), (40.0, "recover_rep", "30.5"), (41.0, "undo", ""))
    assert coach.missed_reps() == (12.0,)
    assert log((40.0, "recover_rep", "30.5")).missed_reps() == (30.5,)


def test_a_baseline_is_that_of_the_athlete_and_distance_in_force_when_it_was_brought() -> None:
    coach = log(
        (0.0, "athlete", "Ann"),
        (1.0, "baseline", "4.5 0.05"),
        (10.0, "athlete", "Bo"),
        (20.0, "baseline", "5.0 0.05"),
        (30.0, "athlete", "Ann"),
        (40.0, "distance_yd", "5"),
    )
    found = [coach.state_of(t, t + 3).baseline for t in (5.0, 15.0, 25.0, 35.0)]
    values = [None if one is None else one.value for one in found]
    assert values == [4.5, None, 5.0, 4.5]
    assert coach.state_of(45.0, 48.0).baseline is not None, "no distance was said with it"
    told = log((0.0, "distance_yd", "10"), (1.0, "baseline", "4.5 0.05"), (9.0, "distance_yd", "5"))
    assert told.state_of(10.0, 12.0).baseline is None


def test_a_baseline_brought_before_anybody_is_named_is_everybody_s() -> None:
    coach = log((0.0, "baseline", "4.5 0.05"), (1.0, "athlete", "Ann"), (9.0, "athlete", "Bo"))
    for start_s in (5.0, 10.0):
        assert coach.state_of(start_s, start_s + 1).baseline == (4.5, 0.05)
