"""The belt hangs on the pelvis as geometry, the strap's pull and its own creeping say."""

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sledmon.samples import FloatArray
from sledmon.twin import Motion, SessionParams, SimulatedSession, simulate
from sledmon.twin.belt import SETTLE_S, Belt, Worn, draw_belt, wear
from sledmon.twin.reel import ReelTruth, cord_length_m
from sledmon.twin.waveforms import STEP_S

STIFF = 1e7


@cache
def session() -> SimulatedSession:
    return simulate(SessionParams(seed=2, reps=4, unresisted=2, load_lb=(20.0,)))


@cache
def belt() -> Belt:
    return draw_belt(np.random.default_rng(4))


def worn(creep_m: float, stiffness_npm: float) -> Worn:
    belted = replace(belt(), creep_m=creep_m, stiffness_npm=stiffness_npm)
    return wear(belted, session().motion, session().script, np.random.SeedSequence(1))


def beside(motion: Motion, path_m: FloatArray) -> FloatArray:
    """(n, 3) a point of the belt seen from the pelvis, in its own axes."""
    pelvis = np.stack([motion.distance_m, motion.lateral_m, motion.height_m], axis=1)
    return np.asarray(np.einsum("nji,nj->ni", motion.rotation(), path_m - pelvis))


def test_without_creep_or_give_the_belt_is_rigid_with_the_pelvis() -> None:
    motion, rigid = session().motion, worn(0.0, STIFF)
    assert np.max(np.abs(beside(motion, rigid.clip_m) - belt().clip_m)) < 1e-4
    turned = np.einsum("nji,nj->ni", motion.rotation(), rigid.imu_m)
    assert np.max(np.abs(turned - belt().imu_m)) < 1e-4


def test_with_the_athlete_set_on_the_line_the_cord_is_as_long_as_the_rig_says() -> None:
    rigid = worn(0.0, STIFF)
    here = replace(rigid, clip_m=rigid.clip_at_set_m[None, :])
    truth = ReelTruth(standoff_m=3.0, height_m=0.6, lateral_m=-0.2, counts_per_m=1000.0)
    assert cord_length_m(here, truth)[0] == pytest.approx(math.hypot(3.0, 0.6, 0.2))
    set_at = session().script.reps[0].start - 200
    assert np.linalg.norm(rigid.clip_m[set_at] - rigid.clip_at_set_m) < 0.06


def test_the_strap_draws_the_belt_towards_the_sled_by_its_pull_over_the_stiffness() -> None:
    script, stiffness_npm = session().script, 20e3
    rigid, soft = worn(0.0, STIFF), worn(0.0, stiffness_npm)
    drawn_m = rigid.clip_m[:, 0] - soft.clip_m[:, 0]
    free, pulled = script.reps[0], script.reps[2]
    assert np.max(np.abs(drawn_m[free.start : free.start + 2000])) < 1e-5
    here = slice(pulled.start + 500, pulled.start + 2000)
    tension_n = pulled.run.tension_n[500:2000] * math.cos(script.ground.strap_angle_rad)
    assert np.mean(drawn_m[here]) == pytest.approx(np.mean(tension_n) / stiffness_npm, rel=0.05)
    assert 0.001 < np.mean(drawn_m[here]) < 0.010
    assert np.max(np.abs(np.diff(drawn_m, 2))) / STEP_S**2 < 60.0  # no jolt that no belt could do


def test_landings_shift_the_belt_and_standing_does_not() -> None:
    motion, script = session().motion, session().script
    shift_m = beside(motion, worn(0.0006, STIFF).clip_m) - belt().clip_m
    rest = slice(round((script.reps[0].stop_s + SETTLE_S) / STEP_S) + 100, script.reps[1].start)
    assert np.max(np.ptp(shift_m[rest], axis=0)) < 1e-4
    over_a_rep = [
        shift_m[round(rep.stop_s / STEP_S)] - shift_m[rep.start] for rep in session().script.reps
    ]
    # Some twelve landings of 0.6 mm.
    assert 0.0008 < float(np.std(over_a_rep)) < 0.005


def test_belts_differ_within_the_size_of_a_waist_and_are_worn_in_front_and_on_the_back() -> None:
    belts = [draw_belt(np.random.default_rng(seed)) for seed in range(40)]
    fronts = [b.imu_m[0] < 0 for b in belts]
    assert 10 < sum(fronts) < 30
    for b in belts:
        assert 0.09 <= -b.clip_m[0] <= 0.13
        assert abs(b.clip_m[2]) <= 0.02
        assert np.linalg.norm(b.imu_m - b.clip_m) > 0.01
