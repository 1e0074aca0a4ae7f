"""Every action of the coach's: what it records, what it says, and what analysis makes of it."""

import pytest

from sledmon.present.athletes.queue import Athlete, Queue
from sledmon.present.running import RepsNow
from sledmon.present.settings import MassUnit, Settings
from sledmon.present.sideline import words
from sledmon.present.sideline.actions import Sideline
from sledmon.present.sideline.state import RepEnded, SidelineState
from sledmon.results import Rep
from sledmon.samples import Event
from sledmon.units import pounds_to_kilograms
from tests.judge.reps import free
from tests.pipeline.sessions import records_of
from tests.present.field import Field

CLEAN, FALSE = "simulated-clean-10yd", "simulated-false-starts"
THREE = Queue(tuple(Athlete(name=name) for name in ("Demo", "Ana", "Bo")))
BETWEEN_S = 30.0
"""Two reps are over, the third has not begun, and nobody else says anything until 57 s."""
MISSED_S = 60.4


def at(until_s: float = BETWEEN_S, name: str = CLEAN, settings: Settings | None = None) -> Field:
    return Field(records_of(name), queue=THREE, settings=settings).until(until_s)


def said(field: Field, since: int = 4) -> list[tuple[str, str]]:
    """What was said since the simulated coach's first inputs."""
    return field.events[since:]


def without_sled(field: Field) -> bool:
    return field.lane.conditions.unresisted


def hidden(field: Field) -> bool:
    return field.sideline.hidden


def left_out(field: Field) -> list[bool]:
    return [rep.excluded for rep in field.reps]


def athletes(reps: tuple[Rep, ...]) -> list[str]:
    return [rep.conditions.athlete for rep in reps]


def test_the_next_athlete_is_up_and_the_one_before_again() -> None:
    field = at()
    assert field.sideline.next() == "Ana is up."
    assert field.lane.conditions.athlete == "Ana"
    assert field.sideline.next() == "Bo is up."
    assert field.sideline.next() == "Demo is up."
    assert field.sideline.previous() == "Bo is up."
    field.until(50.0)
    assert athletes(field.reps) == ["Demo", "Demo", "Bo"]
    assert said(field) == [("athlete", name) for name in ("Ana", "Bo", "Demo", "Bo")]
    field.agrees()


def test_a_slot_of_the_queue_is_up_by_its_number_and_one_that_is_not_there_says_nothing() -> None:
    field = at()
    assert field.sideline.slot(3) == "Bo is up."
    assert field.sideline.slot(3) == ""
    assert field.sideline.slot(9) == ""
    assert said(field) == [("athlete", "Bo")]
    assert field.sideline.queue.now.name == "Bo"


def test_next_and_back_pressed_before_anything_is_recorded_end_where_they_began() -> None:
    field = at()
    field.deaf = True
    field.sideline.next()
    field.sideline.previous()
    field.hear()
    assert field.lane.conditions.athlete == field.sideline.queue.now.name == "Demo"


def test_keys_pressed_faster_than_they_are_recorded_add_up() -> None:
    """While a rep is measured, what the coach says waits for a moment."""
    field = at(until_s=59.0)
    field.deaf = True
    assert [field.sideline.load(1), field.sideline.load(1)] == ["Load: 25 lb.", "Load: 30 lb."]
    assert [field.sideline.new_set(), field.sideline.new_set()] == ["Set 3.", "Set 4."]
    assert [field.sideline.sled(), field.sideline.sled()] == ["Load: no sled.", "Load: the sled."]
    field.hear()
    now = field.lane.conditions
    assert (now.set_number, now.unresisted) == (4, False)
    assert now.load_kg == pytest.approx(pounds_to_kilograms(30.0), abs=1e-3)
    assert field.sideline.load(-1) == "Load: 25 lb."


def test_one_athlete_alone_says_nothing() -> None:
    field = Field(records_of(CLEAN)).until(BETWEEN_S)
    assert field.sideline.next() == ""
    assert said(field) == []


def test_a_queue_that_was_edited_says_only_whose_turn_it_is() -> None:
    field = at()
    assert field.sideline.take_queue(THREE.with_added("Cy")) == ""
    assert field.sideline.take_queue(THREE.with_added("Cy").at(4)) == "Cy is up."
    assert said(field) == [("athlete", "Cy")]


