"""Pauses of a walk: each stand is found within its error, and makes a rig."""

import math

import numpy as np
import pytest

from sledmon.estimate.calibrate import reel_geometry, store
from sledmon.estimate.calibrate.pauses import Pauses, marks_from_walk
from sledmon.estimate.geometry import distance_from_payout
from sledmon.results import Measured
from sledmon.rig import Rig, format_rig, parse_rig
from sledmon.samples import FloatArray
from tests.estimate.cover import assert_covers

WALK_M = 0.9144 * np.array([0.0, 1.0, 2.0, 5.0, 10.0])


def trace(
    rng: np.random.Generator, places_m: FloatArray, stand_s: float, sway_m: float = 0.008
) -> tuple[FloatArray, FloatArray]:
    """A walk at 0.6 m/s with stands, whose sway forgets itself in half a second, at 100 Hz."""
    knots_s, knots_m = [0.0], [places_m[0]]
    for place in places_m:
        if place != knots_m[-1]:
            knots_s.append(knots_s[-1] + abs(place - knots_m[-1]) / 0.6)
            knots_m.append(place)
        knots_s.append(knots_s[-1] + stand_s)
        knots_m.append(place)
    time = np.arange(0.0, knots_s[-1], 0.01)
    sway, keep = np.empty(len(time)), math.exp(-0.01 / 0.5)
    kicks = rng.normal(0.0, sway_m * math.sqrt(1.0 - keep**2), len(time))
    sway[0] = rng.normal(0.0, sway_m)
    for k in range(1, len(time)):
        sway[k] = keep * sway[k - 1] + kicks[k]
    return time, np.interp(time, knots_s, knots_m) + sway + rng.normal(0.0, 0.0015, len(time))


def test_each_stand_of_a_walk_is_one_pause_within_its_error() -> None:
    rng = np.random.default_rng(4)
    found, truths = [], []
    for _ in range(30):
        pauses = marks_from_walk(*trace(rng, WALK_M, 5.0))
        assert len(pauses.payout_m) == len(WALK_M)
        found += [Measured(*row) for row in zip(pauses.payout_m, pauses.sigma_m, strict=True)]
        truths += list(WALK_M)
    assert_covers(found, truths)


def test_a_quieter_stand_is_stated_no_surer_than_the_least_sway() -> None:
    time, payout = trace(np.random.default_rng(13), np.array([0.0, 6.0]), 4.0, 0.001)
    pauses = marks_from_walk(time, payout)
    floor_m = 0.008 / np.sqrt(pauses.to_s - pauses.from_s)
    assert pauses.sigma_m == pytest.approx(floor_m)


def test_pauses_come_with_their_times() -> None:
    time, payout = trace(np.random.default_rng(5), np.array([0.0, 6.0]), 4.0, 0.003)
    pauses = marks_from_walk(time, payout)
    assert pauses.from_s == pytest.approx([0.4, 14.4], abs=0.4)
    assert pauses.to_s == pytest.approx([3.6, 17.6], abs=0.4)


def none(pauses: Pauses) -> bool:
    return all(len(row) == 0 for row in pauses)


def test_a_walk_without_a_stand_an_empty_trace_and_an_unknown_one_have_no_pauses() -> None:
    time = np.arange(0.0, 10.0, 0.01)
    assert none(marks_from_walk(time, 0.6 * time))
    assert none(marks_from_walk(np.array([]), np.array([])))
    assert none(marks_from_walk(time, np.full(len(time), np.nan)))


def test_a_gap_ends_a_pause_and_a_short_one_is_bridged() -> None:
    time = np.arange(0.0, 12.0, 0.01)
    long_gap = marks_from_walk(time[(time < 4) | (time > 8)], np.zeros(799))
    assert len(long_gap.payout_m) == 2
    lost = np.where((time > 5) & (time < 5.5), np.nan, 0.0)
    assert len(marks_from_walk(time, lost).payout_m) == 1


def test_from_a_walk_to_a_rig() -> None:
    place = (1.5, 0.9, 0.0)
    rng = np.random.default_rng(6)
    time, along = trace(rng, WALK_M, 5.0, 0.005)
    payout = np.hypot(along + place[0], place[1]) - math.hypot(*place)
    pauses = marks_from_walk(time, payout)
    reel = reel_geometry(
        WALK_M,
        pauses.payout_m,
        pauses.sigma_m,
        standoff_m=Measured(1.52, 0.02),
        height_m=Measured(0.89, 0.02),
    )
    rig = store(Rig(), reel=reel)
    assert distance_from_payout(pauses.payout_m[-1:] - pauses.payout_m[0], rig)[0] == pytest.approx(
        9.144, abs=0.03
    )
    assert parse_rig(format_rig(rig)) == rig
