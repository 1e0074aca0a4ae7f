"""Plans are read whole or refused in one sentence that names the key."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.errors import PlanError
from sledmon.plan import PRESETS, Lines, Plan, mass_words, parse_plan, read_plan

WHOLE = """
name = "Tuesday"
target = "transition"
stop_reps = 1
rest_between_reps_s = 60
rest_between_sets_s = 180
plates_kg = [1.25, 2.5, 2.5]

[lines]
speed = 0.12
loss_stop = 0.08

[athletes."Jersey 7"]
strength = 0.2

[[set]]
reps = 3
unresisted = true
distance_yd = 5

[[set]]
reps = 4
load_lb = 10
distance_m = 8
rest_between_reps_s = 45
"""


def test_everything_that_can_be_planned_is_read() -> None:
    plan = parse_plan(WHOLE)
    assert (plan.name, plan.target, plan.stop_reps) == ("Tuesday", "transition", 1)
    assert plan.lines == Lines(speed=0.12, loss_stop=0.08)
    assert plan.lines_of("Jersey 7") == Lines(speed=0.12, strength=0.2, loss_stop=0.08)
    assert plan.lines_of("Jersey 8") == plan.lines
    assert (plan.plates_kg, plan.in_pounds) == ((1.25, 2.5, 2.5), False)
    assert plan.sets[0].unresisted
    assert plan.sets[0].distance_m == pytest.approx(4.572)
    assert plan.sets[1].load_kg == pytest.approx(4.5359237)
    assert plan.text == WHOLE


def test_lines_of_an_athlete_hold_in_whichever_case_the_name_is_written() -> None:
    plan = parse_plan("[athletes.ann]\nspeed = 0.12\n")
    assert (plan.lines_of("Ann").speed, plan.lines_of("Anna").speed) == (0.12, 0.10)


def test_an_empty_plan_is_the_drill_with_its_usual_lines() -> None:
    assert parse_plan("") == Plan()
    assert Plan().lines == Lines(
        speed=0.10, strength=0.25, loss_shown=0.05, loss_stop=0.10, loss_limit=0.20
    )


def test_rest_is_that_of_the_set_else_of_the_plan_and_another_one_between_sets() -> None:
    plan = parse_plan(WHOLE)
    assert plan.rest_before_s(1, new_set=False) == 60
    assert plan.rest_before_s(2, new_set=False) == 45
    assert plan.rest_before_s(2, new_set=True) == 180
    assert math.isnan(Plan().rest_before_s(1, new_set=False))


def test_sets_behind_the_last_one_are_like_it() -> None:
    plan = parse_plan(WHOLE)
    assert plan.set_numbered(9) is plan.sets[1]
    assert Plan().set_numbered(3).unresisted is None


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_known_by_its_name_and_is_practice(name: str) -> None:
    plan = read_plan(f" {name}\n")
    assert plan.name == name
    assert 3 <= len(plan.sets) <= 5
    assert plan.sets[0].unresisted, "it begins with its own baseline"
    assert plan.sets[0].reps >= 3
    for each in plan.sets[1:]:
        assert 0.0 <= each.load_kg <= 9.08
        assert each.distance_m == pytest.approx(9.144) or each.distance_m == pytest.approx(4.572)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sets = 3", "unknown key 'sets'; did you mean 'set'?"),
        ("[lines]\nspeed = 0.3", "speed = 0.3 lies above strength = 0.25"),
        ("[lines]\nspeed = 'fast'", "lines.speed = 'fast' is not a number"),
        ("[lines]\nspeed = true", "lines.speed = True is not a number"),
        ("[lines]\nspeed = 10", "lines.speed = 10 lies outside 0.01 to 0.9"),
        ("[lines]\nloss_stop = nan", "lines.loss_stop = nan lies outside"),
        ("[athletes.Bo]\nsped = 0.1", "unknown key 'sped' in [athletes.\"Bo\"]"),
        ("athletes = 3", "athletes is a section"),
        ("target = 'fast'", "target = 'fast' is not one of speed, transition, strength"),
        ("set = 3", "write [[set]]"),
        ("[[set]]\nreps = 0", "set 1.reps = 0 lies outside 1 to 200"),
        ("[[set]]\nreps = 2.5", "set 1.reps = 2.5 is not a whole number"),
        ("[[set]]\n[[set]]\nload_lb = 5\nload_kg = 2", "set 2.load_kg says load twice"),
        ("[[set]]\nunresisted = true\nload_lb = 5", "unresisted and has a load"),
        ("plates_lb = []", "plates_lb is a list of 1 to 12 masses"),
        ("plates_lb = [5, -5]", "plates_lb = -5 lies outside"),
        ("rest_between_reps_s = " + "9" * 400, "lies outside 0 to 3600"),
        ("name = 3", "name is not text"),
        ("name = ", "not valid TOML"),
        ("x = " + "9" * 5000, "not valid TOML"),
        ("speed-10yds", "no plan is named 'speed-10yds'; did you mean 'speed-10yd'?"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence_that_names_it(
    text: str, words: str
) -> None:
    with pytest.raises(PlanError) as error:
        read_plan(text, where="here")
    assert words in str(error.value)
    assert str(error.value).startswith("here: ")
    assert "\n" not in str(error.value)


@given(st.text(max_size=80))
def test_any_text_is_a_plan_or_one_sentence(text: str) -> None:
    try:
        assert isinstance(read_plan(text), Plan)
    except PlanError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("mass_kg", "in_pounds", "words"),
    [(9.07, True, "20 lb"), (1.25, False, "1.25 kg"), (2.2679618, True, "5 lb")],
)
def test_masses_read_as_people_say_them(mass_kg: float, in_pounds: bool, words: str) -> None:
    assert mass_words(mass_kg, in_pounds=in_pounds) == words