@pytest.mark.parametrize(
    ("mass", "loads_kg", "words_said"),
    [
        (MassUnit.POUND, [pounds_to_kilograms(5), pounds_to_kilograms(10)], ["5 lb", "10 lb"]),
        (MassUnit.KILOGRAM, [2.5, 5.0], ["2.5 kg", "5 kg"]),
    ],
)
def test_plates_go_on_and_off_in_the_smallest_of_the_unit(
    mass: MassUnit, loads_kg: list[float], words_said: list[str]
) -> None:
    field = at(settings=Settings(mass=mass))
    field.sideline.sled()
    for load_kg, what in zip(loads_kg, words_said, strict=True):
        assert field.sideline.load(1) == f"Load: {what}."
        assert field.lane.conditions.load_kg == pytest.approx(load_kg, abs=1e-4)
    field.sideline.load(-1)
    assert field.lane.conditions.load_kg == pytest.approx(loads_kg[0], abs=1e-4)
    field.sideline.load(-3)
    assert field.lane.conditions.load_kg == 0.0
    field.until(50.0)
    assert field.reps[-1].conditions.resistance_kg == 15.0


def test_a_load_typed_in_kilograms_stays_on_whole_pounds() -> None:
    field = at(until_s=59.0)
    assert field.lane.conditions.load_kg == 9.07
    assert field.sideline.load(1) == "Load: 25 lb."
    assert field.lane.conditions.load_kg == pytest.approx(pounds_to_kilograms(25.0), abs=1e-4)


def test_plates_put_the_sled_on_and_undo_takes_both_back() -> None:
    field = at()
    assert without_sled(field)
    field.sideline.load(2)
    assert not without_sled(field)
    assert field.lane.conditions.resistance_kg == pytest.approx(19.5359, abs=1e-3)
    assert field.sideline.undo() == "Undone: load."
    assert without_sled(field)
    assert said(field)[-2:] == [("undo", ""), ("undo", "")]


def test_the_sled_comes_off_and_goes_on() -> None:
    field = at()
    assert field.sideline.sled() == "Load: the sled."
    assert not without_sled(field)
    assert field.sideline.sled() == "Load: no sled."
    assert without_sled(field)
    assert said(field) == [("unresisted", "0"), ("unresisted", "1")]


def test_a_set_begins_and_zero_is_set() -> None:
    field = at()
    assert field.sideline.new_set() == "Set 2."
    assert field.sideline.new_set() == "Set 3."
    assert field.sideline.zero() == words.DONE_ZERO
    field.sideline.note("windy")
    assert said(field) == [("set", "2"), ("set", "3"), ("zero", ""), ("note", "windy")]
    field.until(50.0)
    assert field.reps[-1].conditions.set_number == 3
    field.agrees()


def test_undo_leaves_the_last_rep_out_and_brings_it_back_for_ever() -> None:
    field = at()
    for _ in range(3):
        assert field.sideline.undo() == "Rep 2 of Demo left out. Undo brings it back."
        assert left_out(field) == [False, True]
        assert field.sideline.undo() == "Undone: leaving out a rep."
        assert left_out(field) == [False, False]
    assert said(field)[0][0] == "exclude_rep"
    assert [kind for kind, _ in said(field)] == ["exclude_rep", "undo"] * 3
    field.agrees()


def test_undo_meets_what_was_done_since_the_last_rep_first_and_no_older_input() -> None:
    field = at(until_s=20.0)
    field.sideline.new_set()
    field.until_rep(2)
    field.sideline.next()
    field.sideline.zero()
    assert field.sideline.undo() == "Undone: zero."
    assert field.sideline.undo() == "Undone: athlete Ana."
    assert field.sideline.queue.now.name == field.lane.conditions.athlete == "Demo"
    assert field.sideline.undo() == "Rep 2 of Demo left out. Undo brings it back."
    assert field.lane.conditions.set_number == 2
    field.agrees()


