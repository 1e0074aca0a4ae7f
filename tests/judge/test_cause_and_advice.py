"""Why a rep lies past a line, what to do, and how it is said."""

import math
from dataclasses import replace

import pytest

from sledmon.judge.advice import Advice, after_change, plates_advice
from sledmon.judge.params import JudgeParams
from sledmon.judge.wording import ADVICE, CAUSES, FLAGS, advice_words, verdict_sentence
from sledmon.plan import Plan, parse_plan
from sledmon.results import Conditions, Measured, Rep
from sledmon.units import pounds_to_kilograms
from tests.judge.reps import FREE_MPS, free, in_turn, judged, rep

PARAMS = JudgeParams()
CURVE = (2.6, 3.5, 4.0, 4.35, 4.6, 4.8, 4.95, 5.05, 5.12, 5.18)
NONE = Measured(0.0, 0.005)


def curved(velocity_mps: float, **factors: float) -> dict:
    """A curve of a window velocity, some of its points (p1 to p10) multiplied."""
    scale = velocity_mps / (sum(CURVE[5:]) / 5)
    points = [value * scale for value in CURVE]
    for name, factor in factors.items():
        points[int(name[1:]) - 1] *= factor
    return {"curve": points}


def known(velocity_mps: float = 4.6, count: int = 3) -> list[Rep]:
    """A baseline and some reps at a load, all of the usual shape."""
    reps = [
        replace(r, estimates=rep(r.number, FREE_MPS, **curved(FREE_MPS)).estimates) for r in free()
    ]
    return reps + in_turn(4, [velocity_mps] * count, set_number=2, **curved(velocity_mps))


def test_velocity_that_falls_away_within_a_rep_is_told_against_the_athlete_s_own_curve() -> None:
    as_ever = judged([*known(), rep(7, 4.6, set_number=2, **curved(4.6))])[-1]
    assert as_ever.within_rep_drop.value == pytest.approx(0.0, abs=1e-9)
    assert as_ever.notes == ()
    fell = judged([*known(), rep(7, 4.5, set_number=2, **curved(4.5, p9=0.92, p10=0.85))])[-1]
    assert fell.within_rep_drop.value == pytest.approx(0.115, abs=0.01)
    assert 0.0 < fell.within_rep_drop.sigma < 0.03
    assert fell.notes == ("velocity fell by 12 % within the rep, against the athlete's own curve",)
    first = judged([rep(1, 4.6, **curved(4.6))])[0]
    assert not first.within_rep_drop.known


def test_a_load_past_the_line_is_the_load_s_doing() -> None:
    verdict = judged([*known(4.1), rep(7, 4.1, set_number=2, **curved(4.1))])[-1]
    assert (verdict.flag, verdict.cause) == ("watch", "load")


def test_a_load_that_was_light_and_no_longer_is_is_fatigue() -> None:
    falling = (4.7, 4.7, 4.6, 4.5, 4.4, 4.3, 4.2, 4.15)
    reps = known(4.7, 0) + [rep(4 + i, v, set_number=2, **curved(v)) for i, v in enumerate(falling)]
    verdict = judged(reps)[-1]
    assert verdict.flag in ("watch", "fatigue")
    assert verdict.cause == "fatigue"


def test_a_dip_that_is_made_good_again_is_a_strap_that_caught() -> None:
    caught = rep(7, 4.15, set_number=2, **curved(4.6, p6=0.85, p7=0.6, p8=0.85))
    verdict = judged([*known(), caught])[-1]
    assert (verdict.flag, verdict.cause) == ("watch", "slack")
    assert verdict.advice == "Check the strap and repeat the rep."


@pytest.mark.parametrize(
    ("slack_s", "cause", "advice"),
    [
        (0.0, "start", "Repeat the rep: it started slowly."),
        (math.nan, "start", "Repeat the rep: it started slowly."),
        (0.4, "slack", "Check the strap and repeat the rep."),
    ],
)
def test_a_beginning_that_was_never_made_good_is_a_late_start_or_a_slack_strap(
    slack_s: float, cause: str, advice: str
) -> None:
    factors = {f"p{k}": 1 - 0.45 * math.exp(-k / 4.5) for k in range(1, 11)}
    late = rep(7, 4.15, set_number=2, slack_s=slack_s, **curved(4.6, **factors))
    verdict = judged([*known(), late])[-1]
    assert (verdict.flag, verdict.cause, verdict.advice) == ("watch", cause, advice)


def test_a_late_start_that_does_not_matter_is_not_the_cause_of_a_heavy_load() -> None:
    late = rep(7, 3.9, set_number=2, **curved(3.9, p1=0.8, p2=0.9))
    assert judged([*known(3.95), late])[-1].cause == "load"


def test_poor_trust_is_sensor_trouble_and_no_flag() -> None:
    verdict = judged([*known(), rep(7, 3.9, set_number=2, trust="poor")])[-1]
    assert (verdict.flag, verdict.cause) == (None, "sensor")
    assert verdict.advice == "Check the sensors and repeat the rep."
    fine = judged([*known(), rep(7, 4.8, set_number=2, trust="poor")])[-1]
    assert (fine.flag, fine.cause, fine.advice) == (None, None, None)


