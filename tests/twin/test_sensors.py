"""The simulated sensors feel the true motion and nothing else but their tabled faults."""

import math
from functools import cache

import numpy as np
import pytest

from sledmon.samples import FloatArray
from sledmon.twin import LEVELS, Motion, SessionParams, SimulatedSession, simulate
from sledmon.twin.clocks import CrystalClock
from sledmon.twin.imu import (
    ACC_MPS2_PER_COUNT,
    GYR_RADPS_PER_COUNT,
    quantise,
    random_rotation,
    sense,
)
from sledmon.twin.reel import cord_length_m, pay_out
from sledmon.twin.session import measured_rig
from sledmon.twin.waveforms import STEP_S
from sledmon.units import STANDARD_GRAVITY_MPS2

CLOCK = CrystalClock(start_tick=1000, error_ppm=20.0)


@cache
def short(faults: str = "none", seed: int = 0) -> SimulatedSession:
    return simulate(SessionParams(seed=seed, reps=2, unresisted=1, faults=faults))


def _velocity(motion: Motion, beside_m: FloatArray) -> FloatArray:
    """(n, 3) true velocity of a point beside the pelvis's middle, world axes."""
    across, up = (np.gradient(place, STEP_S) for place in (motion.lateral_m, motion.height_m))
    middle = np.stack([motion.velocity_mps, across, up], axis=1)
    return np.asarray(middle + np.gradient(beside_m, STEP_S, axis=0))


def _strapdown(
    motion: Motion,
    begin_mps: FloatArray,
    first: int,
    count: int,
    force: FloatArray,
    rate: FloatArray,
    period_s: float,
) -> FloatArray:
    """Integrate specific force and angular rate in pelvis axes; returns world velocity."""
    attitude = motion.rotation()[first]
    velocity = begin_mps
    gravity = np.array([0.0, 0.0, STANDARD_GRAVITY_MPS2])
    out = [velocity.copy()]
    for k in range(count):
        turn = (rate[k] + rate[k + 1]) / 2 * period_s
        angle = float(np.linalg.norm(turn))
        cross = np.array([[0, -turn[2], turn[1]], [turn[2], 0, -turn[0]], [-turn[1], turn[0], 0]])
        step = np.eye(3)
        if angle > 0:
            step = step + math.sin(angle) / angle * cross
            step = step + (1 - math.cos(angle)) / angle**2 * (cross @ cross)
        turned = attitude @ step
        mean = (attitude @ force[k] + turned @ force[k + 1]) / 2
        velocity = velocity + (mean - gravity) * period_s
        attitude = turned
        out.append(velocity.copy())
    return np.array(out)


@pytest.mark.parametrize("place", ["middle", "worn"])
def test_strapdown_integration_of_a_perfect_imu_gives_back_its_own_velocity(place: str) -> None:
    session = short()
    motion = session.motion
    beside_m = session.worn.imu_m * (place == "worn")
    first, count = session.script.reps[1].start - 500, 4500
    force, rate = motion.specific_force_mps2(beside_m)[first:], motion.angular_rate_radps()[first:]
    true = _velocity(motion, beside_m)
    velocity = _strapdown(motion, true[first], first, count, force, rate, STEP_S)
    error = np.max(np.abs(velocity - true[first : first + count + 1]), axis=0)
    assert error[0] < 0.002
    assert error[2] < 0.004


def test_strapdown_of_the_real_imu_s_counts_with_known_errors_removed_does_so_within_drift() -> (
    None
):
    session = short()
    motion, beside_m = session.motion, session.worn.imu_m
    samples, truth = sense(motion, beside_m, LEVELS["none"], CLOCK, np.random.SeedSequence(3))
    acc = (samples.raw[:, :3] * ACC_MPS2_PER_COUNT - truth.acc_bias_mps2) @ truth.mounting
    gyr = (samples.raw[:, 3:] * GYR_RADPS_PER_COUNT - truth.gyr_bias_radps) @ truth.mounting
    k = int(np.searchsorted(samples.time_s, session.script.reps[0].start * STEP_S))
    first = round(samples.time_s[k] / STEP_S)
    true = _velocity(motion, beside_m)
    velocity = _strapdown(motion, true[first], first, 500, acc[k:], gyr[k:], 1 / truth.rate_hz)
    own = np.interp(samples.time_s[k : k + 501], motion.time_s, true[:, 0])
    assert np.max(np.abs(velocity[:, 0] - own)) < 0.06