def test_undo_further_back_goes_to_the_very_first_input_and_then_says_so() -> None:
    field = at(until_s=4.0)
    untouched = at().reps
    field.sideline.new_set()
    field.sideline.next()
    field.until_rep(1)
    field.sideline.load(1)
    field.until_rep(2)
    field.sideline.exclude("false start")
    done = [field.sideline.undo_earlier() for _ in range(5)]
    assert done == [
        "Undone: leaving out a rep.",
        "Undone: load.",
        "Undone: athlete Ana.",
        "Undone: set 2.",
        words.DONE_NOTHING,
    ]
    assert field.until(BETWEEN_S).reps == untouched
    assert field.sideline.queue == THREE
    field.agrees()


def test_before_the_first_rep_there_is_nothing_to_undo() -> None:
    field = at(until_s=3.0)
    events = field.events
    assert field.sideline.undo() == words.DONE_NOTHING
    assert field.sideline.undo_earlier() == words.DONE_NOTHING
    assert field.sideline.exclude() == words.DONE_NO_REP
    assert field.sideline.last_was("Ana") == words.DONE_NO_REP
    assert field.sideline.swap_last_two() == words.DONE_NO_REP
    assert field.sideline.recover() == words.DONE_NO_RUN
    assert field.events == events


def test_a_rep_is_left_out_with_a_reason_and_taken_in_again() -> None:
    field = at()
    assert field.sideline.exclude("slipped") == "Rep 2 of Demo left out. Undo brings it back."
    assert said(field)[0] == ("note", "slipped")
    assert left_out(field)[1]
    assert field.sideline.exclude() == "Rep 2 of Demo counts again."
    assert not left_out(field)[1]
    assert field.sideline.undo() == "Undone: taking a rep in."
    assert left_out(field)[1]
    assert field.sideline.undo() == "Undone: leaving out a rep."
    assert not left_out(field)[1]
    field.agrees()


def test_hidden_numbers_are_noted_and_undo_shows_them_and_nothing_else() -> None:
    field = at()
    field.sideline.exclude()
    assert field.sideline.hide() == "Numbers are hidden."
    assert hidden(field)
    assert said(field)[-1] == ("note", "Numbers are hidden.")
    assert field.sideline.undo() == "Undone: hiding or showing numbers."
    assert not hidden(field)
    assert left_out(field)[1], "undo took back the note, not the exclusion beneath it"
    field.sideline.undo()
    assert not left_out(field)[1]


def test_a_rep_that_ends_while_paused_is_left_out_and_undo_takes_it_in() -> None:
    field = at()
    assert field.sideline.arm() == words.DONE_PAUSED
    field.until_rep(3)
    assert left_out(field) == [False, False, True]
    assert field.sideline.undo() == "Undone: leaving out a rep."
    assert not left_out(field)[2]
    assert field.sideline.arm() == words.DONE_ARMED
    field.agrees()
    assert left_out(field) == [False] * 4


def test_the_last_rep_was_somebody_elses_and_who_is_up_stays_up() -> None:
    field = at()
    field.sideline.slot(3)
    assert field.sideline.last_was("Ana") == "The last rep was Ana's."
    assert athletes(field.reps) == ["Demo", "Ana"]
    assert field.lane.conditions.athlete == "Bo"
    field.until_rep(3)
    assert athletes(field.reps) == ["Demo", "Ana", "Bo"]
    field.sideline.last_was("Cy")
    assert athletes(field.reps) == ["Demo", "Ana", "Cy"]
    assert field.lane.conditions.athlete == "Bo"
    assert field.sideline.undo() == "Undone: athlete Cy."
    assert athletes(field.reps) == ["Demo", "Ana", "Bo"]
    field.agrees()


def test_a_rep_may_be_given_away_twice_and_the_last_word_holds() -> None:
    field = at()
    field.sideline.last_was("Ana")
    field.sideline.last_was("Bo")
    assert athletes(field.reps) == ["Demo", "Bo"]
    assert field.lane.conditions.athlete == "Demo"
    assert field.sideline.undo() == "Undone: athlete Bo."
    assert athletes(field.reps) == ["Demo", "Ana"]


