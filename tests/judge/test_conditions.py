"""The coach's events: what applies to which rep, corrections, undo."""

import pytest

from sledmon.judge import CoachLog
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


def test_events_that_change_nothing_yet_are_named() -> None:
    assert log((0.0, "rep_edges", "1 2")).not_acted_on() == (
        "event rep_edges is kept but not acted on by this version",
    )
    assert log((0.0, "load_kg", "5")).not_acted_on() == ()
