"""The load-velocity line: right where there is one, and refused where there is none."""

import numpy as np
import pytest

from sledmon.judge import Judge
from sledmon.judge.load_velocity import fit_load_velocity, load_for
from sledmon.plan import Plan, parse_plan
from sledmon.results import AthleteSummary, LoadPoint, Measured, Rep
from tests.judge.reps import PARAMS, free, in_turn, rep

LOADS_KG = (0.0, 15.0, 19.5, 24.0)


def points(v0: float, slope: float, sigma: float, noise: np.ndarray) -> list[LoadPoint]:
    return [
        LoadPoint(load_kg=m, velocity_mps=Measured(v0 - slope * m + e, sigma), reps=2)
        for m, e in zip(LOADS_KG, noise, strict=True)
    ]


def summed(reps: list[Rep], plan: Plan | None = None, said: Measured | None = None) -> list:
    judge = Judge(PARAMS)
    judge.judge(reps, [said] * len(reps), [plan or Plan()] * len(reps))
    return list(judge.summaries())


def test_stated_errors_of_slope_and_load_are_those_of_many_draws() -> None:
    rng = np.random.default_rng(2)
    lines = [fit_load_velocity(points(5.0, 0.035, 0.05, e)) for e in rng.normal(0, 0.05, (3000, 4))]
    lines = [line for line in lines if not line.why_not]
    slopes = np.array([line.slope_mps_per_kg.value for line in lines])
    assert np.mean(slopes) == pytest.approx(0.035, rel=0.02)
    # Widened where points happen to lie off the line: never narrower than the scatter.
    stated = np.array([line.slope_mps_per_kg.sigma for line in lines])
    assert np.std(slopes) <= np.median(stated) * 1.05
    inside = np.abs(slopes - 0.035) <= 1.645 * stated
    assert 0.90 <= inside.mean() <= 0.97
    loads = [load_for(line, 0.10)[0] for line in lines]
    true_kg = 0.10 * 5.0 / 0.035
    covered = [abs(m.value - true_kg) <= 1.645 * m.sigma for m in loads if m.known]
    assert 0.88 <= np.mean(covered) <= 0.97


def test_points_off_the_line_widen_it() -> None:
    straight = fit_load_velocity(points(5.0, 0.035, 0.05, np.zeros(4)))
    crooked = fit_load_velocity(points(5.0, 0.035, 0.05, np.array([0, 0.3, -0.3, 0])))
    assert crooked.slope_mps_per_kg.sigma > 2 * straight.slope_mps_per_kg.sigma
    assert crooked.r_squared < straight.r_squared == pytest.approx(1.0)
    assert crooked.residual_mps > 0.1


def test_fewer_than_three_loads_are_refused_in_a_sentence() -> None:
    line = fit_load_velocity(points(5.0, 0.035, 0.05, np.zeros(4))[:2])
    assert "needs three loads" in line.why_not
    assert "15.0 kg" in line.why_not
    load, why_not = load_for(line, 0.1)
    assert not load.known
    assert why_not == line.why_not


def test_nothing_is_said_beyond_one_and_a_half_times_the_heaviest_load() -> None:
    line = fit_load_velocity(points(5.0, 0.035, 0.05, np.zeros(4)))
    inside, nothing = load_for(line, 0.25)
    assert inside.value == pytest.approx(0.25 * 5.0 / 0.035)
    assert nothing == ""
    beyond, why_not = load_for(line, 0.26)
    assert not beyond.known
    assert "1.5 times the heaviest load" in why_not


def test_velocity_that_rises_with_load_gives_no_line() -> None:
    assert fit_load_velocity(points(4.0, -0.03, 0.05, np.zeros(4))).why_not == (
        "velocity does not fall with load"
    )


def ladder(surface: str = "turf") -> list[Rep]:
    reps = free(surface=surface)
    for i, load_kg in enumerate((0.0, 4.54, 9.07)):
        velocity_mps = 5.0 - 0.035 * (15.0 + load_kg)
        reps += in_turn(
            4 + 2 * i, (velocity_mps, velocity_mps), load_kg=load_kg, set_number=2 + i,
            surface=surface,
        )  # fmt: skip
    return reps


def test_a_session_over_several_loads_gives_a_line_and_the_load_to_the_plan_s_line() -> None:
    (summary,) = summed(ladder())
    assert isinstance(summary, AthleteSummary)
    line = summary.load_velocity
    assert [point.load_kg for point in line.points] == [0.0, 15.0, 19.5, 24.1]
    assert [point.reps for point in line.points] == [3, 2, 2, 2]
    assert line.slope_mps_per_kg.value == pytest.approx(0.035, rel=0.08)
    assert summary.load_for_target_kg.value == pytest.approx(0.1 * 4.97 / 0.034, rel=0.06)
    assert 0 < summary.load_for_target_kg.sigma < 4
    (heavy,) = summed(ladder(), parse_plan("target = 'transition'\nlines = {strength = 0.2}"))
    assert heavy.load_for_target_kg.value == pytest.approx(
        2.0 * summary.load_for_target_kg.value, rel=1e-6
    )


def test_the_line_is_that_of_the_surface_of_the_last_rep() -> None:
    mixed = [*ladder("grass"), rep(20, 4.4, surface="turf")]
    (summary,) = summed(mixed)
    assert summary.load_velocity.surface == "turf"
    assert "needs three loads" in summary.load_velocity.why_not


def test_a_brought_baseline_that_disagrees_with_today_s_own_is_told() -> None:
    (summary,) = summed(free(5.0), said=Measured(4.4, 0.03))
    assert "differ by more than their errors" in summary.notes[0]
    assert summary.baseline_mps.value == pytest.approx(4.4)
    (agreed,) = summed(free(5.0), said=Measured(4.95, 0.05))
    assert agreed.notes == ()


def test_each_athlete_and_each_distance_is_summed_up_alone() -> None:
    reps = [rep(1, 4.5), rep(2, 4.5, athlete="B"), rep(3, 4.0, distance_m=4.572)]
    assert [(s.athlete, s.distance_m) for s in summed(reps)] == [
        ("A", 9.144),
        ("B", 9.144),
        ("A", 4.572),
    ]