def test_a_rep_that_caught_teaches_nothing_about_loss() -> None:
    caught = rep(7, 3.9, set_number=2, **curved(4.6, p6=0.85, p7=0.6, p8=0.85))
    after = judged([*known(), caught, rep(8, 4.6, set_number=2, **curved(4.6))])[-1]
    assert abs(after.velocity_loss.value) < 0.02
    assert after.flag is None


@pytest.mark.parametrize(
    ("decrement", "load_lb", "plates", "kind", "lb"),
    [
        (0.11, 20, (5, 5, 10, 10), "take-off", 10),
        (0.11, 20, (10, 10), "take-off", 10),
        (0.11, 20, (45,), "take-all-off", 20),
        (0.125, 30, (10, 10, 10), "take-off", 20),
        (0.15, 20, (5, 5, 10, 10), "take-all-off", 20),
        (0.25, 20, (5, 5, 10, 10), "all-off-and-lighter", 20),
        (0.14, 0, (5, 10), "lighter-sled", math.nan),
    ],
)
def test_advice_takes_off_the_least_that_will_do_in_the_user_s_own_plates(
    decrement: float, load_lb: float, plates: tuple, kind: str, lb: float
) -> None:
    plan = Plan(plates_kg=tuple(map(pounds_to_kilograms, plates)))
    conditions = Conditions(load_kg=pounds_to_kilograms(load_lb), sled_kg=12.0)
    advice = plates_advice(Measured(decrement, 0.006), NONE, conditions, plan, PARAMS)
    assert advice is not None
    assert advice.kind == kind
    assert math.isnan(lb) or advice.mass_kg == pytest.approx(pounds_to_kilograms(lb))


def test_less_sure_advice_takes_off_more() -> None:
    conditions = Conditions(load_kg=pounds_to_kilograms(30), sled_kg=10.0)
    sure, unsure = (
        plates_advice(Measured(0.12, sigma), NONE, conditions, Plan(), PARAMS)
        for sigma in (0.003, 0.015)
    )
    assert sure is not None
    assert unsure is not None
    assert sure.mass_kg < unsure.mass_kg


def test_plates_do_not_take_off_fatigue() -> None:
    fresh = after_change(Measured(0.12, 0.01), Measured(0.0, 0.0), 24.0, 15.0, PARAMS)
    tired = after_change(Measured(0.12, 0.01), Measured(0.05, 0.01), 24.0, 15.0, PARAMS)
    assert fresh.value < tired.value < 0.12


@pytest.mark.parametrize(("target", "words"), [("transition", "Add 30 lb."), ("speed", None)])
def test_a_load_too_light_for_the_plan_gets_more(target: str, words: str | None) -> None:
    plan = parse_plan(f"target = '{target}'\nplates_lb = [10, 10, 10]\nlines = {{speed = 0.08}}")
    verdict = judged([*known(4.75), rep(7, 4.75, set_number=2, **curved(4.75))], plan)[-1]
    assert verdict.flag is None
    assert verdict.advice == words


def test_masses_are_told_in_the_plates_own_unit() -> None:
    assert advice_words(Advice("take-off", 2.5), parse_plan("plates_kg = [2.5]")) == (
        "Take off 2.5 kg."
    )


def test_a_flag_is_one_sentence_with_cause_and_then_the_advice() -> None:
    reps = [*known(4.1, 3)]
    flagged = replace(reps[-1], verdict=judged(reps)[-1])
    sentence = verdict_sentence(flagged)
    assert sentence == (
        "18 % slower than your free backpedal: past your speed setting, 10 % (>99 % sure;"
        f" cause: load). {flagged.verdict.advice}"
    )
    poor = replace(
        reps[-1], verdict=judged([*known(), rep(7, 3.9, set_number=2, trust="poor")])[-1]
    )
    assert verdict_sentence(poor) == (
        "Not judged: sensor trouble. Check the sensors and repeat the rep."
    )
    assert verdict_sentence(reps[0]) == ""


def test_a_line_within_the_error_is_said_to_be_so_and_no_flag_is_raised() -> None:
    reps = known(4.42, 1)
    near = replace(reps[-1], verdict=judged(reps)[-1])
    assert near.verdict.flag is None
    assert verdict_sentence(near) == (
        "11 % slower than your free backpedal: within error of your 10 % line."
    )
    for clear_mps in (4.2, 4.9):
        reps = known(clear_mps, 1)
        clear = replace(reps[-1], verdict=judged(reps)[-1])
        assert "within error" not in verdict_sentence(clear)
    reps = [replace(each, excluded=True) for each in known(4.42, 1)[-1:]]
    excluded = replace(reps[-1], verdict=judged([*known(), *reps])[-1])
    assert verdict_sentence(excluded) == ""


def test_fatigue_is_told_by_its_own_number() -> None:
    reps = in_turn(1, (4.5, 4.5, 4.4, 3.7, 3.65))
    said = verdict_sentence(replace(reps[-1], verdict=judged(reps)[-1]))
    assert said.startswith("18 % slower than your first reps at this load: past your stop line, 10")
    assert said.endswith("End the set.")


def test_no_wording_calls_a_rep_strength_work() -> None:
    for words in (*FLAGS.values(), *CAUSES.values(), *ADVICE.values()):
        assert "strength work" not in words
    assert all("your" in words for words in FLAGS.values())