def test_a_standing_imu_feels_gravity_upwards_and_no_turning() -> None:
    session = short()
    motion = session.motion
    samples, truth = sense(
        motion, session.worn.imu_m, LEVELS["none"], CLOCK, np.random.SeedSequence(4)
    )
    start_s = session.script.reps[0].start * STEP_S
    still = (samples.time_s > start_s - 1.5) & (samples.time_s < start_s - 0.1)
    acc = np.mean(samples.raw[still, :3] * ACC_MPS2_PER_COUNT, axis=0) @ truth.mounting
    gyr = samples.raw[still, 3:] * GYR_RADPS_PER_COUNT
    assert np.linalg.norm(acc) == pytest.approx(STANDARD_GRAVITY_MPS2, abs=0.1)
    # The set position leans the belt's own up towards the run, so gravity's reaction lies behind.
    lean_rad = math.atan2(-acc[0], acc[2])
    assert lean_rad == pytest.approx(session.script.athlete.set_lean_rad, abs=math.radians(3.5))
    assert np.degrees(np.max(np.abs(np.mean(gyr, axis=0)))) < 0.8
    assert np.degrees(np.max(np.std(gyr, axis=0))) < 2.0


def test_ringing_is_in_the_sensor_only_and_grows_with_the_fault_level() -> None:
    session = short()
    motion = session.motion
    first = session.script.reps[0].start
    span_s = (first * STEP_S, first * STEP_S + 2.5)
    spread = {}
    for name in LEVELS:
        samples, truth = sense(
            motion, session.worn.imu_m, LEVELS[name], CLOCK, np.random.SeedSequence(5)
        )
        own = (samples.time_s > span_s[0]) & (samples.time_s < span_s[1])
        acc = samples.raw[own, :3] * ACC_MPS2_PER_COUNT @ truth.mounting
        ideal = motion.specific_force_mps2(session.worn.imu_m)
        ideal = np.stack(
            [np.interp(samples.time_s[own], motion.time_s, ideal[:, i]) for i in range(3)], axis=1
        )
        spread[name] = float(np.std(acc[:, 2] - ideal[:, 2]))
    assert spread["none"] < 1.2  # the anti-alias filter takes the tip off each impact
    assert spread["mild"] > 1.5 * spread["none"]
    assert spread["harsh"] > 1.5 * spread["mild"]


def test_the_belt_slips_by_two_degrees_once_and_only_when_harsh() -> None:
    session = short()
    motion = session.motion
    _, mild = sense(motion, session.worn.imu_m, LEVELS["mild"], CLOCK, np.random.SeedSequence(6))
    samples, harsh = sense(
        motion, session.worn.imu_m, LEVELS["harsh"], CLOCK, np.random.SeedSequence(6)
    )
    assert math.isinf(mild.slip_s)
    clean, _ = sense(motion, session.worn.imu_m, LEVELS["none"], CLOCK, np.random.SeedSequence(6))

    def up(at_s: float, raw: FloatArray, time_s: FloatArray) -> FloatArray:
        near = (time_s > at_s) & (time_s < at_s + 1.0)
        mean = np.mean(raw[near, :3] * ACC_MPS2_PER_COUNT, axis=0)
        return np.asarray(mean / np.linalg.norm(mean))

    # Bias turns the felt vertical too, but by the same before and after the slip.
    before_s, after_s = 3.5, motion.time_s[-1] - 1.5
    assert before_s < harsh.slip_s < after_s
    moved = [
        up(after_s, s.raw.astype(float), s.time_s) - up(before_s, s.raw.astype(float), s.time_s)
        for s in (samples, clean)
    ]
    assert 0.2 < np.degrees(np.linalg.norm(moved[0] - moved[1])) < 2.5


def test_counts_stand_at_the_end_of_the_range_and_say_so() -> None:
    raw, clipped = quantise(
        np.array([[200.0, 0, 0], [1.0, 0, 0]]), np.array([[0, 0, 0], [0, 0, 0]])
    )
    assert raw[0, 0] == 32767
    assert clipped.tolist() == [True, False]
    raw, clipped = quantise(np.array([[0.0, 0, 0]]), np.array([[0.0, -40.0, 0]]))
    assert raw[0, 4] == -32768
    assert clipped.tolist() == [True]