def test_the_last_two_change_hands_and_back_again() -> None:
    field = at(until_s=10.0)
    field.sideline.next()
    field.until(BETWEEN_S)
    assert athletes(field.reps) == ["Demo", "Ana"]
    assert field.sideline.swap_last_two() == words.DONE_SWAPPED
    assert athletes(field.reps) == ["Ana", "Demo"]
    assert field.lane.conditions.athlete == "Ana"
    field.until_rep(3)
    assert athletes(field.reps) == ["Ana", "Demo", "Ana"]
    field.sideline.undo_earlier()
    assert athletes(field.reps) == ["Demo", "Ana", "Ana"]
    field.agrees()


def test_a_rep_given_away_while_the_next_one_runs_leaves_the_runner_alone() -> None:
    field = at(until_s=44.0)
    assert field.lane.running
    field.sideline.last_was("Ana")
    field.until_rep(3)
    assert athletes(field.reps) == ["Demo", "Ana", "Demo"]
    field.agrees()


def missed(field: Field) -> Field:
    """The screen as if no rep had been made of the runs since the first."""
    field.state.take(RepsNow(1, field.reps[:1]))
    return field


def test_that_was_a_rep_names_the_newest_run_of_which_none_was_made() -> None:
    field = missed(at(until_s=50.0))
    assert field.sideline.recover() == words.DONE_RECOVERED
    kind, value = said(field)[-1]
    assert kind == "recover_rep"
    assert 42.93 < float(value) < 45.34
    assert len(field.reps) == 3
    assert field.sideline.recover() == words.DONE_NO_RUN


def test_a_false_start_may_be_recovered_even_while_paused_and_undo_takes_that_back() -> None:
    field = at(until_s=69.0, name=FALSE)
    reps = field.reps
    field.sideline.arm()
    field.deaf = True
    assert field.sideline.recover() == words.DONE_RECOVERED
    field.hear()
    assert len(field.reps) == len(reps) + 1
    ended = [each.rep for each in field.happenings if isinstance(each, RepEnded)]
    assert "recovered by hand" in ended[-1].estimates.notes
    assert ended[-1].estimates.start_s < MISSED_S + 2.0 < field.reps[-1].estimates.start_s
    assert not any(left_out(field)), "the coach named it, paused or not"
    assert field.sideline.undo() == "Undone: recovering a rep."
    field.hear()
    assert field.reps == reps
    field.agrees()


def test_with_two_lanes_undo_takes_back_what_was_done_in_the_lane_one_looks_at() -> None:
    spoken: list[tuple[int, str, str]] = []
    state = SidelineState()

    def say(lane: int, kind: str, value: str, time_s: float | None) -> None:
        spoken.append((lane, kind, value))

    line = Sideline(state, say, Settings(), THREE)
    line.new_set()
    line.lane = 2
    line.zero()
    (ended, *_) = state.take(RepsNow(2, tuple(free(count=1))))
    line.happened(ended)
    line.lane = 1
    assert line.undo() == "Undone: set 2."
    assert spoken[-1] == (1, "undo", "")
    line.lane = 2
    assert line.undo().startswith("Rep 1 of A left out")
    assert [spoken[-1][:2], line.undo()] == [(2, "exclude_rep"), "Undone: leaving out a rep."]
    assert line.undo_earlier() == "Undone: zero."
    assert spoken[-1] == (2, "undo", "")


def test_the_simulated_coach_speaks_beforehand_and_undo_never_meets_its_inputs() -> None:
    """The demo: a person's keys beside a coach who is simulated."""
    records = records_of(CLEAN)
    theirs = [record for record in records if isinstance(record, Event)]
    others = [record for record in records if not isinstance(record, Event)]
    begun_ns = others[0].received_ns
    beforehand = [record._replace(received_ns=begun_ns) for record in theirs]
    field = Field([others[0], *beforehand, *others[1:]], queue=THREE).until(50.0)
    assert field.lane.conditions.set_number == 1
    field.sideline.exclude()
    field.until(58.5)
    assert field.lane.conditions.load_kg == 9.07
    assert field.sideline.undo() == "Undone: leaving out a rep."
    assert left_out(field) == [False] * 3
    assert field.lane.conditions.load_kg == 9.07
    field.agrees()


def test_taking_off_a_plate_that_is_not_there_says_so_and_leaves_no_input() -> None:
    field = at()
    before = len(field.recorded)
    assert field.lane.conditions.load_kg == 0.0
    assert field.sideline.load(-1) == "There is no plate on the sled."
    assert len(field.recorded) == before
