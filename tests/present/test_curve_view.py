"""Curves behind the running rep: drawn through what was measured, and nothing besides."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.judge import Judge
from sledmon.plan import Plan, parse_plan
from sledmon.present.sideline.curve_view import (
    DRAWN_POINTS,
    CurveView,
    curve_view,
    hidden_curves,
    mean_curve,
    smooth,
)
from sledmon.results import Conditions, CurvePoint, Measured, Rep
from tests.judge.reps import SLED_KG, free, rep

FREE_CURVE = (1.9, 2.9, 3.5, 3.9, 4.3, 4.6, 4.8, 4.9, 5.0, 5.05)
LOADED_CURVE = (1.5, 2.4, 3.0, 3.4, 3.7, 3.9, 4.05, 4.1, 4.15, 4.2)
LOADED = Conditions(athlete="A", load_kg=4.5, sled_kg=SLED_KG, surface="turf")
UNRESISTED = replace(LOADED, unresisted=True, load_kg=0.0, sled_kg=0.0)

SPEEDS_MPS = st.floats(0.0, 7.0).map(lambda velocity: round(velocity, 3))


def judged(reps: list[Rep], plan: Plan | None = None) -> tuple[Rep, ...]:
    return Judge().judge(reps, [None] * len(reps), [plan or Plan()] * len(reps))


def session(*loaded_mps: float, curve: tuple[float, ...] = LOADED_CURVE) -> tuple[Rep, ...]:
    reps = free(curve=FREE_CURVE)
    reps += [rep(4 + k, v, load_kg=4.5, curve=curve) for k, v in enumerate(loaded_mps)]
    return judged(reps)


def view(
    reps: tuple[Rep, ...], conditions: Conditions = LOADED, plan: Plan | None = None
) -> CurveView:
    return curve_view(reps, conditions, plan or Plan())


@given(
    st.lists(st.floats(0.2, 2.0), min_size=2, max_size=12),
    st.lists(SPEEDS_MPS, min_size=13, max_size=13),
)
def test_a_smooth_curve_keeps_to_its_points_and_never_overshoots(
    steps_m: list[float], speeds_mps: list[float]
) -> None:
    at_m = np.array([0.0, *np.cumsum(steps_m)])
    velocity = np.array(speeds_mps[: len(at_m)])
    drawn_m, drawn = smooth(at_m, velocity)
    assert len(drawn_m) == DRAWN_POINTS
    assert np.all(np.diff(drawn_m) > 0.0)
    assert (drawn_m[0], drawn_m[-1]) == (0.0, pytest.approx(at_m[-1]))
    assert (drawn[0], drawn[-1]) == (pytest.approx(velocity[0]), pytest.approx(velocity[-1]))
    for k, place_m in enumerate(drawn_m):
        after = min(int(np.searchsorted(at_m, place_m, side="right")), len(at_m) - 1)
        low, high = sorted((velocity[after - 1], velocity[after]))
        assert low - 1e-9 <= drawn[k] <= high + 1e-9


@given(st.lists(st.floats(0.01, 1.0), min_size=3, max_size=10))
def test_what_rises_all_the_way_is_drawn_rising(steps_mps: list[float]) -> None:
    velocity = np.array([0.0, *np.cumsum(steps_mps)])
    _, drawn = smooth(np.linspace(0.0, 9.144, len(velocity)), velocity)
    assert np.all(np.diff(drawn) >= -1e-12)


@pytest.mark.parametrize("points", [3, 4, 5, 6, 7, 11])
@given(st.lists(SPEEDS_MPS, min_size=11, max_size=11))
def test_a_smooth_curve_goes_through_its_points(points: int, speeds_mps: list[float]) -> None:
    """Seen where the points lie among those that are drawn."""
    every = (DRAWN_POINTS - 1) // (points - 1)
    root = np.linspace(0.0, 3.0, DRAWN_POINTS)[::every]
    velocity = np.array(speeds_mps[:points])
    _, drawn = smooth(root**2, velocity)
    assert drawn[::every] == pytest.approx(velocity)


def test_two_points_are_joined_by_a_line() -> None:
    drawn_m, drawn = smooth(np.array([0.0, 2.0]), np.array([1.0, 3.0]))
    assert (drawn_m.tolist(), drawn.tolist()) == ([0.0, 2.0], [1.0, 3.0])


def test_every_measured_place_lies_on_the_curve() -> None:
    curve = mean_curve(session()[:1])
    assert curve is not None
    places_m = 0.9144 * np.arange(1, 11)
    assert np.interp(places_m, *curve) == pytest.approx(FREE_CURVE, abs=0.02)
    assert (curve[0][0], curve[1][0]) == (0.0, 0.0)


def test_the_mean_of_reps_is_their_mean_and_unknown_places_are_left_out() -> None:
    one, other = rep(1, 4.0, curve=(1.0, 2.0, 3.0, 4.0)), rep(2, 4.0, curve=(2.0, 4.0))
    curve = mean_curve([one, other])
    assert curve is not None
    assert np.interp(0.9144 * np.arange(1, 5), *curve) == pytest.approx([1.5, 3, 3, 4], abs=0.1)
    unknown = CurvePoint(distance_m=0.9144, velocity_mps=Measured())
    points = (unknown, *one.estimates.curve[1:])
    hole = replace(one, estimates=replace(one.estimates, curve=points))
    curve = mean_curve([hole])
    assert curve is not None
    assert not np.any(np.isnan(curve))
    assert mean_curve([rep(1, 4.0)]) is None
    assert mean_curve([]) is None


def test_behind_a_loaded_rep_stand_the_free_backpedal_and_the_best_at_this_load() -> None:
    shown = view(session(4.1, 4.3, 4.2))
    assert shown.baseline is not None
    assert shown.best is not None
    assert shown.baseline[1][-1] == pytest.approx(FREE_CURVE[-1])
    assert shown.best[1][-1] == pytest.approx(LOADED_CURVE[-1])
    assert shown.top_mps >= max(FREE_CURVE)
    other_load = view(session(4.1), replace(LOADED, load_kg=9.0))
    assert other_load.best is None
    assert other_load.baseline is not None


def test_the_best_is_the_fastest_and_not_one_that_is_left_out_or_not_to_be_believed() -> None:
    def marked(number: int, velocity_mps: float, end_mps: float, **other: object) -> Rep:
        curve = (*LOADED_CURVE[:-1], end_mps)
        return rep(number, velocity_mps, load_kg=4.5, curve=curve, **other)  # type: ignore[arg-type]

    reps = judged(
        [
            *free(curve=FREE_CURVE),
            marked(4, 4.2, 4.21),
            marked(5, 4.3, 4.31),
            marked(6, 4.9, 4.91, excluded=True),
            marked(7, 4.8, 4.81, trust="poor"),
            marked(8, 4.7, 4.71, distance_m=4.572),
        ]
    )
    best = view(reps).best
    assert best is not None
    assert best[1][-1] == pytest.approx(4.31)


def test_a_free_rep_is_compared_with_the_other_free_ones_once_there_are_two() -> None:
    one = judged(free(count=1, curve=FREE_CURVE))
    assert view(one, UNRESISTED).baseline is None
    assert view(one, LOADED).baseline is not None
    assert view(judged(free(count=2, curve=FREE_CURVE)), UNRESISTED).baseline is not None
    assert view(one, UNRESISTED).best is None


def test_the_line_stands_where_the_plan_draws_it_over_the_window_that_is_judged() -> None:
    reps = session(4.1)
    shown = view(reps)
    free_mps = 4.1 / (1.0 - reps[-1].verdict.velocity_decrement.value)
    assert shown.line_mps == pytest.approx(0.9 * free_mps)
    assert shown.line_words == "10 %"
    assert (shown.line_from_m, shown.distance_m) == (4.572, 9.144)
    own = parse_plan('athletes = {"A" = {speed = 0.2}}')
    assert view(reps, plan=own).line_mps == pytest.approx(0.8 * free_mps)
    assert view(reps, plan=own).line_words == "20 %"


@pytest.mark.parametrize(
    ("distance_yd", "gates_yd", "from_yd"),
    [(5, [5], 2.5), (10, [5, 10], 5), (12, [5, 10, 12], 7), (20, [5, 10, 15, 20], 15)],
)
def test_gates_and_window_are_those_of_the_distance(
    distance_yd: float, gates_yd: list[float], from_yd: float
) -> None:
    shown = view((), replace(LOADED, distance_m=0.9144 * distance_yd))
    assert list(shown.gates_m) == pytest.approx([0.9144 * yards for yards in gates_yd])
    assert shown.line_from_m == pytest.approx(0.9144 * from_yd)


def test_without_any_rep_there_is_an_empty_field_and_no_line() -> None:
    shown = view(())
    assert shown.baseline is None
    assert shown.best is None
    assert math.isnan(shown.line_mps)
    assert shown.top_mps == 6.0


def test_hidden_numbers_cannot_be_read_from_curves_axis_or_line() -> None:
    slow, fast = session(3.9, 3.8), session(4.4, 4.8, curve=tuple(2 * v for v in LOADED_CURVE))
    seen = [view(reps) for reps in (slow, fast)]
    assert seen[0].top_mps != seen[1].top_mps
    for shown in map(hidden_curves, seen):
        assert shown.baseline is None
        assert shown.best is None
        assert math.isnan(shown.line_mps)
        assert shown.gates_m == seen[0].gates_m
    assert hidden_curves(seen[0]).top_mps == hidden_curves(seen[1]).top_mps