def test_mountings_are_proper_rotations_and_differ() -> None:
    rng = np.random.default_rng(0)
    first, second = random_rotation(rng), random_rotation(rng)
    assert np.allclose(first @ first.T, np.eye(3))
    assert np.linalg.det(first) == pytest.approx(1.0)
    assert not np.allclose(first, second, atol=0.1)


def test_counts_are_the_straight_cord_length_when_the_cord_has_no_faults() -> None:
    session = short()
    rig = measured_rig(session.params, LEVELS["none"]).encoder
    samples, truth = pay_out(
        session.motion,
        session.worn,
        session.script,
        rig,
        LEVELS["none"],
        CLOCK,
        np.random.SeedSequence(7),
    )
    assert (truth.standoff_m, truth.height_m, truth.counts_per_m) == (4.0, 0.75, 5000.0)
    length = np.interp(samples.time_s, session.motion.time_s, cord_length_m(session.worn, truth))
    error_m = samples.count / truth.counts_per_m - length
    error_m -= np.median(error_m)
    assert np.max(np.abs(error_m)) < 0.0008  # sway of 0.5 mm and a count of 0.2 mm
    still = samples.time_s < session.script.reps[0].start * STEP_S
    assert np.max(np.abs(error_m[still])) < 0.0004


def test_cord_sway_lies_between_5_and_12_hz_and_ceases_with_the_cord() -> None:
    session = short()
    level = LEVELS["harsh"]
    rig = measured_rig(session.params, level).encoder
    samples, truth = pay_out(
        session.motion, session.worn, session.script, rig, level, CLOCK, np.random.SeedSequence(8)
    )
    length = np.interp(samples.time_s, session.motion.time_s, cord_length_m(session.worn, truth))
    error_m = samples.count / truth.counts_per_m - length
    rep = session.truth.reps[0]
    running = (samples.time_s > rep.start_s + 0.5) & (samples.time_s < rep.end_s)
    swing = error_m[running] - np.mean(error_m[running])
    assert 0.0015 < np.std(swing) < 0.0045
    spectrum = np.abs(np.fft.rfft(swing * np.hanning(len(swing))))
    frequency = np.fft.rfftfreq(len(swing), 1 / level.encoder_rate_hz)
    inside = (frequency >= 4.0) & (frequency <= 13.0)
    assert np.sum(spectrum[inside] ** 2) > 0.8 * np.sum(spectrum**2)


def test_the_spool_runs_on_when_the_athlete_brakes_and_never_before_the_gate() -> None:
    session = short()
    level = LEVELS["harsh"]
    rig = measured_rig(session.params, level).encoder
    samples, truth = pay_out(
        session.motion, session.worn, session.script, rig, level, CLOCK, np.random.SeedSequence(9)
    )
    length = np.interp(samples.time_s, session.motion.time_s, cord_length_m(session.worn, truth))
    error_m = samples.count / truth.counts_per_m - length
    error_m -= np.median(error_m)
    for rep in session.truth.reps:
        after = (samples.time_s > rep.end_s) & (samples.time_s < rep.stop_s + 0.5)
        during = (samples.time_s > rep.start_s) & (samples.time_s < rep.end_s)
        assert 0.012 < np.max(error_m[after]) < 0.056
        assert np.max(np.abs(error_m[during])) < 0.010


def test_true_rig_lengths_scatter_as_the_fault_table_says() -> None:
    session = short()
    rig = measured_rig(session.params, LEVELS["mild"]).encoder
    truths = [
        pay_out(
            session.motion,
            session.worn,
            session.script,
            rig,
            LEVELS["mild"],
            CLOCK,
            np.random.SeedSequence(seed),
        )[1]
        for seed in range(30)
    ]
    heights = np.array([truth.height_m - rig.height_m for truth in truths])
    scales = np.array([truth.counts_per_m / rig.counts_per_m - 1 for truth in truths])
    assert 0.012 < np.std(heights) < 0.030
    assert 0.0006 < np.std(scales) < 0.0015
