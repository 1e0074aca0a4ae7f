"""The second simulator against itself, and two of its sessions through the whole of sledmon.

All severities and their table: ``python -m benchmarks.another_simulator``.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from benchmarks.another_simulator.accuracy import pair_up
from benchmarks.another_simulator.body import Motion
from benchmarks.another_simulator.scale import GRAVITY_MPS2, GRID_S
from benchmarks.another_simulator.sensors import Imu, encoder_table, imu_table, sensed
from benchmarks.another_simulator.session import AnotherSession, another_session, measured
from benchmarks.another_simulator.severity import SEVERITIES

QUIET = replace(
    SEVERITIES["light"], encoder_hz=(500.0,), count_m=1e-5, cord_sway_m=0.0, stamp_jitter_s=0.0
)


@cache
def session(seed: int, severity: str = "light") -> AnotherSession:
    return another_session(seed, severity)


def between(motion: Motion, begin_s: float, end_s: float) -> Motion:
    part = slice(*np.searchsorted(motion.time_s, [begin_s, end_s]))
    return Motion(
        time_s=motion.time_s[part],
        pelvis_m=motion.pelvis_m[part],
        body=motion.body[part],
        shaken_m=motion.shaken_m[part],
        effort=motion.effort[part],
    )


@pytest.mark.parametrize("rep", [0, 4])
def test_a_perfect_imu_integrates_to_the_true_attitude_and_pelvis_path(rep: int) -> None:
    whole = session(1, "heavy")
    run = whole.reps[rep]
    motion = between(whole.motion, run.start_s - 1.0, run.stop_s + 0.2)
    lever_m, mounting = np.array([-0.1, 0.02, 0.03]), Rotation.from_rotvec([1.0, -2.0, 0.5])
    perfect = Imu(rate_hz=1000.0, lever_m=lever_m, mounting=mounting)
    rows = imu_table(motion, perfect, np.random.default_rng(0))
    time_s = rows[:, 0]
    rows = rows[(time_s > run.start_s - 0.5) & (time_s < run.stop_s)]
    on_grid = np.round((rows[:, 0] - motion.time_s[0]) / GRID_S).astype(int)
    truth = sensed(motion, perfect)

    turns = Rotation.from_rotvec((rows[1:, 4:] + rows[:-1, 4:]) / 2.0 * 1e-3)
    attitudes = [truth.attitude[on_grid[0]]]
    for turn in turns:
        attitudes.append(attitudes[-1] * turn)
    attitude = Rotation.concatenate(attitudes)
    off_rad = (attitude.inv() * truth.attitude[on_grid]).magnitude()
    assert np.max(off_rad) < np.radians(0.1)

    acceleration = attitude.apply(rows[:, 1:4]) - [0.0, 0.0, GRAVITY_MPS2]
    velocity = np.gradient(truth.place_m, GRID_S, axis=0)[on_grid[0]] + np.vstack(
        [np.zeros(3), np.cumsum(acceleration[1:] + acceleration[:-1], axis=0) / 2.0 * 1e-3]
    )
    place = truth.place_m[on_grid[0]] + np.vstack(
        [np.zeros(3), np.cumsum(velocity[1:] + velocity[:-1], axis=0) / 2.0 * 1e-3]
    )
    shaken_m = motion.shaken_m[on_grid]
    assert np.max(np.abs(shaken_m)) > 0.001
    pelvis = place - motion.body[on_grid].apply(lever_m + shaken_m)
    assert np.max(np.abs(pelvis - motion.pelvis_m[on_grid])) < 0.01


def test_a_clip_at_the_pelvis_and_a_reel_far_away_pay_out_the_pelvis_path() -> None:
    motion, nowhere = session(1).motion, np.zeros(3)
    far = np.array([-1e6, 0.0, 0.0])
    rows = encoder_table(motion, nowhere, far, 1.0, QUIET, np.random.default_rng(0))
    x = np.interp(rows[:, 0], motion.time_s, motion.pelvis_m[:, 0])
    assert np.ptp(x) > 9.144
    assert np.ptp(rows[:, 1] - x) < 1e-3


@pytest.mark.parametrize("seed", [1, 2])
def test_legs_push_and_never_pull_the_ground_and_the_body_flies(seed: int) -> None:
    height_m = session(seed).motion.pelvis_m[:, 2]
    force_g = np.diff(height_m, 2) / GRID_S**2 / GRAVITY_MPS2 + 1.0
    assert np.min(force_g) > -0.02
    assert 2.0 < np.max(force_g) < 6.0
    assert 0.5 < GRID_S * np.sum(force_g < 1e-6) < 15.0


@pytest.mark.parametrize("seed", [1, 2])
def test_truth_keeps_its_own_definitions(seed: int) -> None:
    whole = session(seed)
    time_s, x = whole.motion.time_s, whole.motion.pelvis_m[:, 0]
    velocity = np.gradient(x, GRID_S)
    assert [rep.unresisted for rep in whole.reps] == [True] * 3 + [False] * 2
    for rep in whole.reps:
        assert np.interp(rep.start_s, time_s, velocity) == pytest.approx(0.10, abs=0.005)
        late = (time_s > rep.start_s + 0.001) & (time_s < rep.end_s)
        assert np.min(velocity[late]) > 0.10
        assert rep.end_s - rep.start_s == pytest.approx(rep.split_10yd_s)
        gates = np.interp(rep.start_s + np.array([rep.split_5yd_s, rep.split_10yd_s]), time_s, x)
        assert np.diff(gates) == pytest.approx(4.572, abs=0.001)
        window = late & (time_s > rep.start_s + rep.split_5yd_s)
        assert rep.window_velocity_mps == pytest.approx(np.mean(velocity[window]), rel=1e-3)
        assert rep.window_velocity_mps < rep.peak_velocity_mps < np.max(velocity)
        assert 3.2 < rep.step_frequency_hz < 5.6
        trend = np.polyval(np.polyfit(time_s[window], velocity[window], 2), time_s[window])
        assert 0.1 < np.std(velocity[window] - trend) < 0.5


def test_the_same_seed_gives_the_same_tables() -> None:
    again = another_session(1, "light")
    assert np.array_equal(again.encoder, session(1).encoder)
    assert np.array_equal(again.imu, session(1).imu)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_rep_of_a_light_session_is_found_and_its_ten_yards_timed(seed: int) -> None:
    pairs = pair_up(measured(session(seed)), session(seed).reps)
    assert not pairs.missed
    assert not pairs.invented
    for truth, estimates in pairs.found:
        assert estimates.splits[1].time_s.value == pytest.approx(truth.split_10yd_s, abs=0.030)
